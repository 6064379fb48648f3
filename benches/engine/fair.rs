//! A fair-shared link with open arrivals: M/M/1 with processor sharing.
//!
//! Flows of 1 Mbit on average (exponential) arrive at a link of 1 Gbit/s as a Poisson process of such a rate that K are
//! under way on average: utilisation K/(K+1).
//!
//! First the sharing alone, of flows whose gaps and sizes were drawn beforehand; then the same through the whole engine,
//! where every flow is a request: it is born, asks its policy, is sent, computed for a nanosecond at the other end, and
//! answered there, which the policy foresees.

use crate::hold::Uniform;
use crate::lines::Lines;
use crate::parts::{group, link, world};
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::random::Rng;
use tierwise::sim::{
    CodecId, Fair, ModelId, NodeId, Policy, Request, RunOptions, Sharing, Step, TapId, Tier, View, Window, World, run,
};
use tierwise::units::SimTime;

/// Mean airtime of a flow, in seconds.
const AIRTIME_S: f64 = 1e-3;
/// All flows are counted.
const ALL: Window = (SimTime::ZERO, SimTime::NEVER);

/// Sends each to the other end of the link.
struct Over;

impl Policy for Over {
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        match request.answer {
            Some(_) => Step::Answer,
            None => Step::Compute { model: ModelId(0), upto: TapId(1), node: NodeId(1), send: CodecId(0) },
        }
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.map(|_| Step::Answer)
    }
}

fn fair(rate: f64, flows: f64) -> World {
    let groups = vec![group("source", Tier::Device, 1, 1, 0.0), group("end", Tier::Edge, 1, 1, 0.0)];
    let links = vec![link("link", 0, Sharing::Fair, 1_000_000_000, 0.0)];
    world(groups, links, rate, Tier::Edge, flows / rate)
}

/// Full length: four million flows each.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for under_way in [10.0, 100.0, 1000.0] {
        let rate = under_way / (under_way + 1.0) / AIRTIME_S;
        alone(under_way, rate, (4e6 * length) as usize, lines);
        through_the_engine(under_way, rate, 4e6 * length, lines)?;
    }
    Ok(())
}

/// What is under way, and what became of the rest.
#[derive(Default)]
struct Link {
    fair: Fair,
    /// By slot: when its flow began.
    born: Vec<SimTime>,
    free: Vec<u32>,
    done: u64,
    sojourns_ns: u128,
}

impl Link {
    fn arrival(&mut self, number: u64, now: SimTime, airtime: SimTime) {
        let slot = self.free.pop().unwrap_or(self.born.len() as u32);
        if slot as usize == self.born.len() {
            self.born.push(now);
        }
        self.born[slot as usize] = now;
        self.fair.join(now, (number, slot), airtime, true, ALL);
    }

    /// Lets all go that are done by then.
    fn departures(&mut self, until: SimTime) {
        while let Some((_, at)) = self.fair.next().filter(|(_, at)| *at <= until) {
            let Some(slot) = self.fair.leave(at, ALL, |_| true) else { return };
            self.done += 1;
            self.sojourns_ns += u128::from(at.since(self.born[slot as usize]).ns());
            self.free.push(slot);
        }
    }
}

fn alone(under_way: f64, rate: f64, flows: usize, lines: &mut Lines) {
    let mut uniform = Uniform::new(1);
    let mut exponential = |mean: f64| SimTime::from_secs(-mean * libm::log(1.0 - uniform.next()));
    let drawn: Vec<_> = (0..flows).map(|_| (exponential(1.0 / rate), exponential(AIRTIME_S))).collect();
    let (mut link, mut now) = (Link::default(), SimTime::ZERO);
    let begun = Instant::now();
    for (number, (gap, airtime)) in drawn.iter().enumerate() {
        now += *gap;
        link.departures(now);
        link.arrival(number as u64, now, *airtime);
    }
    link.departures(SimTime::NEVER);
    let seconds = begun.elapsed().as_secs_f64();
    let case = format!("{under_way}");
    let mut line = |metric, unit, value| lines.add(["fair", &case, metric, unit], value);
    line("count", "1", link.done as f64);
    line("wall", "s", seconds);
    line("under way", "1", rate * link.sojourns_ns as f64 / 1e9 / link.done as f64);
    line("flows", "1/s", link.done as f64 / seconds);
}

fn through_the_engine(under_way: f64, rate: f64, flows: f64, lines: &mut Lines) -> Result<(), Problem> {
    let world = fair(rate, flows);
    let begun = Instant::now();
    let result = run(&world, &mut Over, 0, &RunOptions::default(), &mut ())?;
    let (seconds, flows) = (begun.elapsed().as_secs_f64(), result.born as f64 * 50.0 / 49.0);
    let case = format!("{under_way} in the engine");
    let mut line = |metric, unit, value| lines.add(["fair", &case, metric, unit], value);
    line("count", "1", flows);
    line("wall", "s", seconds);
    line("under way", "1", rate * result.latency.mean() / 1e9);
    line("flows", "1/s", flows / seconds);
    Ok(())
}
