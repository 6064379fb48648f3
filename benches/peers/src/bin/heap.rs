//! The textbook's event list: the standard library's binary heap, ordered by time, then by order of scheduling.

use common::hold::{Gaps, Queue, measure};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

#[derive(PartialEq)]
struct Event {
    time: f64,
    number: u64,
    what: u32,
}

impl Eq for Event {}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.total_cmp(&other.time).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Heap {
    heap: BinaryHeap<Reverse<Event>>,
    number: u64,
    gaps: Gaps,
}

impl Queue for Heap {
    fn new(instants: &[u64], gaps: Gaps) -> Self {
        let event =
            |(i, ns): (usize, &u64)| Reverse(Event { time: *ns as f64 * 1e-9, number: i as u64, what: i as u32 });
        Self { heap: instants.iter().enumerate().map(event).collect(), number: instants.len() as u64, gaps }
    }

    fn run(&mut self, holds: usize) -> (usize, f64) {
        let mut now = 0.0;
        for _ in 0..holds {
            let Some(Reverse(event)) = self.heap.pop() else { break };
            now = event.time;
            self.heap.push(Reverse(Event { time: now + self.gaps.seconds(), number: self.number, what: event.what }));
            self.number += 1;
        }
        (holds, now)
    }
}

fn main() {
    let (benchmark, length) = common::asked();
    if benchmark == "hold" {
        measure::<Heap>(length);
    }
}
