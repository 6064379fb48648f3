//! When requests are born, and what chance decides about them.

use super::life::Life;
use super::place;
use std::collections::BTreeMap;
use tierwise::random::{Purpose, Stream, sample};
use tierwise::sim::{Arrivals, Held, NodeId, Request, RequestId, Think, World};
use tierwise::units::SimTime;

/// Node and workload of each source, in this order.
fn sources(world: &World) -> Vec<(u32, usize)> {
    let mut sources = Vec::new();
    for node in place::nodes(world) {
        for (w, workload) in world.workloads.iter().enumerate() {
            if workload.at.0 as usize == place::group_of(world, node.0) {
                sources.push((node.0, w));
            }
        }
    }
    sources
}

fn entity(node: u32, workload: usize) -> u64 {
    ((workload as u64) << 32) + u64::from(node)
}

fn gap(world: &World, replication: u64, (node, workload): (u32, usize), ordinal: u64) -> u64 {
    let exponential = |mean: f64| {
        let bits = Stream::new(world.seed, replication, Purpose::Arrival).draw(entity(node, workload), ordinal)[0];
        ((sample::exponential(bits) * mean + 0.5) as u64).max(1)
    };
    match world.workloads[workload].arrivals {
        Arrivals::Periodic { period } => period.ns(),
        Arrivals::Poisson { rate } => exponential(1e9 / rate.0),
        Arrivals::Closed { think, law: Think::Exponential } => exponential(think.ns() as f64),
        Arrivals::Closed { think, law: Think::Fixed } => think.ns(),
    }
}

/// The number of a node's source of a workload.
pub fn source_of(world: &World, node: u32, workload: u16) -> u64 {
    sources(world).iter().position(|s| *s == (node, workload as usize)).expect("is there") as u64
}

/// The next birth of a source after its n-th request ended, if that was waited for.
pub fn after(world: &World, replication: u64, source: u64, n: u64, ended: u64) -> Option<u64> {
    let (node, workload) = sources(world)[source as usize];
    let closed = matches!(world.workloads[workload].arrivals, Arrivals::Closed { .. });
    closed.then(|| ended + gap(world, replication, (node, workload), n))
}

/// Each source's number and its first birth.
pub fn first(world: &World, replication: u64) -> Vec<(u64, u64)> {
    let mut births = Vec::new();
    for (number, (node, workload)) in sources(world).into_iter().enumerate() {
        let phase = |period: SimTime| {
            let phase = Stream::new(world.seed, replication, Purpose::Phase);
            sample::index(phase.draw(entity(node, workload), 0)[0], period.ns())
        };
        let time = match world.workloads[workload].arrivals {
            Arrivals::Periodic { period } => phase(period),
            Arrivals::Closed { think, law: Think::Fixed } => 1 + phase(think),
            _ => gap(world, replication, (node, workload), 0),
        };
        births.push((number as u64, time));
    }
    births
}

/// How many births a source has had by now: counted by going through them again.
fn births_before(world: &World, replication: u64, source: u64, now: u64) -> u64 {
    let about = sources(world)[source as usize];
    let mut time = first(world, replication)[source as usize].1;
    let mut count = 0;
    while time < now {
        count += 1;
        time += gap(world, replication, about, count);
    }
    count
}

/// A newborn, and when the next of its source comes if that is known; `before`: how many a closed source has had.
pub fn bear(
    world: &World,
    replication: u64,
    source: u64,
    birth: u64,
    (now, before): (u64, u64),
) -> (Life, Option<u64>) {
    let (node, workload) = sources(world)[source as usize];
    let of = &world.workloads[workload];
    let closed = matches!(of.arrivals, Arrivals::Closed { .. });
    let ordinal = if closed { before } else { births_before(world, replication, source, now) };
    let request = Request {
        id: RequestId(birth as u32),
        workload: workload as u16,
        home: NodeId(node),
        at: NodeId(node),
        born: SimTime::from_ns(now),
        deadline: of.deadline.map(|d| SimTime::from_ns(now + d.ns())),
        held: Held::Raw,
        answer: None,
        steps: 0,
        leg: 0,
        forked: false,
        refused: 0,
    };
    let life = Life::new(birth, request, image(world, replication, (node, workload), ordinal));
    let life = Life { counted: now >= world.horizon.warm_up.ns(), holders: BTreeMap::from([(node, None)]), ..life };
    (life, (!closed).then(|| now + gap(world, replication, (node, workload), ordinal + 1)))
}

/// A class by the site's mix, then one of its images.
fn image(world: &World, replication: u64, (node, workload): (u32, usize), ordinal: u64) -> u32 {
    let [first, second] = Stream::new(world.seed, replication, Purpose::Image).draw(entity(node, workload), ordinal);
    let number = place::group_and_number(world, node).1 as usize;
    let sites = &world.workloads[workload].sites;
    let mix = &sites[number % sites.len()].cumulative;
    let mut class = 0;
    while first >> 32 >= mix[class] {
        class += 1;
    }
    let images: Vec<u32> =
        (0..world.labels.len() as u32).filter(|i| world.labels[*i as usize] as usize == class).collect();
    images[sample::index(second, images.len() as u64) as usize]
}
