//! Asking the policy, and doing the step it wants.

use super::Engine;
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::slab::{Compute, Task};
use crate::sim::stations::Known;
use crate::sim::{Answer, CodecId, Ending, Held, ModelId, NodeId, Policy, Step, TapId, View};
use crate::units::{Bytes, SimTime};

/// Steps that a request may take without time moving.
const MOST_AT_ONCE: u32 = 64;

/// What must be moved before a computation.
pub(super) struct Move {
    pub from: NodeId,
    pub raw: bool,
    pub bytes: Bytes,
}

impl<P: Policy + ?Sized> Engine<'_, P> {
    pub(super) fn ask(&mut self, slot: u32) -> Result<(), Problem> {
        if let Task::Serve(compute) = self.legs[slot].task {
            self.complete(slot, compute);
        }
        self.guard(slot)?;
        let step = self.next(slot);
        self.was_foreseen(slot, step)?;
        self.legs[slot].request.steps += 1;
        self.take(slot, step)
    }

    /// A computation is over: the request holds its result.
    #[inline]
    pub(super) fn complete(&mut self, slot: u32, done: Compute) {
        let leg = &mut self.legs[slot];
        leg.task = Task::Idle;
        leg.via = done.via;
        leg.request.held = match done.upto {
            TapId(0) => Held::Raw,
            tap => Held::Activation { model: done.model, tap },
        };
        if let Some(table) = self.layout.output(self.world, done.model, done.upto, done.via) {
            let output = &self.world.models[done.model.0 as usize].tables.outputs[table as usize];
            let image = leg.image as usize;
            let (confidence, margin) = (output.confidence[image], output.margin[image]);
            let prediction = output.prediction[image];
            leg.answered_at = done.node;
            leg.request.answer = Some(Answer { model: done.model, tap: done.upto, prediction, confidence, margin });
        }
    }

    fn guard(&mut self, slot: u32) -> Result<(), Problem> {
        let asked = &mut self.legs[slot].asked;
        *asked = if asked.0 == self.now { (self.now, asked.1 + 1) } else { (self.now, 1) };
        match asked.1 > MOST_AT_ONCE {
            true => Err(self.fault(slot, "64 steps were taken without time moving")),
            false => Ok(()),
        }
    }

    /// Where requests are looked at, a policy is held to what it foresees: elsewhere it is taken at its word.
    fn was_foreseen(&self, slot: u32, step: Step) -> Result<(), Problem> {
        let foreseen = if self.unseen { None } else { self.policy.foresee(&self.legs[slot].request) };
        match foreseen {
            Some(other) if other != step => Err(self.fault(slot, "the policy foresaw another step than it takes")),
            _ => Ok(()),
        }
    }

    #[inline]
    fn next(&mut self, slot: u32) -> Step {
        let leg = &self.legs[slot];
        let request = &leg.request;
        let known = Known {
            world: self.world,
            layout: &self.layout,
            nodes: &self.nodes,
            channels: &self.channels,
            now: self.now,
            here: Some(request.at),
        };
        let view = View::new(self.world, &known, self.now, request.at, request.home).of_image(leg.image);
        let mut rng = Rng::new(self.draws.policy, leg.entity(), request.steps);
        self.policy.next(request, &view, &mut rng)
    }

    fn take(&mut self, slot: u32, step: Step) -> Result<(), Problem> {
        match step {
            Step::Compute { model, upto, node, send } => self.compute(slot, model, upto, node, send),
            Step::Answer => self.answer(slot),
            Step::Drop => {
                self.end(slot, Ending::Dropped);
                Ok(())
            }
            Step::Wait { until } => self.wait(slot, until),
            Step::Fork => self.fork(slot),
        }
        .map_err(|problem| if problem.received.is_some() { problem } else { self.describe(slot, step, problem) })
    }

    fn wait(&mut self, slot: u32, until: SimTime) -> Result<(), Problem> {
        if until <= self.now {
            return Err(Problem::new("`Wait` must end later than now"));
        }
        self.schedule_ask(slot, until);
        Ok(())
    }

    fn answer(&mut self, slot: u32) -> Result<(), Problem> {
        let leg = &self.legs[slot];
        leg.request.answer.ok_or_else(|| Problem::new("no exit was reached yet: there is no answer"))?;
        let sink = self.sink(slot)?;
        if leg.request.at == sink {
            self.end(slot, Ending::Answered);
            return Ok(());
        }
        let bytes = self.answer_bytes(slot).ok_or_else(|| Problem::new("nobody measured the bytes of this answer"))?;
        self.legs[slot].task = Task::Return(sink);
        let from = self.legs[slot].request.at;
        self.send(slot, from, sink, false, bytes)
    }

    /// Bytes of the latest answer; `None`: there is none, or nobody measured that.
    #[inline]
    pub(super) fn answer_bytes(&self, slot: u32) -> Option<Bytes> {
        let leg = &self.legs[slot];
        let answer = leg.request.answer?;
        self.world.models[answer.model.0 as usize].bytes(answer.tap, self.layout.raw, leg.image)
    }

    fn compute(&mut self, slot: u32, model: ModelId, upto: TapId, node: NodeId, send: CodecId) -> Result<(), Problem> {
        let (compute, moved) = self.resolve(slot, model, upto, node, send)?;
        match moved {
            None => {
                let leaves_behind = compute.from == TapId(0) && self.legs[slot].request.at != node;
                self.stand(slot, node, leaves_behind);
                self.serve(slot, compute);
                Ok(())
            }
            Some(Move { from, raw, bytes }) => {
                self.legs[slot].task = Task::Bring(compute);
                self.send(slot, from, node, raw, bytes)
            }
        }
    }
}
