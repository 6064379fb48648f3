//! What is taken back of what was charged when it began, where a failure cut it short.

use super::Accounts;
use crate::sim::{GroupId, Hop};
use crate::units::SimTime;

/// The part of a transfer that was not sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Unsent {
    pub hop: Hop,
    /// Airtime.
    pub left: SimTime,
    /// Bytes on the wire.
    pub rest: u64,
    /// Those that were sent, and lost.
    pub lost: u64,
}

impl Accounts {
    /// What is cut short belonged to a request that has ended, with all of it on its record.
    pub(in crate::sim) fn uncharge_ended(&mut self, left: SimTime, rest: u64) {
        self.own_ns -= u128::from(left.ns());
        self.own_bytes -= u128::from(rest);
    }

    /// A service stops that would have gone on for `left`, at a level.
    pub(in crate::sim) fn unserved(&mut self, group: GroupId, level: u8, left: SimTime, counted: bool) {
        let (at, work) = (group.0 as usize, u128::from(left.ns()));
        self.served_ns[at] -= work;
        if counted {
            self.groups[at].compute_ns -= work;
            self.levels[at].iter_mut().skip(level as usize).take(1).for_each(|l| l.compute_ns -= work);
        }
    }

    /// A transfer stops; `busy` is now, where the channel had told that it would be busy for all of it.
    pub(in crate::sim) fn unsent(&mut self, part: Unsent, busy: Option<SimTime>, counted: bool) {
        let Unsent { hop, left, rest, lost } = part;
        let told = busy.map_or(0, |now| self.within(now, now + left));
        if let (Some(watch), Some(now)) = (&mut self.watch, busy) {
            watch.carries_not(hop.link, hop.up, now, now + left);
        }
        let carried = self.carried(hop);
        carried.begun -= u128::from(rest);
        carried.arrived += u128::from(lost);
        carried.busy_ns -= told;
        if counted {
            carried.bytes -= rest;
            carried.airtime_ns -= u128::from(left.ns());
        }
    }
}
