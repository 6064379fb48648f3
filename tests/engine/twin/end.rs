//! How requests end.

use super::life::Life;
use super::{Twin, births};
use tierwise::sim::{AnsweredBy, Ending, NodeId, Outcome, OutcomeKind, Record};
use tierwise::units::SimTime;

impl Twin<'_> {
    pub fn end(&mut self, birth: u64, ending: Ending) {
        if !self.ends_request(birth, ending) {
            return;
        }
        let life = self.lives.remove(&birth).expect("under way");
        let record = self.record(&life, ending);
        self.records.push(record);
        self.think(life.request.home.0, life.request.workload);
        let needs = self.policy.needs();
        let kind = match ending {
            Ending::Answered => OutcomeKind::Answered,
            Ending::Dropped => OutcomeKind::Dropped,
            Ending::Failed => OutcomeKind::Failed,
            Ending::InFlight => return,
        };
        if needs.outcomes {
            let (request, device_j) = (life.request, life.home_j);
            let right = needs.truth.then_some(record.right);
            self.policy.observe(&Outcome { request, kind, ended: record.ended, device_j, right });
        }
    }

    /// A closed source thinks again.
    fn think(&mut self, node: u32, workload: u16) {
        let source = births::source_of(self.world, node, workload);
        let had = self.asked_for[&source];
        if let Some(next) = births::after(self.world, self.replication, source, had, self.now) {
            self.expect_birth(source, next);
        }
    }

    fn record(&self, life: &Life, ending: Ending) -> Record {
        let request = life.request;
        let class = self.world.labels[life.image as usize];
        let answered = ending == Ending::Answered;
        let overdue = request.deadline.is_some_and(|d| d.ns() < self.now);
        Record {
            birth: life.birth,
            workload: request.workload,
            home: request.home,
            image: life.image,
            class,
            born: request.born,
            ended: SimTime::from_ns(self.now),
            outcome: ending,
            answer: request.answer.map(|a| AnsweredBy {
                model: a.model,
                tap: a.tap,
                node: NodeId(life.answered_at),
                prediction: a.prediction,
                confidence: a.confidence,
            }),
            right: answered && request.answer.map(|a| a.prediction) == Some(class),
            late: ending == Ending::InFlight || (answered && overdue),
            steps: request.steps + life.other_steps,
            bytes_up: life.bytes_up,
            bytes_down: life.bytes_down,
            compute_ns: life.compute_ns,
            counted: life.counted,
        }
    }
}
