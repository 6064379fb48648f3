//! Networks of queues against their formulas; intervals as in `theory`.

use crate::plain::{self, ns};
use crate::theory::{MEAN, erlang_c, holds, replicate_under};
use tierwise::random::Rng;
use tierwise::sim::{
    CodecId, Fifo, GroupId, ModelId, Needs, NodeGroup, NodeId, Noise, Policy, Record, Request, Service, Sharing, Step,
    TapId, Tier, View, World,
};

/// Seconds of a replication.
const SECONDS: f64 = 30.0;

/// Nodes whose service is exponential, of mean `mean` nanoseconds.
pub fn exponential(name: &str, tier: Tier, count: u32, servers: u32, mean: u64) -> NodeGroup {
    let mut group = plain::group(name, tier, count, servers);
    group.service = Service::Fifo(Fifo { servers, noise: Noise::Exponential, bound: None });
    group.work = vec![plain::work(mean, &[0, 0])];
    group
}

/// Groups one above the other, joined by links that take no time worth mentioning; requests are born in the group `at`.
pub fn tower(groups: Vec<NodeGroup>, at: u16, per_second: f64) -> World {
    let link = |lower| plain::link(lower, lower + 1, Sharing::Fixed, 1);
    let links = (0..groups.len() as u16 - 1).map(link).collect();
    let model = plain::model("model", &[0], &[1], |_| (true, 1.0));
    let mut world = plain::world(groups, links, vec![model], plain::poisson(at, per_second, 1), SECONDS);
    world.horizon.warm_up = ns(1000 * MEAN);
    world
}

fn at(node: NodeId) -> Step {
    Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
}

/// Computes at home, then with a chance at the edge, then with the same chance in the cloud.
struct GoesOn {
    chance: f64,
}

impl Policy for GoesOn {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        let here = view.group_of(request.at).0;
        match request.answer {
            None => at(request.home),
            Some(_) if here < 2 && rng.chance(self.chance) => view.nearest(GroupId(here + 1)).map_or(Step::Drop, at),
            Some(_) => Step::Answer,
        }
    }
}

/// Mean wait in a group, in mean service times of 1 ms.
fn wait(result: &tierwise::sim::RunResult, group: usize) -> f64 {
    result.groups[group].wait_ns as f64 / result.groups[group].served as f64 / MEAN as f64
}

/// An open Jackson network (Jackson 1957): each station is as if it stood alone with Poisson arrivals of its own rate, so
/// ten M/M/1, two M/M/2 that half of the requests reach, one M/M/1 that a quarter reach.
#[test]
fn an_open_jackson_network() {
    let groups = vec![
        exponential("device", Tier::Device, 10, 1, MEAN),
        exponential("edge", Tier::Edge, 2, 2, MEAN),
        exponential("cloud", Tier::Cloud, 1, 1, MEAN / 2),
    ];
    let world = tower(groups, 0, 600.0);
    let [device, edge, cloud] =
        replicate_under(&world, || GoesOn { chance: 0.5 }, |r, _| [wait(r, 0), wait(r, 1), wait(r, 2)]);
    holds("device", &device, 0.6 / 0.4, 0.05);
    holds("edge", &edge, erlang_c(2, 1.5) / (2.0 - 1.5), 0.05);
    holds("cloud", &cloud, 0.5 * 0.75 / 0.25, 0.08);
}

/// Looks at two servers drawn at random and takes the one where fewer are.
struct TwoChoices {
    servers: usize,
}

impl Policy for TwoChoices {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let drawn = [rng.index(self.servers), rng.index(self.servers)].map(|n| NodeId(n as u32));
        let there = |n: &NodeId| view.waiting(*n) + view.busy(*n);
        at(if there(&drawn[1]) < there(&drawn[0]) { drawn[1] } else { drawn[0] })
    }

    fn needs(&self) -> Needs {
        Needs { queues: true, ..Needs::default() }
    }
}

/// The power of two choices (Mitzenmacher 1996; Vvedenskaya, Dobrushin and Karpelevich 1996): with many servers at load ρ,
/// a share ρ^(2^k − 1) of them has at least k requests. So a newcomer waits with probability ρ², and there are
/// Σ ρ^(2^k − 1) requests a server, where one choice has ρ/(1−ρ). The limit's error falls as 1/servers.
#[test]
fn the_power_of_two_choices() {
    let (servers, rho) = (500u32, 0.9f64);
    let groups = vec![exponential("server", Tier::Edge, servers, 1, MEAN), exponential("hub", Tier::Cloud, 1, 1, MEAN)];
    let mut world = tower(groups, 1, rho * f64::from(servers) * 1e9 / MEAN as f64);
    world.horizon.end = ns(350 * MEAN);
    world.horizon.warm_up = ns(50 * MEAN);
    let tail = |k: u32| rho.powi(2i32.pow(k) - 1);
    let there: f64 = (1..9).map(tail).sum();
    let [sojourns, waiting] = replicate_under(
        &world,
        || TwoChoices { servers: servers as usize },
        |_, all| {
            let counted = all.iter().filter(|r: &&Record| r.counted);
            let n = counted.clone().count() as f64;
            let spent = |r: &Record| (r.ended.ns() - r.born.ns()) as f64;
            // Moving takes a few nanoseconds a hop.
            let waited = |r: &&Record| spent(r) > (r.compute_ns[1] + 100) as f64;
            [counted.clone().map(spent).sum::<f64>() / n / MEAN as f64, counted.filter(waited).count() as f64 / n]
        },
    );
    near("sojourn", &sojourns, there / rho);
    near("share that waits", &waiting, tail(1).powi(2));
}

/// A limit for many servers: 2 % for there being few, beside an interval (99.9 %) of at most as much.
fn near(what: &str, figures: &[f64], limit: f64) {
    let i = crate::interval::student(figures, 0.999);
    assert!(i.high - i.mean < 0.02 * limit, "{what}: {i:?} is too wide");
    assert!((i.mean - limit).abs() < 0.02 * limit, "{what}: {i:?}, the limit is {limit}");
}
