//! Places where an answer can be made, seen from a group of devices.

use crate::problem::{Problem, remedy_for_name};
use crate::sim::{GroupId, ModelId, Request, Step, TapId, Tier, View, World};

/// A role at a group of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub group: GroupId,
    /// Which role.
    pub model: ModelId,
    /// Its answer: the last tap.
    pub answer: TapId,
}

impl Target {
    /// The role at the group, if it is hosted there.
    pub fn new(world: &World, group: GroupId, model: ModelId) -> Option<Self> {
        world.groups[group.0 as usize].work[model.0 as usize].as_ref()?;
        let answer = TapId(world.models[model.0 as usize].taps.len() as u8 - 1);
        Some(Self { group, model, answer })
    }

    /// The hosted role that is most often right on the validation images; the first of equals.
    pub fn best(world: &World, group: GroupId) -> Option<Self> {
        let hosted = (0..world.models.len()).filter_map(|m| Self::new(world, group, ModelId(m as u8)));
        hosted.reduce(|best, t| Self::better(world, best, t))
    }

    /// The one that is more often right on the validation images; the first if equal.
    pub fn better(world: &World, first: Self, second: Self) -> Self {
        if right(world, second) > right(world, first) { second } else { first }
    }

    /// `role` at the group, or the best one there when none is named.
    ///
    /// # Errors
    /// An unknown role, or one that is not hosted there.
    pub fn named(world: &World, group: GroupId, role: Option<&str>) -> Result<Self, Problem> {
        let place = &world.groups[group.0 as usize].name;
        let Some(role) = role else {
            let nothing =
                || Problem::new(format!("no model is hosted at `{place}`")).remedy("list one in its `models`");
            return Self::best(world, group).ok_or_else(nothing);
        };
        let names: Vec<&str> = world.models.iter().map(|m| m.name.as_str()).collect();
        let unknown =
            || Problem::new("unknown model").received(format!("`{role}`")).remedy(remedy_for_name(role, names));
        let model = world.model(role).ok_or_else(unknown)?;
        let absent = || {
            Problem::new(format!("model `{role}` is not hosted at `{place}`")).remedy("add it to the node's `models`")
        };
        Self::new(world, group, model).ok_or_else(absent)
    }

    /// The step that computes the answer here, bringing the raw image in the workload's codec.
    pub fn compute(&self, request: &Request, view: &View<'_>) -> Step {
        match view.nearest(self.group) {
            Some(node) => Step::Compute {
                model: self.model,
                upto: self.answer,
                node,
                send: view.world().workloads[request.workload as usize].send,
            },
            None => Step::Drop,
        }
    }
}

/// Right answers on the validation images.
fn right(world: &World, target: Target) -> usize {
    let model = &world.models[target.model.0 as usize];
    let name = &model.taps[target.answer.0 as usize].name;
    let Some(output) = model.validation.outputs.iter().find(|o| &o.tap == name) else { return 0 };
    output.prediction.iter().zip(&model.validation.label).filter(|(p, l)| p == l).count()
}

/// The groups on the way from `home` to the cloud, `home` first.
pub fn way_up(world: &World, home: GroupId) -> Vec<GroupId> {
    let above = |group: &GroupId| world.links.iter().find(|l| l.lower == *group).map(|l| l.upper);
    std::iter::successors(Some(home), above).take(world.groups.len()).collect()
}

/// The first group of a tier on the way up from `home`.
///
/// # Errors
/// There is none.
pub fn tier_on_way(world: &World, home: GroupId, tier: Tier) -> Result<GroupId, Problem> {
    let at = |g: &GroupId| world.groups[g.0 as usize].tier;
    let name = &world.groups[home.0 as usize].name;
    let none = || {
        Problem::new(format!("no {tier:?} node can be reached from `{name}`").to_lowercase())
            .remedy("link one to it, or leave this policy out")
    };
    way_up(world, home).into_iter().find(|g| at(g) == tier).ok_or_else(none)
}

/// The place that is written as `"role@node"`.
///
/// # Errors
/// Another form, an unknown name, or a place that is not on the way up from `home`.
pub fn stage(world: &World, home: GroupId, stage: &str) -> Result<Target, Problem> {
    let form = || Problem::new("a stage is written as \"role@node\"").received(format!("{stage:?}"));
    let (role, place) = stage.split_once('@').ok_or_else(form)?;
    let names: Vec<&str> = world.groups.iter().map(|g| g.name.as_str()).collect();
    let unknown = || Problem::new("unknown node").received(format!("`{place}`")).remedy(remedy_for_name(place, names));
    let group = world.group(place).ok_or_else(unknown)?;
    if !way_up(world, home).contains(&group) {
        let from = &world.groups[home.0 as usize].name;
        return Err(Problem::new(format!("stage `{stage}` is not on the way up from `{from}`")));
    }
    Target::named(world, group, Some(role))
}

/// Something resolved for each group that requests are born at.
#[derive(Clone, Debug)]
pub struct PerHome<T> {
    /// By group.
    all: Vec<Option<T>>,
    /// By workload: its group.
    at: Vec<GroupId>,
}

impl<T> Default for PerHome<T> {
    fn default() -> Self {
        Self { all: Vec::new(), at: Vec::new() }
    }
}

impl<T> PerHome<T> {
    /// Resolves it for the home group of each workload.
    pub fn resolve(world: &World, mut one: impl FnMut(GroupId) -> Result<T, Problem>) -> Result<Self, Problem> {
        let mut all: Vec<Option<T>> = (0..world.groups.len()).map(|_| None).collect();
        for workload in &world.workloads {
            all[workload.at.0 as usize] = Some(one(workload.at)?);
        }
        Ok(Self { all, at: world.workloads.iter().map(|w| w.at).collect() })
    }

    /// What was resolved for the request's home.
    #[inline]
    pub fn of(&self, request: &Request) -> Option<&T> {
        self.all[self.at.get(request.workload as usize)?.0 as usize].as_ref()
    }
}

/// One question at one place: answers once it was answered there, drops the request if its queue is full.
pub fn ask_once(target: Option<&Target>, request: &Request, view: &View<'_>) -> Step {
    match target {
        _ if request.answer.is_some() => Step::Answer,
        Some(target) if request.refused == 0 => target.compute(request, view),
        _ => Step::Drop,
    }
}

/// What a policy that asks once foresees: it gives the answer it got.
#[inline]
pub fn give_it(request: &Request) -> Option<Step> {
    request.answer.map(|_| Step::Answer)
}

/// The best role of each group on the way up from `home`.
///
/// # Errors
/// No group there hosts anything.
pub fn choices(world: &World, home: GroupId) -> Result<Vec<Target>, Problem> {
    let all: Vec<Target> = way_up(world, home).into_iter().filter_map(|g| Target::best(world, g)).collect();
    let name = &world.groups[home.0 as usize].name;
    let none =
        || Problem::new(format!("no model can be reached from `{name}`")).remedy("list one in a node's `models`");
    if all.is_empty() { Err(none()) } else { Ok(all) }
}
