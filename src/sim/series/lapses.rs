//! Stations and channels whose state is read before it changes: since when each is as it is.

use super::{Moment, WHOLE, Watch, shares};
use crate::sim::service::Station;
use crate::sim::sharing::Channel;
use crate::sim::{GroupId, NodeId};
use crate::units::SimTime;

/// A watch over them.
#[derive(Debug)]
pub(in crate::sim) struct Lapses {
    pub watch: Watch,
    /// By station: whose it is, and since when it is as it is.
    of: Vec<(u16, SimTime)>,
}

impl Lapses {
    /// `owners`: by station, its group or link.
    pub(in crate::sim) fn new(watch: Watch, owners: impl Iterator<Item = u16>) -> Self {
        Self { watch, of: owners.map(|owner| (owner, SimTime::ZERO)).collect() }
    }

    fn lapse(&mut self, station: u32, now: SimTime) -> (u16, SimTime) {
        let (owner, since) = &mut self.of[station as usize];
        (*owner, std::mem::replace(since, now))
    }

    /// A node is about to change; others note by themselves when they serve and who waits.
    pub(in crate::sim) fn node(&mut self, node: NodeId, now: SimTime, station: &Station) {
        let Station::Live(live) = station else { return };
        let (group, since) = self.lapse(node.0, now);
        self.watch.stays(GroupId(group), since, now, live.moment());
    }

    /// A node that others account for was there until now.
    pub(in crate::sim) fn stood(&mut self, node: NodeId, now: SimTime, servers: u32) {
        let (group, since) = self.lapse(node.0, now);
        self.watch.stays(GroupId(group), since, now, Moment { servers, ..Moment::default() });
    }

    /// A channel is about to change; others note by themselves when they carry.
    pub(in crate::sim) fn channel(&mut self, channel: u32, now: SimTime, of: &Channel) {
        let Some([up, all]) = of.sharers() else { return };
        self.carried(channel, now, shares(up, all));
    }

    /// A channel carried so much up and down until now.
    pub(in crate::sim) fn carried(&mut self, channel: u32, now: SimTime, both: [u64; 2]) {
        let (link, since) = self.lapse(channel, now);
        for (way, share) in [true, false].into_iter().zip(both) {
            self.watch.carries(link, way, since, now, share);
        }
    }

    /// The run is over: what a channel notes only when it is through is noted as far as it got.
    pub(in crate::sim) fn cut(&mut self, channel: u32, now: SimTime, of: &Channel) {
        self.channel(channel, now, of);
        if let Channel::Varying(varying) = of
            && let Some((up, since)) = varying.unfinished()
        {
            self.watch.carries(self.of[channel as usize].0, up, since, now, WHOLE);
        }
    }
}
