//! Asking the policy, and doing the step it wants.

use super::Engine;
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::layout::Layout;
use crate::sim::slab::{Compute, Leg, Task};
use crate::sim::stations::{Channels, Known, Nodes};
use crate::sim::{CodecId, Ending, Held, ModelId, NodeId, Policy, Request, Step, TapId, View, World};
use crate::units::{Bytes, SimTime};

/// Steps that a request may take without time moving.
const MOST_AT_ONCE: u32 = 64;

/// What must be moved before a computation.
pub(super) struct Move {
    pub from: NodeId,
    pub raw: bool,
    pub bytes: Bytes,
}

/// Bytes of the latest answer; `None`: there is none, or nobody measured that.
#[inline]
pub(super) fn answer_bytes(world: &World, layout: &Layout, leg: &Leg) -> Option<Bytes> {
    let answer = leg.request.answer?;
    world.models[answer.model.0 as usize].bytes(answer.tap, layout.raw, leg.image)
}

/// A computation is over: the request holds its result.
#[inline]
pub(super) fn complete(world: &World, layout: &Layout, leg: &mut Leg, done: Compute) {
    leg.task = Task::Idle;
    leg.via = done.via;
    leg.request.held = held(done);
    let Compute { model, upto: tap, .. } = done;
    if let Some(scored) = layout.scores.of(world, model, tap, done.via, leg.image) {
        leg.request.answer = Some(scored.answer(model, tap));
        (leg.right, leg.answered_at) = (scored.right, done.node);
    }
}

/// What a computation leaves with its request.
#[inline(always)]
pub(super) fn held(done: Compute) -> Held {
    match done.upto {
        TapId(0) => Held::Raw,
        tap => Held::Activation { model: done.model, tap },
    }
}

/// What there is to be seen when a policy is asked.
pub(super) struct Sight<'a> {
    pub world: &'a World,
    pub layout: &'a Layout,
    pub stations: (&'a Nodes, &'a Channels),
}

impl Sight<'_> {
    /// The step that a policy wants for a request of an image.
    #[inline]
    pub(super) fn ask<P: Policy + ?Sized>(
        &self,
        policy: &mut P,
        request: &Request,
        image: u32,
        now: SimTime,
        rng: &mut Rng,
    ) -> Step {
        let Self { world, layout, stations: (nodes, channels) } = *self;
        let known = Known { world, layout, nodes, channels, now, here: Some(request.at) };
        policy.next(request, &View::new(world, &known, now, request.at, request.home).of_image(image), rng)
    }
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
        complete(self.world, &self.layout, &mut self.legs[slot], done);
    }

    fn guard(&mut self, slot: u32) -> Result<(), Problem> {
        let leg = &mut self.legs[slot];
        leg.asked_then = if leg.asked == self.now { leg.asked_then + 1 } else { 1 };
        leg.asked = self.now;
        match leg.asked_then > MOST_AT_ONCE {
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
        let mut rng = Rng::new(self.draws.policy, leg.entity(), leg.request.steps);
        let sight = Sight { world: self.world, layout: &self.layout, stations: (&self.nodes, &self.channels) };
        sight.ask(self.policy, &leg.request, leg.image, self.now, &mut rng)
    }

    pub(super) fn take(&mut self, slot: u32, step: Step) -> Result<(), Problem> {
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
        let bytes = answer_bytes(self.world, &self.layout, &self.legs[slot]);
        let bytes = bytes.ok_or_else(|| Problem::new("nobody measured the bytes of this answer"))?;
        self.legs[slot].task = Task::Return(sink);
        let from = self.legs[slot].request.at;
        self.send(slot, from, sink, false, bytes)
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
