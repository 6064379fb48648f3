//! What links carry, by direction: all that one transfer adds to lies together.

use super::{Accounts, holds};
use crate::problem::Problem;
use crate::sim::Hop;
use crate::sim::series::WHOLE;
use crate::units::SimTime;

/// Sums of one direction of a link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carried {
    /// Window: time in which channels were busy, as told while the run went on.
    pub busy_ns: u128,
    /// Counted requests: airtime, bytes and transfers.
    pub airtime_ns: u128,
    pub bytes: u64,
    pub transfers: u64,
    /// All requests: bytes that began and that ended a hop.
    pub begun: u128,
    pub arrived: u128,
}

impl Carried {
    #[inline]
    fn sent(&mut self, airtime: SimTime, wire: u64, counted: bool) {
        self.begun += u128::from(wire);
        if counted {
            self.transfers += 1;
            self.bytes += wire;
            self.airtime_ns += u128::from(airtime.ns());
        }
    }
}

impl Accounts {
    #[inline]
    pub(super) fn carried(&mut self, hop: Hop) -> &mut Carried {
        &mut self.carried[hop.lane()]
    }

    /// A transfer that begins.
    #[inline]
    pub(in crate::sim) fn sent(&mut self, hop: Hop, airtime: SimTime, wire: u64, counted: bool) {
        self.carried(hop).sent(airtime, wire, counted);
    }

    /// The part of a transfer that is sent again.
    pub(in crate::sim) fn sent_again(&mut self, hop: Hop, wire: u64, counted: bool) {
        let resent = &mut self.resent[hop.link as usize];
        *if hop.up { &mut resent.bytes_up } else { &mut resent.bytes_down } += wire * u64::from(counted);
    }

    /// Time in which a channel was busy for one direction.
    #[inline]
    pub(in crate::sim) fn busy(&mut self, hop: Hop, start: SimTime, leaves: SimTime) {
        let busy = self.within(start, leaves);
        self.carried(hop).busy_ns += busy;
        if let Some(watch) = &mut self.watch {
            watch.carries(hop.link, hop.up, start, leaves, WHOLE);
        }
    }

    /// A transfer whose times are known: both of the above. False: it does not begin in this run.
    #[inline]
    pub(in crate::sim) fn crosses(
        &mut self,
        hop: Hop,
        [start, leaves]: [SimTime; 2],
        wire: u64,
        counted: bool,
    ) -> bool {
        let (busy, begins) = (self.within(start, leaves), self.begins(start));
        let carried = self.carried(hop);
        carried.busy_ns += busy;
        if begins {
            carried.sent(leaves.since(start), wire, counted);
        }
        if let Some(watch) = &mut self.watch {
            watch.carries(hop.link, hop.up, start, leaves, WHOLE);
        }
        begins
    }

    /// A transfer that arrived, or was still on its way at the end.
    #[inline]
    pub(in crate::sim) fn arrived(&mut self, hop: Hop, wire: u64) {
        self.carried(hop).arrived += u128::from(wire);
    }

    /// Adds what links carried to their accounts, at the end of the run.
    pub(in crate::sim) fn settle(&mut self) {
        self.settle_whole();
        for (link, both) in self.links.iter_mut().zip(self.carried.chunks_exact(2)) {
            let [up, down] = [both[0], both[1]];
            link.busy_ns_up += up.busy_ns;
            link.busy_ns_down += down.busy_ns;
            (link.bytes_up, link.airtime_ns_up) = (up.bytes, up.airtime_ns);
            (link.bytes_down, link.airtime_ns_down) = (down.bytes, down.airtime_ns);
            link.transfers = up.transfers + down.transfers;
        }
    }

    /// All bytes that were sent.
    ///
    /// # Errors
    /// Others were received.
    pub(super) fn check_carried(&self) -> Result<u128, Problem> {
        let conserved = self.carried.iter().all(|carried| carried.begun == carried.arrived);
        holds(conserved, "bytes", || format!("{:?}", self.carried))?;
        Ok(self.carried.iter().map(|carried| carried.begun).sum())
    }
}
