//! Max-min fair flows on a tree: 8 switches below a root, 8 hosts below each; links of hosts carry 1 Gbit/s, those of
//! switches 8 Gbit/s, both ways together. Flows of 1 Gbit on average (exponential) between two hosts drawn at random
//! arrive as a Poisson process that loads links of hosts to 0.7, and those of switches, which 8 of 9 flows cross, to
//! about 0.6. Then with a fixed number of flows under way: one that ends is followed by another at once.
//!
//! First the sharing alone; then the first tree through the whole engine, where every flow is a request that is born at one
//! host, asks its policy, is sent, and is dropped when it was computed for a nanosecond at the other.

use crate::hold::Uniform;
use crate::lines::Lines;
use crate::parts::{group, link, world};
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    CodecId, Flows, Link, ModelId, NodeId, Policy, Request, RunOptions, Sharing, Step, TapId, Tier, View, World, run,
};
use tierwise::units::{BitsPerSec, SimTime};

const SWITCHES: u32 = 8;
const HOSTS: u32 = 64;
const GBIT: f64 = 1e9;
/// How many times as many flows as the other simulator's are timed where a fixed number is under way.
const SHARE: u64 = 10;
/// Each flow takes two links of hosts.
const RATE: f64 = 0.7 * HOSTS as f64 / 2.0;

/// Links of hosts come first, then those of switches.
fn route(from: u32, to: u32) -> impl Iterator<Item = u32> {
    let [up, down] = [from, to].map(|host| HOSTS + host % SWITCHES);
    let through_root = [up, down].into_iter().take(if up == down { 0 } else { 2 });
    std::iter::once(from).chain(through_root).chain(std::iter::once(to))
}

struct Source {
    uniform: Uniform,
    /// By slot: when its flow began.
    born: Vec<SimTime>,
    free: Vec<u32>,
    done: u64,
    sojourns_ns: f64,
    /// How many count for the mean sojourn: as many as another simulator simulates, as it begins with none under way.
    noted: u64,
}

impl Source {
    fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.uniform.next())
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.uniform.next() * f64::from(n)) as u32
    }

    fn gap(&mut self) -> SimTime {
        SimTime::from_secs(self.exponential() / RATE)
    }

    fn begin(&mut self, flows: &mut Flows, number: u64, now: SimTime) {
        let from = self.below(HOSTS);
        let to = (from + 1 + self.below(HOSTS - 1)) % HOSTS;
        let bits = (self.exponential() * GBIT) as u64 + 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.born.push(now);
            self.born.len() as u32 - 1
        });
        self.born[slot as usize] = now;
        flows.join(now, (number, slot), route(from, to), bits);
    }

    /// Lets the next go, if it is done by then: when.
    fn departure(&mut self, flows: &mut Flows, until: SimTime) -> Option<SimTime> {
        let at = flows.next_done()?.1;
        let slot = (at <= until).then(|| flows.leave(at))??;
        self.done += 1;
        if self.done <= self.noted {
            self.sojourns_ns += at.since(self.born[slot as usize]).ns() as f64;
        }
        self.free.push(slot);
        Some(at)
    }

    /// So many, born as they come.
    fn open(&mut self, flows: &mut Flows, count: u64) {
        let mut now = self.gap();
        for number in 0..count {
            while self.departure(flows, now).is_some() {}
            self.begin(flows, number, now);
            now += self.gap();
        }
        while self.departure(flows, SimTime::NEVER).is_some() {}
    }

    /// So many, one after another where each of the first ended.
    fn closed(&mut self, flows: &mut Flows, under_way: u64, count: u64) {
        for number in under_way..under_way + count {
            let Some(now) = self.departure(flows, SimTime::NEVER) else { return };
            self.begin(flows, number, now);
        }
    }
}

/// Sends each to another host drawn at random.
struct Anywhere;

impl Policy for Anywhere {
    fn next(&mut self, request: &Request, _: &View<'_>, rng: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Drop;
        }
        let further = 1 + rng.index(HOSTS as usize - 1) as u32;
        let node = NodeId((request.home.0 + further) % HOSTS);
        Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
    }
}

fn half_duplex(lower: u16, rate: u64) -> Link {
    let mut link = link("wire", lower, Sharing::Flows, rate, 0.0);
    (link.half_duplex, link.down) = (true, link.up);
    link
}

/// The same tree; images are of 1 Mbit on average, so that all is a thousandth as long.
fn tree(flows: f64) -> World {
    let host = group("host", Tier::Device, HOSTS, 1000, 0.0);
    let switch = group("switch", Tier::Edge, SWITCHES, 1, 0.0);
    let groups = vec![host, switch, group("root", Tier::Cloud, 1, 1, 0.0)];
    let links = vec![half_duplex(0, 1_000_000_000), half_duplex(1, 8_000_000_000)];
    let rate = 1e3 * RATE;
    world(groups, links, rate / f64::from(HOSTS), Tier::Device, flows / rate)
}

/// Full length: 400,000 flows each.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    alone(length, lines);
    let world = tree(4e5 * length);
    let begun = Instant::now();
    let result = run(&world, &mut Anywhere, 0, &RunOptions::default(), &mut ())?;
    let (seconds, flows) = (begun.elapsed().as_secs_f64(), result.links[0].transfers as f64 / 2.0);
    let mut line = |metric, unit, value| lines.add(["flows", "tree of 64 in the engine", metric, unit], value);
    line("count", "1", flows);
    line("wall", "s", seconds);
    line("busy", "1", result.links[0].busy_ns_up as f64 / result.links[0].span_ns as f64 / f64::from(HOSTS) * 2.0);
    line("flows", "1/s", flows * 50.0 / 49.0 / seconds);
    Ok(())
}

fn alone(length: f64, lines: &mut Lines) {
    simulate("tree of 64", None, (4e5 * length) as u64, lines);
    for under_way in [64, 256, 1024, 4096] {
        simulate(
            &format!("tree of 64 with {under_way}"),
            Some(under_way),
            SHARE * (others(under_way) * length) as u64,
            lines,
        );
    }
}

/// How many flows the other simulator simulates at full length: four times as many as are under way, or more.
fn others(under_way: u64) -> f64 {
    (6.4e5 / under_way as f64).max(4.0 * under_way as f64)
}

fn simulate(case: &str, under_way: Option<u64>, count: u64, lines: &mut Lines) {
    let capacities: Vec<BitsPerSec> =
        (0..HOSTS + SWITCHES).map(|c| BitsPerSec(if c < HOSTS { 1 } else { 8 } * GBIT as u64)).collect();
    let mut flows = Flows::new(&capacities, 4);
    let (uniform, noted) = (Uniform::new(1), if under_way.is_some() { count / SHARE } else { count });
    let mut source = Source { uniform, born: Vec::new(), free: Vec::new(), done: 0, sojourns_ns: 0.0, noted };
    (0..under_way.unwrap_or(0)).for_each(|number| source.begin(&mut flows, number, SimTime::ZERO));
    let begun = Instant::now();
    match under_way {
        Some(under_way) => source.closed(&mut flows, under_way, count),
        None => source.open(&mut flows, count),
    }
    let seconds = begun.elapsed().as_secs_f64();
    let mut line = |metric, unit, value| lines.add(["flows", case, metric, unit], value);
    line("count", "1", source.done as f64);
    line("wall", "s", seconds);
    line("sojourn", "s", source.sojourns_ns / 1e9 / noted as f64);
    line("flows", "1/s", source.done as f64 / seconds);
}
