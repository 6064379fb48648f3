//! desim: one process that waits again each time it is resumed, however many of its events are pending.

#![feature(coroutine_trait)]

use common::hold::{Gaps, Queue, measure};
use desim::{Effect, SimContext, SimState, Simulation};
use std::ops::{Coroutine, CoroutineState};
use std::pin::Pin;

/// What a process asks for; nothing is logged.
#[derive(Clone)]
struct Ask(Effect);

impl SimState for Ask {
    fn get_effect(&self) -> Effect {
        self.0
    }

    fn set_effect(&mut self, effect: Effect) {
        self.0 = effect;
    }

    fn should_log(&self) -> bool {
        false
    }
}

struct Bell(Gaps);

impl Coroutine<SimContext<Ask>> for Bell {
    type Yield = Ask;
    type Return = ();

    fn resume(mut self: Pin<&mut Self>, _: SimContext<Ask>) -> CoroutineState<Ask, ()> {
        CoroutineState::Yielded(Ask(Effect::TimeOut(self.0.seconds())))
    }
}

struct Hold(Simulation<Ask>);

impl Queue for Hold {
    fn new(instants: &[u64], gaps: Gaps) -> Self {
        let mut simulation = Simulation::new();
        let bell = simulation.create_process(Box::new(Bell(gaps)));
        for ns in instants {
            simulation.schedule_event(*ns as f64 * 1e-9, bell, Ask(Effect::Wait));
        }
        Self(simulation)
    }

    fn run(&mut self, holds: usize) -> (usize, f64) {
        (0..holds).for_each(|_| self.0.step());
        (holds, self.0.time())
    }
}

fn main() {
    let (benchmark, length) = common::asked();
    if benchmark == "hold" {
        measure::<Hold>(length);
    }
}
