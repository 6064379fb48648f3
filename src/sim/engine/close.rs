//! How requests end, and what a run comes to.

use super::Engine;
use crate::problem::Problem;
use crate::sim::energy::{self, Energy};
use crate::sim::sharing::Channel;
use crate::sim::slab::{Bond, Leg, Task};
use crate::sim::{AnsweredBy, Ending, FailureAccount, Outcome, OutcomeKind, Policy, Record, RunResult};
use crate::units::{SimTime, Watts};

/// Rounded to whole microwatts, so that joules of a request add up as integers.
pub(super) fn microwatts(power: Watts) -> u64 {
    (power.0 * 1e6 + 0.5) as u64
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Ends a request now.
    pub(super) fn end(&mut self, slot: u32, ending: Ending) {
        if self.legs[slot].bond != Bond::Alone && !self.ends_all_legs(slot, ending) {
            return;
        }
        self.ended(slot, ending, self.now);
        if self.recorded {
            self.recorder.record(&self.record(&self.legs[slot], ending));
        }
        if self.needs.outcomes {
            self.observe(slot, ending);
        }
        self.legs.give_back(slot);
    }

    /// Accounts for a request that ends then.
    #[inline]
    pub(super) fn ended(&mut self, slot: u32, ending: Ending, ended: SimTime) {
        let leg = &self.legs[slot];
        self.accounts.ended(leg, ending, is_right(leg, ending), is_late(leg, ending, ended), &self.layout);
        if leg.counted && ending == Ending::Answered {
            self.latency.record(ended.since(leg.request.born).ns());
        }
        if self.awaited {
            self.was_awaited(slot, ending, ended);
        }
    }

    /// A request ends then: its source, if it is a closed one, thinks from then on.
    fn was_awaited(&mut self, slot: u32, ending: Ending, ended: SimTime) {
        let request = &self.legs[slot].request;
        if ending == Ending::Answered {
            self.recorder.time(request.born, ended);
        }
        if let Some((source, next)) = self.sources.after(request.home, request.workload, ended) {
            self.expect_birth(source, next);
        }
    }

    fn record(&self, leg: &Leg, ending: Ending) -> Record {
        let request = &leg.request;
        Record {
            birth: leg.birth,
            workload: request.workload,
            home: request.home,
            image: leg.image,
            class: self.world.labels[leg.image as usize],
            born: request.born,
            ended: self.now,
            outcome: ending,
            answer: answered_by(leg),
            right: is_right(leg, ending),
            late: is_late(leg, ending, self.now),
            steps: request.steps + leg.others,
            bytes_up: leg.bytes_up,
            bytes_down: leg.bytes_down,
            compute_ns: leg.compute_ns,
            counted: leg.counted,
        }
    }

    fn observe(&mut self, slot: u32, ending: Ending) {
        let kind = match ending {
            Ending::Answered => OutcomeKind::Answered,
            Ending::Dropped => OutcomeKind::Dropped,
            Ending::Failed => OutcomeKind::Failed,
            Ending::InFlight => return,
        };
        let leg = &self.legs[slot];
        let right = self.needs.truth.then_some(is_right(leg, ending));
        let device_j = leg.home_fj as f64 * 1e-15;
        self.policy.observe(&Outcome { request: leg.request, kind, ended: self.now, device_j, right });
    }

    /// Ends what is still under way, and settles all accounts.
    pub(super) fn close(mut self) -> Result<RunResult, Problem> {
        self.now = self.stop;
        self.settle_flows();
        self.settle_channels();
        self.settle_nodes();
        let failures = self.failures.settle(self.stop);
        self.legs.live().into_iter().for_each(|slot| self.abandon(slot));
        self.show_samples();
        self.accounts.settle();
        self.accounts.check()?;
        let energy = energy::settle(self.world, &mut self.accounts);
        Ok(self.result(energy, failures))
    }

    /// Adds the time for which fair channels were busy.
    fn settle_channels(&mut self) {
        for link in 0..self.world.links.len() {
            for channel in self.layout.channels(link) {
                let window = self.channels.window();
                let [up, down] = match self.channels.get(channel) {
                    Channel::Flows(number) => {
                        let number = *number;
                        self.channels.flows().map_or([0; 2], |flows| flows.busy(number))
                    }
                    Channel::Fair(fair) => fair.busy(self.stop, window),
                    Channel::Varying(varying) => varying.busy(self.stop, window),
                    Channel::Breakable(breakable) => breakable.busy(self.stop, window),
                    Channel::Fixed | Channel::Fifo(_) => continue,
                };
                self.accounts.links[link].busy_ns_up += up;
                self.accounts.links[link].busy_ns_down += down;
            }
        }
    }

    fn abandon(&mut self, slot: u32) {
        let leg = &self.legs[slot];
        match leg.task {
            Task::Bring(_) | Task::Return(_) | Task::Push(..) if leg.begun => {
                self.accounts.arrived(leg.cargo.hop, leg.cargo.wire)
            }
            Task::Serve(compute) if self.explicit && !leg.begun => {
                self.accounts.waited(self.layout.group_of(compute.node), leg.offered, SimTime::NEVER);
            }
            _ => {}
        }
        self.end(slot, Ending::InFlight);
    }

    fn result(self, energy: Energy, failures: Vec<FailureAccount>) -> RunResult {
        let ends = self.accounts.ends[0];
        let [answered, dropped, failed, in_flight] = ends.by;
        RunResult {
            born: ends.born,
            answered,
            dropped,
            failed,
            in_flight,
            right: ends.right,
            on_time: ends.on_time,
            right_on_time: ends.right_on_time,
            late: ends.late,
            latency: self.latency,
            answered_by: self.accounts.answered_by(),
            groups: self.accounts.groups,
            links: self.accounts.links,
            levels: self.accounts.levels,
            capacity: self.accounts.capacity,
            memory: self.accounts.memory,
            resent: self.accounts.resent,
            failures,
            per_image: self.accounts.images,
            marginal_j: energy.marginal_j,
            device_j: energy.device_j,
            system_j: energy.system_j,
            events: self.handled,
        }
    }
}

/// Answered rightly.
#[inline]
fn is_right(leg: &Leg, ending: Ending) -> bool {
    ending == Ending::Answered && leg.request.answer.is_some() && leg.right
}

/// Answered after its deadline, or not at all by the end.
#[inline]
fn is_late(leg: &Leg, ending: Ending, ended: SimTime) -> bool {
    let overdue = ending == Ending::Answered && leg.request.deadline.is_some_and(|d| ended > d);
    overdue || ending == Ending::InFlight
}

fn answered_by(leg: &Leg) -> Option<AnsweredBy> {
    let by = |a: crate::sim::Answer| AnsweredBy {
        model: a.model,
        tap: a.tap,
        node: leg.answered_at,
        prediction: a.prediction,
        confidence: a.confidence,
    };
    leg.request.answer.map(by)
}
