//! A channel of constant capacity that fails now and then: event by event, and with those who are held until it works
//! again.

use super::crew::Crew;
use super::{Fair, Transfer, Window};
use crate::sim::Sharing;
use crate::sim::service::{Begun, Cut, Offer};
use crate::units::SimTime;
use std::collections::VecDeque;

/// How it is shared, and who is held.
#[derive(Debug)]
pub(in crate::sim) struct Breakable {
    way: Way,
    held: VecDeque<(u32, SimTime)>,
}

#[derive(Debug)]
enum Way {
    /// Nobody waits for anybody.
    Open(Crew),
    Line(Crew),
    Fair(Box<Fair>),
}

impl Breakable {
    pub(super) fn new(sharing: Sharing) -> Self {
        let way = match sharing {
            Sharing::Fixed | Sharing::Throughput | Sharing::Flows => Way::Open(Crew::new(usize::MAX)),
            Sharing::Fifo => Way::Line(Crew::new(1)),
            Sharing::Fair => Way::Fair(Box::default()),
        };
        Self { way, held: VecDeque::new() }
    }

    pub(super) fn offer(&mut self, now: SimTime, transfer: Transfer, window: Window) -> Offer {
        let Transfer { birth, slot, airtime, up, .. } = transfer;
        match &mut self.way {
            Way::Open(crew) | Way::Line(crew) => crew.wait(slot, airtime),
            Way::Fair(fair) => fair.join(now, (birth, slot), airtime, up, window),
        }
        Offer::Queued
    }

    fn crew(&mut self) -> Option<&mut Crew> {
        match &mut self.way {
            Way::Open(crew) | Way::Line(crew) => Some(crew),
            Way::Fair(_) => None,
        }
    }

    pub(super) fn fair(&mut self) -> Option<&mut Fair> {
        match &mut self.way {
            Way::Open(_) | Way::Line(_) => None,
            Way::Fair(fair) => Some(fair),
        }
    }

    /// Where they share: parts of the air that are sent up, and all parts.
    pub(super) fn sharers(&self) -> Option<[u128; 2]> {
        match &self.way {
            Way::Open(_) | Way::Line(_) => None,
            Way::Fair(fair) => Some(fair.sharers()),
        }
    }

    pub(super) fn begin(&mut self, now: SimTime) -> Option<Begun> {
        self.crew()?.begin(now)
    }

    /// Somebody is through, where they are not shared fairly.
    pub(in crate::sim) fn leave(&mut self, now: SimTime) {
        self.crew().into_iter().for_each(|crew| crew.leave(now));
    }

    /// It fails: all are turned out.
    pub(in crate::sim) fn fail(&mut self, now: SimTime, window: Window, cuts: &mut Vec<Cut>) {
        match &mut self.way {
            Way::Open(crew) | Way::Line(crew) => crew.fail(now, cuts),
            Way::Fair(fair) => fair.fail(now, window, cuts),
        }
    }

    /// Somebody is held until it works again.
    pub(in crate::sim) fn hold(&mut self, slot: u32, airtime: SimTime) {
        self.held.push_back((slot, airtime));
    }

    /// It works again: those who were held.
    pub(in crate::sim) fn release(&mut self) -> Vec<u32> {
        self.held.drain(..).map(|(slot, _)| slot).collect()
    }

    /// Takes out somebody who waits, or is held.
    pub(in crate::sim) fn cancel(&mut self, slot: u32) -> bool {
        let at = self.held.iter().position(|(held, _)| *held == slot);
        let held = at.and_then(|at| self.held.remove(at)).is_some();
        held || self.crew().is_some_and(|crew| crew.cancel(slot))
    }

    /// Airtime still to be sent, of those who are held too.
    pub(super) fn backlog(&self, at: SimTime) -> u128 {
        let held = self.held.iter().map(|(_, airtime)| u128::from(airtime.ns())).sum::<u128>();
        match &self.way {
            Way::Open(_) => 0,
            Way::Line(crew) => crew.backlog(at) + held,
            Way::Fair(fair) => fair.backlog(at) + held,
        }
    }

    /// Nanoseconds of the window in which up and down were served and that were not accounted for yet.
    pub(in crate::sim) fn busy(&mut self, now: SimTime, window: Window) -> [u128; 2] {
        self.fair().map_or([0; 2], |fair| fair.busy(now, window))
    }
}
