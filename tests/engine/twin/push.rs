//! Files of models on their way.

use super::channel::ChannelKey;
use super::life::{Doing, LEGS, Life, Load};
use super::node::Power;
use super::{Twin, place};
use tierwise::sim::{Held, ModelId, NodeId, Request, RequestId};
use tierwise::units::SimTime;

impl Twin<'_> {
    pub fn push(&mut self, from: u32, node: u32, model: ModelId) -> Result<(), String> {
        let group = |node: u32| &self.world.groups[place::group_of(self.world, node)];
        let has = group(from).work[model.0 as usize].is_some();
        let resident = self.nodes[from as usize].memory.as_ref().is_none_or(|memory| memory.is_ready(model));
        if from == node || !has || !resident || group(node).work[model.0 as usize].is_none() {
            return Err("cannot be sent".into());
        }
        let bytes = group(node).memory.as_ref().ok_or("no memory")?.sizes[model.0 as usize].0;
        let number = (1 << 28) - 1 - self.pushed;
        self.pushed += 1;
        let load = Load { raw: false, bytes, to: node };
        let (now, horizon) = (self.now, self.world.horizon);
        let counted = now >= horizon.warm_up.ns() && now < horizon.end.ns();
        self.cut |= !counted;
        self.lives.insert(number * LEGS, file(number, counted, Doing::Pushing(load, model)));
        self.send(number * LEGS, from, load)
    }

    /// A file has come over a hop.
    pub fn push_on(&mut self, file: u64, load: Load, model: ModelId) -> Result<(), String> {
        if let Some(load) = self.life(file).connecting.take() {
            self.depart(file, load);
            return Ok(());
        }
        let at = self.lives[&file].hop.expect("on its way").to;
        if at != load.to {
            return self.send(file, at, load);
        }
        self.lives.remove(&file);
        let of = &mut self.nodes[at as usize];
        let takes = of.power == Power::On && !of.down;
        of.memory.iter_mut().filter(|_| takes).for_each(|memory| memory.deliver(model));
        self.begin_services(at);
        Ok(())
    }

    /// Whether this is a file, and lost because its channel does not work.
    pub fn loses_file(&mut self, file: u64, key: ChannelKey) -> bool {
        let lost = matches!(self.lives[&file].doing, Doing::Pushing(..))
            && self.broken(|unit| unit.channels.contains(&key)).is_some();
        if lost {
            self.lives.remove(&file);
        }
        lost
    }
}

/// Nobody waits for it.
fn file(number: u64, counted: bool, doing: Doing) -> Life {
    let nobody = NodeId(u32::MAX);
    let request = Request {
        id: RequestId(0),
        workload: 0,
        home: nobody,
        at: nobody,
        born: SimTime::ZERO,
        deadline: None,
        held: Held::Raw,
        answer: None,
        steps: 0,
        leg: 0,
        forked: false,
        refused: 0,
    };
    Life { counted, doing, cancelled: true, ..Life::new(number, request, 0) }
}
