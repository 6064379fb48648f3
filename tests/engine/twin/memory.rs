//! A node's memory and those who wait for it, as they are pictured.

use super::node::Job;
use super::parcel::Parcel;
use super::{flows, place};
use tierwise::sim::{ModelId, Source, World};

#[derive(Clone, Debug)]
pub struct Memory {
    room: u64,
    /// Bytes and loading times, by role.
    sizes: Vec<u64>,
    times: Vec<u64>,
    /// Loading time of roles whose files came, and which those are.
    cold: u64,
    files: Vec<ModelId>,
    /// What is there, the least recently used first.
    there: Vec<ModelId>,
    /// What is to go.
    leaving: Vec<ModelId>,
    pub loading: Option<(ModelId, u64)>,
    /// Who waits, in order of coming; an action waits for a role alone.
    gate: Vec<(ModelId, Option<Job>)>,
    /// Who is in the node, and with what.
    pub inside: Vec<(u64, ModelId)>,
}

pub enum Next {
    Passes(Job),
    Goes,
    /// So many bytes, until then.
    Loads(u64, u64),
}

impl Memory {
    pub fn of(world: &World, group: usize) -> Option<Self> {
        let memory = world.groups[group].memory.clone()?;
        let sizes: Vec<u64> = memory.sizes.iter().map(|bytes| bytes.0).collect();
        let time = |model: usize| match memory.from {
            _ if world.groups[group].work[model].is_none() => 0,
            Source::Storage(rate) => (sizes[model] as f64 / rate.0 * 1e9 + 0.5) as u64,
            Source::Network => from_above(world, group, model, sizes[model]),
        };
        let times = (0..sizes.len()).map(|model| (time(model) + memory.cold.ns()).max(1)).collect();
        let (there, room) = (memory.first, memory.room.0);
        let (cold, files) = (memory.cold.ns().max(1), vec![]);
        Some(Self {
            room,
            sizes,
            times,
            cold,
            files,
            there,
            leaving: vec![],
            loading: None,
            gate: vec![],
            inside: vec![],
        })
    }

    pub fn is_ready(&self, model: ModelId) -> bool {
        self.there.contains(&model) && !self.leaving.contains(&model)
    }

    /// Whose role must be loaded first.
    fn head(&self) -> Option<usize> {
        self.gate.iter().position(|(model, _)| !self.is_ready(*model))
    }

    pub fn lets_in(&self, model: ModelId) -> bool {
        self.is_ready(model) && (self.loading.is_some() || self.head().is_none())
    }

    pub fn hold(&mut self, job: Job) {
        self.gate.push((job.kind.0, Some(job)));
    }

    pub fn held(&self) -> impl Iterator<Item = &Job> {
        self.gate.iter().filter_map(|(_, job)| job.as_ref())
    }

    pub fn held_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.gate.iter_mut().filter_map(|(_, job)| job.as_mut())
    }

    /// Somebody has left the node.
    pub fn without(&mut self, birth: u64) {
        self.inside.retain(|(who, _)| *who != birth);
    }

    /// Somebody is no longer at the gate, or has left those who wait inside.
    pub fn cancel(&mut self, birth: u64, left: bool) {
        self.gate.retain(|(_, job)| job.is_none_or(|job| job.birth != birth));
        if left {
            self.without(birth);
        }
    }

    pub fn enters(&mut self, birth: u64, model: ModelId) {
        self.inside.push((birth, model));
        self.there.retain(|other| *other != model);
        self.there.push(model);
    }

    pub fn next(&mut self, now: u64) -> Option<Next> {
        let unused = |memory: &Self, model: &ModelId| memory.inside.iter().all(|(_, used)| used != model);
        // As the engine does it, role by role; they go at one instant.
        if let Some(model) = self.leaving.iter().copied().filter(|model| unused(self, model)).min() {
            self.go(model);
            return Some(Next::Goes);
        }
        // Those wait no longer whom an action wanted.
        let ready = |(model, job): &(ModelId, Option<Job>)| job.is_some() || !self.is_ready(*model);
        self.gate = self.gate.iter().copied().filter(ready).collect();
        let (head, passes) = (self.head(), self.gate.iter().position(|(model, _)| self.is_ready(*model)));
        if let Some(passes) = passes.filter(|p| self.loading.is_some() || head.is_none_or(|head| *p < head)) {
            return Some(Next::Passes(self.gate.remove(passes).1.expect("a request")));
        }
        let model = self.gate[head.filter(|_| self.loading.is_none())?].0;
        if self.there.contains(&model) {
            return None;
        }
        let size = |model: &ModelId| self.sizes[model.0 as usize];
        let free = self.room - self.there.iter().map(size).sum::<u64>();
        let out: Vec<ModelId> = self.there.iter().copied().filter(|model| unused(self, model)).collect();
        if size(&model) <= free {
            let file = self.files.contains(&model);
            self.files.retain(|other| *other != model);
            let until = now + if file { self.cold } else { self.times[model.0 as usize] };
            self.loading = Some((model, until));
            return Some(Next::Loads(size(&model), until));
        }
        if size(&model) > free + out.iter().map(size).sum::<u64>() {
            return None;
        }
        self.go(out[0]);
        Some(Next::Goes)
    }

    fn go(&mut self, model: ModelId) {
        self.there.retain(|other| *other != model);
        self.leaving.retain(|other| *other != model);
    }

    /// What was loaded by now is there.
    pub fn change(&mut self, now: u64) {
        if let Some((model, _)) = self.loading.filter(|(_, until)| *until <= now) {
            self.loading = None;
            self.there.push(model);
        }
    }

    pub fn want(&mut self, model: ModelId) {
        self.leaving.retain(|other| *other != model);
        let wanted = self.gate.iter().any(|(other, job)| job.is_none() && *other == model);
        if !wanted && !self.there.contains(&model) && self.loading.is_none_or(|(loads, _)| loads != model) {
            self.gate.push((model, None));
        }
    }

    pub fn deliver(&mut self, model: ModelId) {
        if !self.there.contains(&model) && self.loading.is_none_or(|(loads, _)| loads != model) {
            self.files.push(model);
            self.want(model);
        }
    }

    pub fn dismiss(&mut self, model: ModelId) {
        if self.is_ready(model) {
            self.leaving.push(model);
        }
    }

    pub fn forget(&mut self) {
        (self.there, self.leaving, self.loading) = (vec![], vec![], None);
        (self.inside, self.files) = (vec![], vec![]);
        self.gate.retain(|(_, job)| job.is_some());
    }

    /// Nobody is left, and nothing.
    pub fn lose(&mut self) {
        self.forget();
        self.gate.clear();
    }

    /// Roles that are ready, as bits.
    pub fn bits(&self) -> u64 {
        (0..self.sizes.len()).filter(|model| self.is_ready(ModelId(*model as u8))).map(|model| 1 << model).sum()
    }
}

/// Time over the links from the nearest node above that keeps a role.
fn from_above(world: &World, group: usize, model: usize, bytes: u64) -> u64 {
    let node = place::nodes(world).find(|node| place::group_of(world, node.0) == group).expect("it has nodes").0;
    let keeps = |n: &&u32| {
        let of = &world.groups[place::group_of(world, **n)];
        **n != node && of.memory.is_none() && of.work[model].is_some()
    };
    let keeper = *place::climb(world, node).iter().find(keeps).expect("was checked");
    let hops = place::path(world, keeper, node).expect("there is a way");
    let parcel =
        |hop: &place::Hop| Parcel { world, replication: 0, hop: *hop, birth: 0, leg: 0, steps: 0, payload: bytes };
    let (mut sum, mut path) = (0, &hops[..]);
    while !path.is_empty() {
        let run = flows::run(world, path);
        let times: Vec<(u64, u64)> = run.iter().map(|hop| parcel(hop).expected()).collect();
        sum += flows::alone(world, &run, &times.iter().map(|time| time.0).collect::<Vec<_>>());
        sum += times.iter().map(|time| time.1).sum::<u64>();
        path = &path[run.len()..];
    }
    sum
}
