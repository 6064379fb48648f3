//! What a wanted computation takes, and why a step is impossible.

use super::Engine;
use super::ask::Move;
use crate::problem::Problem;
use crate::sim::slab::{Compute, Leg, Via};
use crate::sim::{CodecId, Held, ModelId, NodeId, Step, TapId, World};

impl<P: ?Sized> Engine<'_, P> {
    /// From where a computation goes on, and what must be moved for it.
    pub(super) fn resolve(
        &self,
        slot: u32,
        model: ModelId,
        upto: TapId,
        node: NodeId,
        send: CodecId,
    ) -> Result<(Compute, Option<Move>), Problem> {
        let leg = &self.legs[slot];
        self.possible(model, upto, node, send)?;
        let (from, via, moved) = match leg.request.held {
            Held::Activation { model: held, tap } if held == model => self.go_on(leg, model, tap, node, send)?,
            _ => self.start_from_raw(leg, model, node, send)?,
        };
        if from > upto {
            return Err(Problem::new("the role has already passed this tap"));
        }
        self.answers(model, upto, via)?;
        Ok((Compute { model, from, upto, node, via }, moved))
    }

    fn possible(&self, model: ModelId, upto: TapId, node: NodeId, send: CodecId) -> Result<(), Problem> {
        let role = self.world.models.get(model.0 as usize).ok_or_else(|| Problem::new("there is no such role"))?;
        require((upto.0 as usize) < role.taps.len(), "the role has no such tap")?;
        require((node.0 as usize) < self.layout.node_count(), "there is no such node")?;
        require((send.0 as usize) < self.world.codecs.len(), "there is no such codec")?;
        let group = &self.world.groups[self.layout.group_of(node).0 as usize];
        require(group.work[model.0 as usize].is_some(), "the role does not run on this node")
    }

    /// An exit must have answers for what reached it.
    fn answers(&self, model: ModelId, upto: TapId, via: Option<Via>) -> Result<(), Problem> {
        let exit = self.world.models[model.0 as usize].taps[upto.0 as usize].exit;
        let measured = !exit || self.layout.scores.are_there(self.world, model, upto, via);
        require(measured, "nobody measured this exit's answers for an input sent like this")
    }

    fn go_on(
        &self,
        leg: &Leg,
        model: ModelId,
        tap: TapId,
        node: NodeId,
        send: CodecId,
    ) -> Result<(TapId, Option<Via>, Option<Move>), Problem> {
        let from = leg.request.at;
        if from == node {
            return Ok((tap, leg.via, None));
        }
        let via = self.written(leg.via, tap, send)?;
        let bytes = self.world.models[model.0 as usize].bytes(tap, send, leg.image);
        let bytes = bytes.ok_or_else(|| Problem::new("nobody measured the bytes of this tap under this codec"))?;
        Ok((tap, via, Some(Move { from, raw: false, bytes })))
    }

    fn start_from_raw(
        &self,
        leg: &Leg,
        model: ModelId,
        node: NodeId,
        send: CodecId,
    ) -> Result<(TapId, Option<Via>, Option<Move>), Problem> {
        if let Some(via) = leg.holds_raw(node) {
            return Ok((TapId(0), via, None));
        }
        let from = if leg.is_at_home_only() { leg.request.home } else { self.nearest_holder(leg, node) };
        let via = self.written(leg.holds_raw(from).flatten(), TapId(0), send)?;
        let bytes = self.world.models[model.0 as usize].bytes(TapId(0), send, leg.image);
        let bytes = bytes.ok_or_else(|| Problem::new("nobody measured the bytes of the raw image under this codec"))?;
        Ok((TapId(0), via, Some(Move { from, raw: true, bytes })))
    }

    /// Holders are a connected part of the tree with the home in it: the last on the way from there is the nearest.
    fn nearest_holder(&self, leg: &Leg, node: NodeId) -> NodeId {
        let mut at = leg.request.home;
        while let Some(hop) = self.layout.next_hop(at, node).filter(|hop| leg.holds_raw(hop.to).is_some()) {
            at = hop.to;
        }
        at
    }

    /// What counts when something that came in `via` is sent again, from a tap.
    fn written(&self, via: Option<Via>, tap: TapId, send: CodecId) -> Result<Option<Via>, Problem> {
        match (via, self.world.codecs[send.0 as usize].lossless) {
            (via, true) => Ok(via),
            (None, false) => Ok(Some((tap, send))),
            (Some(_), false) => Err(Problem::new("nobody measured answers of what was sent lossily twice")),
        }
    }

    /// Where a request's answer must arrive.
    pub(super) fn sink(&self, slot: u32) -> Result<NodeId, Problem> {
        let sink = self.layout.sink(self.world, &self.legs[slot].request);
        sink.ok_or_else(|| Problem::new("no node of the sink's tier is above the request's home"))
    }

    /// A fault of the step that a policy has just taken or is about to.
    pub(super) fn fault(&self, slot: u32, what: &str) -> Problem {
        Problem::new(what).received(self.state(slot)).remedy("look at the policy's last steps for this request")
    }

    /// Says which step of which request a problem is about.
    pub(super) fn describe(&self, slot: u32, step: Step, problem: Problem) -> Problem {
        let step = step_text(self.world, step);
        let what = format!("impossible step: {}", problem.what);
        Problem { what, ..problem }.received(format!("{step} for {}", self.state(slot)))
    }

    fn state(&self, slot: u32) -> String {
        let leg = &self.legs[slot];
        let request = &leg.request;
        let held = match request.held {
            Held::Raw => "the raw image".into(),
            Held::Activation { model, tap } => tap_text(self.world, model, tap),
        };
        let leg_number = request.leg;
        let of_two = leg_number > 0 || request.forked;
        let leg_text = if of_two { format!(", leg {leg_number}") } else { String::new() };
        let answer = if request.answer.is_some() { "an answer" } else { "no answer" };
        format!(
            "request {}{leg_text} (born {} at {}, now {} at {}, holds {held}, has {answer}, step {}, refused {} times)",
            leg.birth,
            request.born,
            node_text(self.world, request.home),
            self.now,
            node_text(self.world, request.at),
            request.steps,
            request.refused,
        )
    }
}

#[inline]
fn require(holds: bool, what: &str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(wrong(what)) }
}

#[cold]
fn wrong(what: &str) -> Problem {
    Problem::new(what)
}

pub(super) fn node_text(world: &World, node: NodeId) -> String {
    if node.0 >= world.node_count() {
        return format!("node {}", node.0);
    }
    let group = world.group_of(node);
    format!("{}/{}", world.groups[group.0 as usize].name, node.0 - world.nodes_of(group).start)
}

fn tap_text(world: &World, model: ModelId, tap: TapId) -> String {
    let role = world.models.get(model.0 as usize);
    let name = role.map_or_else(|| format!("role {}", model.0), |m| m.name.clone());
    let at = role.and_then(|m| m.taps.get(tap.0 as usize)).map_or_else(|| tap.0.to_string(), |t| t.name.clone());
    format!("{name}@{at}")
}

fn step_text(world: &World, step: Step) -> String {
    match step {
        Step::Compute { model, upto, node, send } => {
            let codec = world.codecs.get(send.0 as usize).map_or("?", |c| &c.name);
            format!("compute {} on {}, sent as {codec},", tap_text(world, model, upto), node_text(world, node))
        }
        Step::Wait { until } => format!("wait until {until}"),
        other => format!("{other:?}").to_lowercase(),
    }
}
