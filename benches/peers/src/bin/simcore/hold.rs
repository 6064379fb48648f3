//! One component that sends events to itself.

use common::hold::{Gaps, Queue};
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Ring {
    slot: u32,
}

struct Bell {
    context: SimulationContext,
    gaps: Gaps,
}

impl EventHandler for Bell {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Ring { slot } => {
                self.context.emit_self(Ring { slot }, self.gaps.seconds());
            }
        })
    }
}

pub struct Hold(Simulation);

impl Queue for Hold {
    fn new(instants: &[u64], gaps: Gaps) -> Self {
        let mut simulation = Simulation::new(1);
        let context = simulation.create_context("bell");
        for (slot, ns) in instants.iter().enumerate() {
            context.emit_self(Ring { slot: slot as u32 }, *ns as f64 * 1e-9);
        }
        simulation.add_handler("bell", Rc::new(RefCell::new(Bell { context, gaps })));
        Self(simulation)
    }

    fn run(&mut self, holds: usize) -> (usize, f64) {
        self.0.steps(holds as u64);
        (holds, self.0.time())
    }
}
