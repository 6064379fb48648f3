//! What must hold of a world before it is run. A scenario's own checks say more and name lines; these keep the engine
//! from reading past a table when a world was built by hand.

use super::{Arrivals, Failing, Fallible, Model, NodeGroup, Service, Tier, Workload, World};
use crate::problem::Problem;
use crate::units::{SimTime, Watts};

/// # Errors
/// The first thing that is wrong.
pub(super) fn check(world: &World) -> Result<(), Problem> {
    if world.codec("raw").is_none() {
        return Err(Problem::new("no codec is called `raw`").remedy("answers are sent with it: add it to the codecs"));
    }
    world.groups.iter().try_for_each(|g| group(world, g))?;
    (0..).zip(&world.groups).try_for_each(|(i, g)| memory(world, super::GroupId(i), g))?;
    world.links.iter().try_for_each(|l| link(world, l))?;
    world.models.iter().try_for_each(|m| model(world, m))?;
    world.workloads.iter().try_for_each(|w| workload(world, w))?;
    world.failures.iter().try_for_each(|f| failing(world, f))?;
    let nodes: u64 = world.groups.iter().map(|g| u64::from(g.count)).sum();
    require(nodes < u64::from(u32::MAX), || Problem::new("too many nodes").received(nodes))?;
    horizon(world)
}

fn require(holds: bool, problem: impl FnOnce() -> Problem) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(problem()) }
}

fn horizon(world: &World) -> Result<(), Problem> {
    let horizon = world.horizon;
    require(horizon.warm_up <= horizon.end && horizon.end.ns() < u64::MAX / 2, || {
        Problem::new("the horizon's warm-up must end before births do, and births must end").received(horizon.end)
    })
}

fn group(world: &World, group: &NodeGroup) -> Result<(), Problem> {
    let name = &group.name;
    require(group.count > 0, || Problem::new(format!("group `{name}` has no nodes")))?;
    if let Some((key, problem)) = group.service.wrong().into_iter().next() {
        let what = format!("group `{name}`, `{}`: {}", key.join("."), problem.what);
        return Err(Problem { what, ..problem });
    }
    powers(group)?;
    let fits = group.elastic.is_none_or(|elastic| elastic.most >= group.servers());
    require(fits, || Problem::new(format!("group `{name}` begins with more servers than it can have")))?;
    let levels = group.levels.iter().flat_map(|level| std::iter::once(&level.work).chain(&level.batches));
    let all = std::iter::once(&group.work).chain(&group.batches).chain(levels);
    let complete = all.clone().all(|work| is_complete(world, work)) && all.clone().all(|work| same(work, &group.work));
    require(complete, || {
        Problem::new(format!("group `{name}`: work must name each role, and rise from tap to tap of each"))
    })?;
    let batches = if let Service::Batch(batch) = &group.service { batch.most as usize - 1 } else { 0 };
    require(group.batches.len() == batches, || {
        Problem::new(format!("group `{name}`: work must be there for batches of each size"))
            .received(format!("{} sizes beyond one", group.batches.len()))
    })?;
    let first = group.levels.get(group.level as usize);
    let same = first.is_none_or(|l| {
        (l.idle, l.active, &l.work, &l.batches) == (group.idle, group.active, &group.work, &group.batches)
    });
    let equal = group.levels.iter().all(|level| level.batches.len() == batches);
    require(same && equal && (group.levels.is_empty() || first.is_some()), || {
        Problem::new(format!(
            "group `{name}`: its figures are not those of the level it begins with, or levels lack batches"
        ))
    })
}

/// Of each level, from nothing up to the greatest.
fn powers(group: &NodeGroup) -> Result<(), Problem> {
    let levels = group.levels.iter().map(|level| [level.idle, level.active]);
    let drawn = |power: Watts| (Watts(0.0)..=super::MOST_POWER).contains(&power);
    require(levels.chain([[group.idle, group.active]]).flatten().all(drawn), || {
        Problem::new(format!("group `{}`: powers must be from 0 to {}", group.name, super::MOST_POWER))
    })
}

fn memory(world: &World, id: super::GroupId, group: &NodeGroup) -> Result<(), Problem> {
    let (Some(memory), name) = (&group.memory, &group.name) else { return Ok(()) };
    let few = world.models.len() <= super::MOST_ROLES && memory.sizes.len() == world.models.len();
    require(few, || Problem::new(format!("group `{name}`: its memory must know each role's size, of 64 at most")))?;
    let size = |model: &super::ModelId| memory.sizes.get(model.0 as usize).map_or(u64::MAX, |bytes| bytes.0);
    let hosted: Vec<_> =
        (0..world.models.len() as u8).map(super::ModelId).filter(|m| group.work[m.0 as usize].is_some()).collect();
    let fits = hosted.iter().all(|model| size(model) <= memory.room.0);
    require(fits, || Problem::new(format!("group `{name}`: a role is larger than its memory")))?;
    let first: u64 = memory.first.iter().map(size).fold(0, u64::saturating_add);
    let once = memory.first.iter().all(|m| hosted.contains(m) && memory.first.iter().filter(|n| *n == m).count() == 1);
    require(once && first <= memory.room.0, || {
        Problem::new(format!(
            "group `{name}`: what its memory holds at first must be there once, and have room together"
        ))
    })?;
    let loads = hosted.iter().all(|model| world.load_time(id, *model).is_some_and(|time| time < SimTime::NEVER));
    require(loads, || {
        Problem::new(format!("group `{name}`: nobody above it keeps a role that it loads over the network"))
    })
}

fn is_complete(world: &World, work: &[Option<super::Work>]) -> bool {
    let fits = |(work, model): (&Option<super::Work>, &Model)| {
        work.as_ref().is_none_or(|w| w.upto.len() == model.taps.len() && w.upto.is_sorted())
    };
    work.len() == world.models.len() && work.iter().zip(&world.models).all(fits)
}

/// Whether both are of the same roles.
fn same(one: &[Option<super::Work>], other: &[Option<super::Work>]) -> bool {
    one.iter().map(Option::is_some).eq(other.iter().map(Option::is_some))
}

fn link(world: &World, link: &super::Link) -> Result<(), Problem> {
    let name = &link.name;
    let known = |g: super::GroupId| (g.0 as usize) < world.groups.len();
    require(known(link.lower) && known(link.upper), || Problem::new(format!("link `{name}` joins unknown groups")))?;
    let rates = link.up.rate.0 > 0 && link.down.rate.0 > 0;
    require(rates, || Problem::new(format!("link `{name}` has a rate of zero")))?;
    sharing(link)?;
    conditions(link)?;
    super::sharing::check_flows(world, link)?;
    let once = world.links.iter().filter(|l| l.lower == link.lower).count() == 1;
    require(once, || Problem::new(format!("link `{name}`: its lower group has two links upwards")))?;
    let above = |g: &super::GroupId| world.links.iter().find(|l| l.lower == *g).map(|l| l.upper);
    let steps = std::iter::successors(Some(link.lower), above).take(world.groups.len() + 1).count();
    require(steps <= world.groups.len(), || Problem::new(format!("link `{name}` is part of a ring")))
}

fn sharing(link: &super::Link) -> Result<(), Problem> {
    let both = [link.sharing_of(true), link.sharing_of(false)];
    let joint = |s: &super::Sharing| matches!(s, super::Sharing::Throughput | super::Sharing::Flows);
    let may = both[0] == both[1] || !(link.half_duplex || both.iter().any(joint));
    require(may, || Problem::new(format!("link `{}` cannot share its directions unlike", link.name)))
}

fn conditions(link: &super::Link) -> Result<(), Problem> {
    let Some(conditions) = &link.conditions else { return Ok(()) };
    let steady = link.sharing != super::Sharing::Throughput || !conditions.is_traced();
    require(steady, || Problem::new(format!("link `{}` shares equal throughput, and has a trace", link.name)))?;
    let about = |what: &str| Problem::new(format!("link `{}`: {what}", link.name));
    let rates = |q: &super::Quality| q.rates.iter().all(|r| r.mean().0 > 0);
    require(rates(&conditions.up) && rates(&conditions.down), || about("a node's rate is zero"))?;
    let fits = |up| matches!(link.sharing_of(up), super::Sharing::Fifo | super::Sharing::Fair);
    let may = !conditions.adjustable || (fits(true) && fits(false));
    require(may, || about("only links that are shared `fifo` or `fair` are adjustable"))?;
    let lost = |q: &super::Quality| (0.0..1.0).contains(&q.loss);
    require(lost(&conditions.up) && lost(&conditions.down), || about("loss must be at least 0 and below 1"))?;
    let wrong = conditions.outages.as_ref().and_then(super::Outages::wrong);
    wrong.map_or(Ok(()), |what| Err(about(what)))
}

fn failing(world: &World, failing: &Failing) -> Result<(), Problem> {
    let name = match failing.place {
        Fallible::Nodes(group) => world.groups.get(group.0 as usize).map(|g| &g.name),
        Fallible::Link(link) => world.links.get(link as usize).map(|l| &l.name),
    };
    let name = name.ok_or_else(|| Problem::new("something fails that is not there"))?;
    let once = world.failures.iter().filter(|f| f.place == failing.place).count() == 1;
    require(once, || Problem::new(format!("`{name}` fails in two ways")))?;
    if let Fallible::Link(link) = failing.place {
        let link = &world.links[link as usize];
        require(link.is_plain(), || {
            Problem::new(format!(
                "link `{name}` fails, and has conditions, shares equal throughput or is crossed by flows"
            ))
            .remedy("let `outages` stop what is sent, or leave the conditions out")
        })?;
    }
    match failing.failures.wrong() {
        Some((_, what)) => Err(Problem::new(format!("failures of `{name}`: {what}"))),
        None => Ok(()),
    }
}

fn model(world: &World, model: &Model) -> Result<(), Problem> {
    let images = world.labels.len();
    let name = &model.name;
    let full = |o: &crate::catalog::OutputTable| {
        o.prediction.len() == images && o.confidence.len() == images && o.margin.len() == images
    };
    let whole = model.tables.outputs.iter().all(full) && model.tables.sizes.iter().all(|s| s.bytes.len() == images);
    require(whole, || {
        Problem::new(format!("role `{name}`: its tables do not have one row an image"))
            .received(format!("{images} images"))
    })?;
    let sizes = model.taps.iter().all(|t| t.sizes.len() == world.codecs.len());
    require(sizes && !model.taps.is_empty(), || {
        Problem::new(format!("role `{name}`: each tap must say its size under each codec, measured or not"))
    })
}

fn workload(world: &World, workload: &Workload) -> Result<(), Problem> {
    let name = &workload.name;
    require((workload.at.0 as usize) < world.groups.len(), || Problem::new(format!("workload `{name}` is nowhere")))?;
    let drawn = match workload.arrivals {
        Arrivals::Poisson { rate } => rate.0 > 0.0 && rate.0.is_finite(),
        Arrivals::Periodic { period } => period.ns() > 0,
        Arrivals::Closed { think, .. } => think.ns() > 0,
    };
    require(drawn, || Problem::new(format!("workload `{name}`: rate, period or think time must be above zero")))?;
    let home = super::NodeId(world.nodes_of(workload.at).start);
    let sinks =
        workload.sink == Tier::Device || world.first_above(home, |n| world.tier_of(n) == workload.sink).is_some();
    require(sinks, || Problem::new(format!("workload `{name}`: no node of its sink's tier is above its devices")))?;
    require(!workload.sites.is_empty(), || Problem::new(format!("workload `{name}` has no class mix")))?;
    workload.sites.iter().try_for_each(|site| classes(world, name, &site.cumulative))
}

/// Each class of positive probability has images.
fn classes(world: &World, name: &str, cumulative: &[u64]) -> Result<(), Problem> {
    require(cumulative.last() == Some(&(1 << 32)) && cumulative.is_sorted(), || {
        Problem::new(format!("workload `{name}`: a class mix must rise to 2^32")).received(format!("{cumulative:?}"))
    })?;
    let least = |class: usize| if class == 0 { 0 } else { cumulative[class - 1] };
    let empty =
        (0..cumulative.len()).find(|c| cumulative[*c] > least(*c) && !world.labels.iter().any(|l| *l as usize == *c));
    match empty {
        Some(class) => Err(Problem::new(format!("workload `{name}` draws class {class}, of which there is no image"))),
        None => Ok(()),
    }
}
