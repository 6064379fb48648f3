//! A fair-shared link with open arrivals (`benches/engine/fair.rs`): DSLab's fast model of fair throughput sharing in one
//! component, which has the completion that comes next as its only event beside the next arrival, as DSLab's own
//! network models do.

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
    random: Random,
    rate: f64,
    to_come: u64,
    /// The completion that is scheduled.
    next: Option<u64>,
    done: u64,
    sojourns: f64,
}

impl Link {
    fn expect_arrival(&mut self) {
        if self.to_come > 0 {
            self.to_come -= 1;
            self.context.emit_self(Arrival {}, self.random.exponential(1.0 / self.rate));
        }
    }

    fn expect_completion(&mut self) {
        let peeked = self.model.peek().map(|(time, _)| time);
        self.next = peeked.map(|time| self.context.emit_self(Completion {}, (time - self.context.time()).max(0.0)));
    }

    fn arrival(&mut self) {
        if let Some(event) = self.next {
            self.context.cancel_event(event);
        }
        self.model.insert(self.context.time(), self.random.exponential(AIRTIME), &self.context);
        self.expect_completion();
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

fn one(under_way: f64, flows: f64) {
    let mut simulation = Simulation::new(1);
    let rate = under_way / (under_way + 1.0) / AIRTIME;
    let link = Rc::new(RefCell::new(Link {
        context: simulation.create_context("link"),
        model: FairThroughputSharingModel::with_fixed_throughput(1.0),
        random: Random(1),
        rate,
        to_come: flows as u64,
        next: None,
        done: 0,
        sojourns: 0.0,
    }));
    simulation.add_handler("link", link.clone());
    link.borrow_mut().expect_arrival();
    let seconds = common::seconds(|| simulation.step_until_no_events());
    let link = link.borrow();
    let line = |metric, unit, value| common::line("fair", &under_way.to_string(), metric, unit, value);
    line("count", "1", link.done as f64);
    line("wall", "s", seconds);
    line("under way", "1", rate * link.sojourns / link.done as f64);
    line("flows", "1/s", link.done as f64 / seconds);
}

pub fn measure(length: f64) {
    [10.0, 100.0, 1000.0].into_iter().for_each(|under_way| one(under_way, 4e6 * length));
}
