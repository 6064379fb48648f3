//! Parts of the worlds that are timed: plain nodes, links without packets, one model whose images differ in size.

use std::sync::Arc;
use tierwise::catalog::{Boundary, ModelTables, OutputTable, SizeTable};
use tierwise::sim::{
    Arrivals, Cell, Codec, CodecId, Direction, Fifo, GroupId, Horizon, Information, Link, Model, NodeGroup, Noise,
    Packet, Radio, Service, Sharing, Site, Size, Tap, Tier, Work, Workload, World,
};
use tierwise::units::{BitsPerSec, Bytes, PerSec, SimTime, Watts};

/// Images of a model.
const IMAGES: u32 = 10_000;

/// `count` nodes with `servers` each, whose service times are exponential.
pub fn group(name: &str, tier: Tier, count: u32, servers: u32, mean_ms: f64) -> NodeGroup {
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
        elastic: None,
        batches: Vec::new(),
        levels: Vec::new(),
        level: 0,
        memory: None,
    }
}

/// From a group to the next; downwards as good as no time passes but the delay.
pub fn link(name: &str, lower: u16, sharing: Sharing, up: u64, delay_ms: f64) -> Link {
    let delay = SimTime::from_secs(delay_ms / 1e3);
    let radio = Radio { transmit: Watts(1.0), receive: Watts(1.0), boundary: Boundary::Radio };
    Link {
        name: name.into(),
        lower: GroupId(lower),
        upper: GroupId(lower + 1),
        cell: Cell::Own,
        sharing,
        sharing_down: None,
        half_duplex: false,
        up: Direction { rate: BitsPerSec(up), delay },
        down: Direction { rate: BitsPerSec(1_000_000_000_000), delay },
        packet: Packet { payload: Bytes(1 << 30), header: Bytes(0), per_packet: SimTime::ZERO },
        lower_radio: radio,
        upper_radio: radio,
        conditions: None,
    }
}

/// One role; image `i` has the size at quantile `(i + 1/2) / IMAGES` of an exponential distribution of mean 125,000 B.
pub fn model() -> Model {
    let size = |i| (-libm::log((f64::from(i) + 0.5) / f64::from(IMAGES)) * 125_000.0) as u32;
    let rows = IMAGES as usize;
    let tables = Arc::new(ModelTables {
        image: (0..IMAGES).collect(),
        label: vec![0; rows],
        outputs: vec![OutputTable {
            cut: "input".into(),
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

/// Poisson requests at each node of the first group, for so many seconds; the first fiftieth is not counted.
pub fn world(groups: Vec<NodeGroup>, links: Vec<Link>, rate: f64, sink: Tier, seconds: f64) -> World {
    World {
        seed: 1,
        groups,
        links,
        codecs: vec![Codec { name: "raw".into(), lossless: true }],
        models: vec![model()],
        labels: Arc::new(vec![0; IMAGES as usize]),
        workloads: vec![Workload {
            name: "all".into(),
            at: GroupId(0),
            arrivals: Arrivals::Poisson { rate: PerSec(rate) },
            send: CodecId(0),
            sink,
            deadline: None,
            priority: 0,
            sites: vec![Site { cumulative: vec![1 << 32] }],
        }],
        information: Information::default(),
        failures: Vec::new(),
        horizon: Horizon {
            warm_up: SimTime::from_secs(seconds / 50.0),
            end: SimTime::from_secs(seconds),
            drain: SimTime::from_secs(60.0),
        },
    }
}
