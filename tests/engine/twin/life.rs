//! One request, and which steps are possible for it.

use super::place::{self, Hop};
use std::collections::BTreeMap;
use tierwise::sim::{CodecId, Held, ModelId, NodeId, Request, TapId, World};

/// The tap at which something was written with a lossy codec, if it ever was.
pub type Lossy = Option<(TapId, CodecId)>;

/// A computation that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub model: ModelId,
    pub from: TapId,
    pub upto: TapId,
    pub node: u32,
    /// The tap at which its input was written with a lossy codec.
    pub lossy: Lossy,
}

/// What is carried, hop by hop.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub raw: bool,
    pub bytes: u64,
    pub to: u32,
}

/// More legs than any request has in a test.
pub const LEGS: u64 = 64;

#[derive(Clone, Copy, Debug)]
pub enum Doing {
    Nothing,
    Bringing(Load, Job),
    Computing(Job),
    Returning(Load),
    /// It is no request, but the file of a model.
    Pushing(Load, ModelId),
}

/// All that happens to one leg of a request; where it is never forked, to the request. Legs are numbered with their
/// request's birth number times [`LEGS`], plus the number of the fork that started them.
#[derive(Clone, Debug)]
pub struct Life {
    pub birth: u64,
    pub request: Request,
    pub image: u32,
    pub counted: bool,
    pub doing: Doing,
    pub hop: Option<Hop>,
    /// The hops up to and with that one that are crossed at once.
    pub run: Vec<Hop>,
    /// What is sent once the handshake is over.
    pub connecting: Option<Load>,
    /// What lies behind the activation that it holds.
    pub lossy: Lossy,
    /// Who has the raw image, and what lies in between.
    pub holders: BTreeMap<u32, Lossy>,
    pub answered_at: u32,
    /// When it was asked last, and how often then.
    pub asked: (u64, u32),
    pub compute_ns: [u64; 3],
    /// Of the service that it is in, as charged.
    pub work: u64,
    pub bytes_up: u64,
    pub bytes_down: u64,
    /// How often failures interrupted it.
    pub interrupted: u32,
    /// Joules beyond idle spent by its home.
    pub home_j: f64,
    /// How often its request was forked.
    pub forks: u64,
    /// The other leg of its request.
    pub other: Option<u64>,
    /// Steps of legs that ended before.
    pub other_steps: u32,
    /// Its request has ended.
    pub cancelled: bool,
}

/// What a role says about an image at a tap: index of the table.
pub fn table(world: &World, model: ModelId, tap: TapId, lossy: Lossy) -> Option<usize> {
    let role = &world.models[model.0 as usize];
    let name = |tap: TapId| &role.taps[tap.0 as usize].name;
    let cut = name(lossy.map_or(TapId(0), |(cut, _)| cut));
    let codec = lossy.map_or("raw", |(_, c)| &world.codecs[c.0 as usize].name);
    role.tables.outputs.iter().position(|o| &o.tap == name(tap) && o.codec == codec && &o.cut == cut)
}

impl Life {
    /// Nothing has happened yet.
    pub fn new(birth: u64, request: Request, image: u32) -> Self {
        Self {
            birth,
            request,
            image,
            counted: false,
            doing: Doing::Nothing,
            hop: None,
            run: Vec::new(),
            connecting: None,
            lossy: None,
            holders: BTreeMap::new(),
            answered_at: 0,
            asked: (0, 0),
            compute_ns: [0; 3],
            work: 0,
            bytes_up: 0,
            bytes_down: 0,
            interrupted: 0,
            home_j: 0.0,
            forks: 0,
            other: None,
            other_steps: 0,
            cancelled: false,
        }
    }

    /// Whose draws its are.
    pub fn entity(&self) -> u64 {
        self.birth + (u64::from(self.request.leg) << 48)
    }

    /// What a `Compute` step comes to: the computation, and from where what must be moved for it.
    pub fn plan(
        &self,
        world: &World,
        (model, upto, node, send): (ModelId, TapId, NodeId, CodecId),
    ) -> Result<(Job, Option<(u32, Load)>), String> {
        let role = world.models.get(model.0 as usize).ok_or("no such role")?;
        if upto.0 as usize >= role.taps.len() || send.0 as usize >= world.codecs.len() {
            return Err("no such tap or codec".into());
        }
        if !place::nodes(world).any(|n| n == node) {
            return Err("no such node".into());
        }
        if world.groups[place::group_of(world, node.0)].work[model.0 as usize].is_none() {
            return Err("not hosted".into());
        }
        let (from, source, lossy) = match self.request.held {
            Held::Activation { model: held, tap } if held == model => (tap, self.request.at.0, self.lossy),
            _ => {
                let source = self.nearest_holder(world, node.0)?;
                (TapId(0), source, self.holders[&source])
            }
        };
        let raw = self.request.held != Held::Activation { model, tap: from };
        let mut job = Job { model, from, upto, node: node.0, lossy };
        let mut moved = None;
        if source != node.0 {
            job.lossy = written(world, from, lossy, send)?;
            let bytes = role.bytes(from, send, self.image).ok_or("size was not measured")?.0;
            moved = Some((source, Load { raw, bytes, to: node.0 }));
        }
        if upto < from {
            return Err("passed".into());
        }
        if role.taps[upto.0 as usize].exit && table(world, model, upto, job.lossy).is_none() {
            return Err("answers were not measured".into());
        }
        Ok((job, moved))
    }

    /// The holder with the fewest hops to a node.
    fn nearest_holder(&self, world: &World, node: u32) -> Result<u32, String> {
        let hops = |h: &u32| place::path(world, *h, node).map(|p| (p.len(), *h));
        Ok(self.holders.keys().filter_map(hops).min().ok_or("no way")?.1)
    }
}

/// What lies behind something that is sent once more, from a tap.
fn written(world: &World, from: TapId, before: Lossy, send: CodecId) -> Result<Lossy, String> {
    match world.codecs[send.0 as usize].lossless {
        true => Ok(before),
        false if before.is_none() => Ok(Some((from, send))),
        false => Err("lossy twice".into()),
    }
}
