//! What requests on the short way add: counted ones, whose services and transfers begin and end in the window. So what
//! the accounts tell apart is one sum here, until the run is over.

use super::Accounts;
use crate::sim::{Ending, GroupId, Hop, ModelId, World};
use crate::units::SimTime;

/// Sums by group, by direction of a link, and of ends.
#[derive(Debug)]
pub(super) struct Whole {
    served: Vec<Served>,
    carried: Vec<Carried>,
    /// Answers, by whether they were right, and late.
    answers: [[u64; 2]; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Served {
    services: u64,
    wait_ns: u128,
    work_ns: u128,
}

#[derive(Clone, Copy, Debug, Default)]
struct Carried {
    transfers: u64,
    bytes: u64,
    airtime_ns: u128,
    /// Those of transfers that go on the long way.
    not_arrived: u64,
}

impl Whole {
    pub(super) fn new(world: &World) -> Self {
        let served = vec![Served::default(); world.groups.len()];
        Self { served, carried: vec![Carried::default(); 2 * world.links.len()], answers: [[0; 2]; 2] }
    }
}

impl Accounts {
    /// A birth; its image is noted when it ends.
    #[inline]
    pub(in crate::sim) fn born_whole(&mut self) {
        self.ends.iter_mut().for_each(|ends| ends.born += 1);
    }

    /// A service.
    #[inline]
    pub(in crate::sim) fn serves_whole(&mut self, group: GroupId, wait: SimTime, work: SimTime) {
        let served = &mut self.whole.served[usize::from(group.0)];
        served.services += 1;
        served.wait_ns += u128::from(wait.ns());
        served.work_ns += u128::from(work.ns());
    }

    /// A transfer, which arrives: the number of its lane.
    #[inline(always)]
    pub(in crate::sim) fn crosses_whole(&mut self, hop: Hop, airtime: SimTime, wire: u64) -> usize {
        let lane = hop.lane();
        let carried = &mut self.whole.carried[lane];
        carried.transfers += 1;
        carried.bytes += wire;
        carried.airtime_ns += u128::from(airtime.ns());
        lane
    }

    /// It has not arrived yet: that is told apart.
    pub(in crate::sim) fn not_arrived(&mut self, hop: Hop, wire: u64) {
        self.whole.carried[hop.lane()].not_arrived += wire;
    }

    /// An answer, by a role in a group, right or not and late or not, after so much service and so many bytes.
    #[inline]
    pub(in crate::sim) fn answered_whole(
        &mut self,
        image: u32,
        by: (ModelId, GroupId),
        [right, late]: [bool; 2],
        (spent_ns, sent): (u64, u64),
    ) {
        self.own_ns += u128::from(spent_ns);
        self.own_bytes += u128::from(sent);
        self.whole.answers[usize::from(right)][usize::from(late)] += 1;
        self.answered(image, by, right, late);
    }

    /// Adds all this to the accounts, at the end of the run.
    pub(super) fn settle_whole(&mut self) {
        for (group, served) in self.whole.served.iter().enumerate() {
            let account = &mut self.groups[group];
            account.served += served.services;
            account.wait_ns += served.wait_ns;
            account.queue_ns += served.wait_ns;
            account.busy_ns += served.work_ns;
            account.compute_ns += served.work_ns;
            self.served_ns[group] += served.work_ns;
        }
        self.carried.iter_mut().zip(&self.whole.carried).for_each(|(carried, whole)| whole.settle(carried));
        for (right, late) in [(false, false), (false, true), (true, false), (true, true)] {
            let times = self.whole.answers[usize::from(right)][usize::from(late)];
            self.ends[1].by[Ending::Answered as usize] += times;
            self.ends[0].note(Ending::Answered, right, late, times);
        }
    }
}

impl Carried {
    fn settle(&self, carried: &mut super::Carried) {
        carried.busy_ns += self.airtime_ns;
        carried.airtime_ns += self.airtime_ns;
        carried.bytes += self.bytes;
        carried.transfers += self.transfers;
        carried.begun += u128::from(self.bytes);
        carried.arrived += u128::from(self.bytes - self.not_arrived);
    }
}
