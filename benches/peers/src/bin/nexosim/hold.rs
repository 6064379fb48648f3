//! One model that schedules itself.

use common::hold::{Gaps, Queue};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::EventSource;
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Bell {
    #[serde(skip)]
    gaps: Gaps,
    #[serde(skip)]
    held: Arc<AtomicUsize>,
}

#[Model]
impl Bell {
    #[nexosim(schedulable)]
    fn ring(&mut self, slot: u32, context: &Context<Self>) {
        self.held.fetch_add(1, Ordering::Relaxed);
        let gap = Duration::from_nanos(self.gaps.ns());
        context.schedule_event(gap, schedulable!(Self::ring), slot).unwrap();
    }
}

pub struct Hold {
    simulation: Simulation,
    held: Arc<AtomicUsize>,
}

impl Queue for Hold {
    fn new(instants: &[u64], gaps: Gaps) -> Self {
        let held = Arc::new(AtomicUsize::new(0));
        let (mailbox, mut bench) = (Mailbox::new(), SimInit::with_num_threads(1));
        let ring = EventSource::new().connect(Bell::ring, &mailbox).register(&mut bench);
        let bench = bench.add_model(Bell { gaps, held: held.clone() }, mailbox, "bell");
        let simulation = bench.init(MonotonicTime::EPOCH).unwrap();
        let scheduler = simulation.scheduler();
        for (slot, ns) in instants.iter().enumerate() {
            scheduler.schedule_event(Duration::from_nanos((*ns).max(1)), &ring, slot as u32).unwrap();
        }
        Self { simulation, held }
    }

    fn run(&mut self, holds: usize) -> (usize, f64) {
        let before = self.held.load(Ordering::Relaxed);
        while self.held.load(Ordering::Relaxed) < before + holds {
            self.simulation.step().unwrap();
        }
        let now = self.simulation.time().duration_since(MonotonicTime::EPOCH);
        (self.held.load(Ordering::Relaxed) - before, now.as_secs_f64())
    }
}
