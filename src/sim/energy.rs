//! Joules: the integral of each node's power states, worked out at the end from whole nanoseconds.
//!
//! A node draws its idle power always; each busy server adds `(active - idle) / servers`, each radio its transmitting
//! or receiving power for as long as its own transfers would take alone at the full rate. A node that is off draws
//! nothing; starting servers, booting and loading models cost what their group says. Idle power is never a
//! request's: it is reported over the counted window, what lies beyond it is charged to the requests that caused it.

use super::accounts::Accounts;
use super::result::{CapacityAccount, GroupAccount, LevelAccount, LinkAccount};
use super::{Link, NodeGroup, Tier, World};

/// Joules of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Energy {
    pub marginal_j: f64,
    pub device_j: f64,
    pub system_j: f64,
}

fn joules(power: f64, ns: u128) -> f64 {
    power * (ns as f64 / 1e9)
}

/// Fills in the groups' joules, and adds them up.
pub(super) fn settle(world: &World, accounts: &mut Accounts) -> Energy {
    let Accounts { groups, links, levels, capacity, memory, .. } = accounts;
    world.links.iter().zip(links.iter()).for_each(|(link, account)| radios(link, account, groups));
    let nodes = world.groups.iter().zip(groups.iter_mut().zip(capacity.iter_mut())).zip(levels.iter());
    nodes.for_each(|((group, (account, capacity)), levels)| {
        match &levels[..] {
            [] => node(group, account, capacity),
            levels => node_with_levels(group, levels, account),
        }
        changes(group, capacity);
    });
    world.groups.iter().zip(memory.iter_mut()).for_each(|(group, memory)| {
        memory.load_j = joules(group.memory.as_ref().map_or(0.0, |memory| memory.power.0), memory.load_ns);
    });
    let sum = |of: &dyn Fn(&GroupAccount) -> f64| groups.iter().map(of).sum::<f64>();
    let beyond = |g: &GroupAccount| g.compute_j + g.transmit_j + g.receive_j;
    let all = groups.iter().zip(capacity.iter()).zip(memory.iter());
    let whole = all.map(|((g, c), m)| g.idle_j + beyond(g) + c.change_j + m.load_j);
    let device = |(group, whole): (&NodeGroup, f64)| if group.tier == Tier::Device { whole } else { 0.0 };
    Energy {
        marginal_j: sum(&beyond),
        device_j: world.groups.iter().zip(whole.clone()).map(device).sum(),
        system_j: whole.sum(),
    }
}

fn changes(group: &NodeGroup, capacity: &mut CapacityAccount) {
    if let Some(elastic) = group.elastic {
        capacity.change_j =
            elastic.start_energy.0 * capacity.started as f64 + elastic.boot_energy.0 * capacity.booted as f64;
    }
}

fn node(group: &NodeGroup, account: &mut GroupAccount, capacity: &CapacityAccount) {
    account.idle_j = joules(group.idle.0, capacity.on_ns);
    account.compute_j = joules(group.server_power().0, account.compute_ns);
}

fn node_with_levels(group: &NodeGroup, levels: &[LevelAccount], account: &mut GroupAccount) {
    for ((number, level), of) in (0..).zip(&group.levels).zip(levels) {
        account.idle_j += joules(level.idle.0, of.time_ns);
        account.compute_j += joules(group.server_power_at(number).0, of.compute_ns);
    }
}

fn radios(link: &Link, account: &LinkAccount, groups: &mut [GroupAccount]) {
    for (up, airtime) in [(true, account.airtime_ns_up), (false, account.airtime_ns_down)] {
        let (sender, receiver) = link.radios(up);
        let (from, to) = if up { (link.lower, link.upper) } else { (link.upper, link.lower) };
        let from = &mut groups[from.0 as usize];
        from.transmit_ns += airtime;
        from.transmit_j += joules(sender.transmit.0, airtime);
        let to = &mut groups[to.0 as usize];
        to.receive_ns += airtime;
        to.receive_j += joules(receiver.receive.0, airtime);
    }
}
