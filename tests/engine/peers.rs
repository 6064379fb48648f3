//! The engine against another simulator: the scenarios of `tests/peers/queues.py`, which run on SimPy.
//!
//! Both simulate 20 independent replications of 5000 requests with seeds of their own, fixed ones. The difference of the
//! two means over replications, of the mean latency and of its 95th percentile, must have an interval at 99.9 % that
//! holds zero and reaches at most 10 % of the figure to each side, so that the test can fail.

use crate::interval::paired;
use crate::plain;
use crate::policies::Fixed;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tierwise::sim::{
    Batch, Fifo, GroupId, ModelId, NodeGroup, Noise, Record, RunOptions, Service, Shared, Sharing, TapId, Tier, World,
    run,
};
use tierwise::units::SimTime;

const REPLICATIONS: u64 = 20;
const REQUESTS: f64 = 5000.0;

/// Most that half an interval's width may be of the figure.
const PRECISION: f64 = 0.1;

/// Mean latency and 95th percentile in milliseconds, by replication.
type Latencies = [Vec<f64>; 2];

/// SimPy's; none, with a message, where there is no SimPy.
fn theirs(scenario: &str) -> Option<Latencies> {
    let there = Command::new("python3").args(["-c", "import simpy"]).output().is_ok_and(|o| o.status.success());
    if !there {
        // Past the test runner, which would keep it from those who need to know.
        let mut out = std::io::stderr();
        writeln!(out, "skipped: `python3` has no `simpy` to compare `{scenario}` with").unwrap();
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/queues.py");
    let arguments = [scenario, &REPLICATIONS.to_string(), &REQUESTS.to_string()];
    let out = Command::new("python3").arg(script).args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).unwrap();
    let read = |line: &str| line.split(' ').map(|figure| figure.parse().unwrap()).collect::<Vec<f64>>();
    let lines: Vec<_> = lines.lines().map(read).collect();
    Some([0, 1].map(|figure| lines.iter().map(|line| line[figure]).collect()))
}

fn ours(world: &World, at: u16) -> Latencies {
    let one = |replication| {
        let (mut records, policy) =
            (Vec::<Record>::new(), Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(at) });
        run(world, &mut { policy }, replication, &RunOptions::default(), &mut records).unwrap();
        let counted = records.iter().filter(|r| r.counted);
        let mut latencies: Vec<u64> = counted.map(|r| r.ended.since(r.born).ns()).collect();
        latencies.sort_unstable();
        let sum: u64 = latencies.iter().sum();
        [sum as f64 / latencies.len() as f64, latencies[latencies.len() * 95 / 100] as f64].map(|ns| ns / 1e6)
    };
    let all: Vec<_> = (0..REPLICATIONS).map(one).collect();
    [0, 1].map(|figure| all.iter().map(|figures| figures[figure]).collect())
}

fn agree(scenario: &str, world: &World, at: u16) {
    let Some(theirs) = theirs(scenario) else { return };
    let ours = ours(world, at);
    for (figure, what) in ["mean", "95th percentile"].into_iter().enumerate() {
        let scale = theirs[figure].iter().sum::<f64>() / REPLICATIONS as f64;
        let i = paired(&ours[figure], &theirs[figure], 0.999);
        let half = (i.high - i.mean) / scale;
        assert!(!i.excludes_zero(), "{scenario}: {what}: {i:?} ms away from {scale} ms");
        println!(
            "{scenario}: {what}: {scale:.4} ms on SimPy, {:+.2} % here, ± {:.2} %",
            100.0 * i.mean / scale,
            100.0 * half
        );
        assert!(half <= PRECISION, "{scenario}: {what}: {half} of {scale} ms is too wide to tell");
    }
}

/// Requests at so many a millisecond, the first tenth of them not counted.
fn world(mut groups: Vec<NodeGroup>, sharing: Option<Sharing>, rate: f64, service: Service, ms: f64) -> World {
    let last = groups.len() - 1;
    groups.iter_mut().for_each(|g| g.work = vec![None]);
    groups[last].service = service;
    groups[last].work = vec![plain::work((ms * 1e6) as u64, &[0, 0])];
    let mut requests = plain::poisson(0, rate * 1e3, 1);
    requests.sink = groups[last].tier;
    let size = |i: u32| -1000.0 * (1.0 - (f64::from(i) + 0.5) / 1000.0).ln();
    let sizes: Vec<u32> = (0..1000).map(|i| size(i).round().max(1.0) as u32).collect();
    let model = plain::model("model", &vec![0; sizes.len()], &sizes, |_| (true, 1.0));
    let link = sharing.map(|sharing| plain::link(0, 1, sharing, 1000));
    let mut world = plain::world(groups, link.into_iter().collect(), vec![model], requests, REQUESTS / rate / 1e3);
    world.horizon.warm_up = SimTime::from_secs(REQUESTS / rate / 1e4);
    world
}

/// A device, and an edge that it reaches over a link of mean airtime 1 ms.
fn two() -> Vec<NodeGroup> {
    vec![plain::group("device", Tier::Device, 1, 1), plain::group("edge", Tier::Edge, 1, 1)]
}

fn fifo(servers: u32, noise: Noise) -> Service {
    Service::Fifo(Fifo { servers, noise, bound: None })
}

#[test]
fn a_link_and_servers() {
    let world = world(two(), Some(Sharing::Fifo), 0.6, fifo(3, Noise::Exponential), 3.0);
    agree("link-and-servers", &world, 1);
}

#[test]
fn a_shared_link() {
    let world = world(two(), Some(Sharing::Fair), 0.6, fifo(2, Noise::None), 1.5);
    agree("shared-link", &world, 1);
}

#[test]
fn a_shared_node() {
    let service = Service::Sharing(Shared { servers: 3, noise: Noise::Exponential, ..Shared::default() });
    let world = world(vec![plain::group("node", Tier::Device, 1, 1)], None, 1.8, service, 1.0);
    agree("shared-node", &world, 0);
}

#[test]
fn many_servers() {
    let world = world(vec![plain::group("node", Tier::Device, 1, 1)], None, 6.4, fifo(8, Noise::None), 1.0);
    agree("many-servers", &world, 0);
}

/// Batches of up to 4, of 1, 1.3, 1.6 and 1.9 ms; none waits for more than 0.5 ms while the accelerator is idle.
#[test]
fn batches() {
    let service = Service::Batch(Batch { most: 4, wait: SimTime::from_secs(0.5e-3), ..Batch::default() });
    let mut world = world(vec![plain::group("node", Tier::Device, 1, 1)], None, 1.5, service, 1.0);
    world.groups[0].batches = [1.3, 1.6, 1.9].map(|ms| vec![plain::work((ms * 1e6) as u64, &[0, 0])]).to_vec();
    agree("batches", &world, 0);
}
