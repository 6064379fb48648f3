//! A fair-shared link with open arrivals (`benches/engine/fair.rs`): DSLab's fast model of fair throughput sharing, which
//! takes its clock from a simulation.
//!
//! First the model with as little beside it as it needs: arrivals are events, and at each all flows go that are done by
//! then. Then (`in simcore`) as DSLab's own network models use it: the completion that comes next is an event, too. Gaps
//! and sizes are drawn beforehand.

use common::random::Random;
use dslab_models::throughput_sharing::{FairThroughputSharingModel, ThroughputSharingModel};
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::rc::Rc;

/// Mean airtime of a flow, in seconds.
const AIRTIME: f64 = 1e-3;

#[derive(Clone, Serialize)]
struct Arrival {}

#[derive(Clone, Serialize)]
struct Completion {}

struct Link {
    context: SimulationContext,
    /// Of flows, by the instants of their births.
    model: FairThroughputSharingModel<f64>,
    /// Gaps before flows, and their airtimes.
    drawn: Vec<(f64, f64)>,
    arrived: usize,
    /// Whether completions are events; and the one that is scheduled.
    completes: bool,
    next: Option<u64>,
    done: u64,
    sojourns: f64,
}

impl Link {
    fn expect_arrival(&mut self) {
        if let Some((gap, _)) = self.drawn.get(self.arrived) {
            self.context.emit_self(Arrival {}, *gap);
        }
    }

    fn expect_completion(&mut self) {
        let peeked = self.model.peek().map(|(time, _)| time);
        self.next = peeked.map(|time| self.context.emit_self(Completion {}, (time - self.context.time()).max(0.0)));
    }

    /// Lets all go that are done by then.
    fn departures(&mut self, until: f64) {
        while let Some((time, born)) = self.model.peek().filter(|(time, _)| *time <= until) {
            self.done += 1;
            self.sojourns += time - *born;
            self.model.pop();
        }
    }

    fn arrival(&mut self) {
        let now = self.context.time();
        if !self.completes {
            self.departures(now);
        }
        if let Some(event) = self.next.take() {
            self.context.cancel_event(event);
        }
        self.model.insert(now, self.drawn[self.arrived].1, &self.context);
        self.arrived += 1;
        if self.completes {
            self.expect_completion();
        }
        self.expect_arrival();
    }

    fn completion(&mut self) {
        if let Some((_, born)) = self.model.pop() {
            self.done += 1;
            self.sojourns += self.context.time() - born;
        }
        self.expect_completion();
    }
}

impl EventHandler for Link {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.arrival();
            }
            Completion {} => {
                self.completion();
            }
        })
    }
}

fn one(under_way: f64, flows: f64, completes: bool) {
    let mut simulation = Simulation::new(1);
    let rate = under_way / (under_way + 1.0) / AIRTIME;
    let mut random = Random(1);
    let drawn = (0..flows as u64).map(|_| (random.exponential(1.0 / rate), random.exponential(AIRTIME))).collect();
    let link = Rc::new(RefCell::new(Link {
        context: simulation.create_context("link"),
        model: FairThroughputSharingModel::with_fixed_throughput(1.0),
        drawn,
        arrived: 0,
        completes,
        next: None,
        done: 0,
        sojourns: 0.0,
    }));
    simulation.add_handler("link", link.clone());
    let seconds = common::seconds(|| {
        link.borrow_mut().expect_arrival();
        simulation.step_until_no_events();
        link.borrow_mut().departures(f64::INFINITY);
    });
    let link = link.borrow();
    let case = format!("{under_way}{}", if completes { " in simcore" } else { "" });
    let line = |metric, unit, value| common::line("fair", &case, metric, unit, value);
    line("count", "1", link.done as f64);
    line("wall", "s", seconds);
    line("under way", "1", rate * link.sojourns / link.done as f64);
    line("flows", "1/s", link.done as f64 / seconds);
}

pub fn measure(length: f64) {
    for under_way in [10.0, 100.0, 1000.0] {
        [false, true].into_iter().for_each(|completes| one(under_way, 4e6 * length, completes));
    }
}
