//! Speed of the engine on an edge model with known theory.
//!
//! 1000 devices give birth once a second each (Poisson); each has an uplink of 10 Mbit/s for images of 1 Mbit on average
//! (exponential); 70 % are served at an edge of 16 servers (50 /s each) 1 ms away, 30 % in a cloud of 8 (100 /s each)
//! 20 ms away; answers come back as far. Mean sojourn: M/M/1, then M/M/16 or M/M/8, 0.145078 s.
//! `cargo bench --bench engine -- 200` simulates 200 seconds instead of 1000.
//! A task counts as five events, as in other simulators, whatever the engine's queue had to handle.

use std::sync::Arc;
use std::time::Instant;
use tierwise::catalog::{Boundary, ModelTables, OutputTable, SizeTable};
use tierwise::random::Rng;
use tierwise::sim::{
    Arrivals, Cell, Codec, CodecId, Direction, Fifo, GroupId, Horizon, Information, Link, Model, ModelId, NodeGroup,
    NodeId, Noise, Packet, Policy, Radio, Request, RunOptions, Service, Sharing, Site, Size, Step, Tap, TapId, Tier,
    View, Work, Workload, World, run,
};
use tierwise::units::{BitsPerSec, Bytes, PerSec, SimTime, Watts};

const DEVICES: u32 = 1000;
const IMAGES: u32 = 10_000;
const THEORY_S: f64 = 0.145_078;

/// Sends 30 % to the cloud.
struct Split;

impl Policy for Split {
    fn next(&mut self, request: &Request, _: &View<'_>, rng: &mut Rng) -> Step {
        if request.answer.is_some() {
            return Step::Answer;
        }
        let node = if rng.chance(0.3) { NodeId(DEVICES + 1) } else { NodeId(DEVICES) };
        Step::Compute { model: ModelId(0), upto: TapId(1), node, send: CodecId(0) }
    }
}

fn group(name: &str, tier: Tier, count: u32, servers: u32, mean_ms: f64) -> NodeGroup {
    let time = SimTime::from_secs(mean_ms / 1e3);
    NodeGroup {
        name: name.into(),
        tier,
        count,
        service: Service::Fifo(Fifo { servers, bound: None, noise: Noise::Exponential }),
        idle: Watts(1.0),
        active: Watts(2.0),
        boundary: Boundary::Board,
        work: vec![Some(Work { per_call: SimTime::ZERO, upto: vec![SimTime::ZERO, time], extrapolated: false })],
    }
}

fn link(name: &str, lower: u16, sharing: Sharing, up: u64, delay_ms: f64) -> Link {
    let delay = SimTime::from_secs(delay_ms / 1e3);
    let radio = Radio { transmit: Watts(1.0), receive: Watts(1.0), boundary: Boundary::Radio };
    Link {
        name: name.into(),
        lower: GroupId(lower),
        upper: GroupId(lower + 1),
        cell: Cell::Own,
        sharing,
        half_duplex: false,
        up: Direction { rate: BitsPerSec(up), delay },
        down: Direction { rate: BitsPerSec(1_000_000_000_000), delay },
        packet: Packet { payload: Bytes(1 << 30), header: Bytes(0), per_packet: SimTime::ZERO },
        lower_radio: radio,
        upper_radio: radio,
    }
}

/// One role; image `i` has the size at quantile `(i + 1/2) / IMAGES` of an exponential distribution of mean 125,000 B.
fn model() -> Model {
    let size = |i| (-libm::log((f64::from(i) + 0.5) / f64::from(IMAGES)) * 125_000.0) as u32;
    let rows = IMAGES as usize;
    let tables = Arc::new(ModelTables {
        image: (0..IMAGES).collect(),
        label: vec![0; rows],
        outputs: vec![OutputTable {
            tap: "answer".into(),
            codec: "raw".into(),
            prediction: vec![0; rows],
            confidence: vec![1.0; rows],
            margin: vec![1.0; rows],
        }],
        sizes: vec![SizeTable { tap: "input".into(), codec: "raw".into(), bytes: (0..IMAGES).map(size).collect() }],
    });
    let tap = |name: &str, size| Tap { name: name.into(), exit: name == "answer", sizes: vec![Some(size)] };
    let taps = vec![tap("input", Size::Table { table: 0, mean: 125_000 }), tap("answer", Size::Fixed(1))];
    Model { name: "any".into(), variant: "any".into(), taps, validation: tables.clone(), tables }
}

fn world(seconds: f64) -> World {
    World {
        seed: 1,
        groups: vec![
            group("device", Tier::Device, DEVICES, 1, 1.0),
            group("edge", Tier::Edge, 1, 16, 20.0),
            group("cloud", Tier::Cloud, 1, 8, 10.0),
        ],
        links: vec![
            link("uplink", 0, Sharing::Fifo, 10_000_000, 1.0),
            link("wan", 1, Sharing::Fixed, 1_000_000_000_000_000, 19.0),
        ],
        codecs: vec![Codec { name: "raw".into(), lossless: true }],
        models: vec![model()],
        labels: Arc::new(vec![0; IMAGES as usize]),
        workloads: vec![Workload {
            name: "all".into(),
            at: GroupId(0),
            arrivals: Arrivals::Poisson { rate: PerSec(1.0) },
            send: CodecId(0),
            sink: Tier::Device,
            deadline: None,
            sites: vec![Site { cumulative: vec![1 << 32] }],
        }],
        information: Information::default(),
        horizon: Horizon {
            warm_up: SimTime::from_secs(seconds / 50.0),
            end: SimTime::from_secs(seconds),
            drain: SimTime::from_secs(60.0),
        },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1000.0);
    let world = world(seconds);
    for explicit in [false, true] {
        let mut rates = Vec::new();
        for replication in 0..5 {
            let begun = Instant::now();
            let result = run(&world, &mut Split, replication, &RunOptions { explicit }, &mut ())?;
            let (seconds, tasks) = (begun.elapsed().as_secs_f64(), result.born as f64 * 50.0 / 49.0);
            rates.push(5.0 * tasks / seconds / 1e6);
            let mean = result.latency.mean() / 1e9;
            println!(
                "explicit {explicit}: {tasks:.0} tasks in {seconds:.3} s, {:.2} queue events a task, mean sojourn {mean:.6} s (theory {THEORY_S})",
                result.events as f64 / tasks
            );
        }
        rates.sort_by(f64::total_cmp);
        println!("explicit {explicit}: median {:.1} M events/s, {:.0} ns a task", rates[2], 5e3 / rates[2]);
    }
    Ok(())
}
