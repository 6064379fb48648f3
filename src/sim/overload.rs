//! Which groups and links were offered more than they can do: their queues grow for as long as requests come, and means
//! over them say more about the run's length than about the system.

use super::{Fallible, GroupAccount, GroupId, Link, LinkAccount, RunResult, Sharing, World};

impl GroupAccount {
    /// Offered utilisation: the work of counted requests for each server, as a share of the window, in the mean over the
    /// group's nodes. What a full queue refused counts as much as what was served, in the mean.
    pub fn offered(&self) -> f64 {
        self.offered_of(f64::from(self.nodes) * f64::from(self.servers) * self.span_ns as f64)
    }

    /// The same of so many server-nanoseconds.
    fn offered_of(&self, most: f64) -> f64 {
        let refused = self.refused as f64 / self.served.max(1) as f64;
        if most > 0.0 { self.compute_ns as f64 * (1.0 + refused) / most } else { 0.0 }
    }
}

impl LinkAccount {
    /// Offered utilisation up and down: the airtime of counted requests for each channel, as a share of the window, in
    /// the mean over the link's cells. On a half-duplex link the two add up to the channel's.
    pub fn offered(&self) -> [f64; 2] {
        let most = f64::from(self.channels) * self.span_ns as f64;
        let share = |airtime: u128| if most > 0.0 { airtime as f64 / most } else { 0.0 };
        [share(self.airtime_ns_up), share(self.airtime_ns_down)]
    }
}

impl RunResult {
    /// Names of the groups and links whose offered utilisation was 1 or more, of the servers that they provided and the
    /// time that they worked.
    pub fn overloaded<'a>(&self, world: &'a World) -> Vec<&'a str> {
        let works = |place| world.failing(place).map_or(1.0, |f| self.failures[f].availability());
        let groups = world.groups.iter().zip(&self.groups).enumerate();
        let provided = |g: usize| self.capacity.get(g).map_or(0.0, |capacity| capacity.provisioned_ns as f64);
        let offered = |g: usize, of: &GroupAccount| of.offered_of(provided(g));
        let groups = groups.filter(|(g, (_, of))| offered(*g, of) >= works(Fallible::Nodes(GroupId(*g as u16))));
        let links = world.links.iter().zip(&self.links).enumerate();
        let links = links.filter(|(l, (link, of))| busiest(link, of) >= works(Fallible::Link(*l as u16)));
        let groups = groups.filter(|(_, (_, of))| of.served > 0).map(|(_, (group, _))| group.name.as_str());
        let links = links.filter(|(_, (_, of))| of.transfers > 0).map(|(_, (link, _))| link.name.as_str());
        groups.chain(links).collect()
    }
}

/// Of a link that is shared, the offered utilisation of its busier channel.
fn busiest(link: &Link, account: &LinkAccount) -> f64 {
    let [up, down] = account.offered();
    let shared = |up: bool| f64::from(u8::from(link.sharing_of(up) != Sharing::Fixed));
    match link.half_duplex {
        true => (up + down) * shared(true),
        false => (up * shared(true)).max(down * shared(false)),
    }
}
