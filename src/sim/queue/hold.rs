//! The hold model: the queue of pending events alone, to be timed beside other queues.

use super::Queue;
use crate::sim::event::{Key, Rank};
use crate::units::SimTime;

/// The engine's queue without an engine around it, under the hold model (Vaucher and Duval, Communications of the ACM
/// 18(4), 1975): again and again the least event is taken and put back some time later, so that equally many are pending.
#[derive(Debug)]
pub struct Hold(Queue);

impl Hold {
    /// Fills the queue with one event at each of these instants.
    pub fn new(instants: &[SimTime]) -> Self {
        let mut queue = Queue::default();
        for (slot, instant) in instants.iter().enumerate() {
            queue.push(Key::new(*instant, Rank::Arrive, slot as u64, slot as u32));
        }
        Self(queue)
    }

    /// Takes the least event and puts it back later by the next of `gaps`, which are used in turn, `holds` times. Gives
    /// the instant of the last one taken; zero if nothing is pending or there are no gaps.
    pub fn run(&mut self, gaps: &[SimTime], holds: usize) -> SimTime {
        let mut now = SimTime::ZERO;
        for gap in gaps.iter().cycle().take(holds) {
            let Some(key) = self.0.pop() else { break };
            now = key.time();
            self.0.push(Key::new(now + *gap, Rank::Arrive, u64::from(key.slot()), key.slot()));
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_stay_pending() {
        let ns = SimTime::from_ns;
        let mut queue = Hold::new(&[ns(1), ns(2)]);
        // Taken at 1, 2, 4, put back at 4, 12, 7; then 7 is least.
        assert_eq!(queue.run(&[ns(3), ns(10)], 3), ns(4));
        assert_eq!(queue.run(&[ns(1)], 1), ns(7));
        assert_eq!(Hold::new(&[]).run(&[ns(1)], 1), SimTime::ZERO);
    }
}
