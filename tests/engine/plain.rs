//! Worlds of plain parts, to be changed by each test.

use std::sync::Arc;
use tierwise::catalog::{Boundary, ModelTables, OutputTable, SizeTable};
use tierwise::config::Document;
use tierwise::problem::Source;
use tierwise::sim::{
    Arrivals, Cell, Codec, CodecId, Direction, Fifo, GroupId, Horizon, Information, Link, Model, NodeGroup, Packet,
    Radio, Service, Sharing, Site, Size, Tap, Tier, Work, Workload, World,
};
use tierwise::units::{BitsPerSec, Bytes, SimTime, Watts};

/// Options, as a scenario would write them.
pub fn written(options: &str) -> Document {
    Document::parse(Source::new("made-up.toml", options)).unwrap()
}

pub fn ns(ns: u64) -> SimTime {
    SimTime::from_ns(ns)
}

/// `count` nodes with `servers` each, which run no role yet.
pub fn group(name: &str, tier: Tier, count: u32, servers: u32) -> NodeGroup {
    NodeGroup {
        name: name.into(),
        tier,
        count,
        service: Service::Fifo(Fifo { servers, ..Fifo::default() }),
        idle: Watts(1.0),
        active: Watts(3.0),
        boundary: Boundary::Board,
        work: Vec::new(),
        elastic: None,
        batches: Vec::new(),
        levels: Vec::new(),
        level: 0,
        memory: None,
    }
}

/// Work of a role with one layer before each tap but the first.
pub fn work(per_call: u64, upto: &[u64]) -> Option<Work> {
    let upto = upto.iter().copied().map(ns).collect();
    Some(Work { per_call: ns(per_call), upto, extrapolated: false })
}

/// A link that adds nothing to a payload: 8 bits take as many nanoseconds as `ns_per_byte` says.
pub fn link(lower: u16, upper: u16, sharing: Sharing, ns_per_byte: u64) -> Link {
    let direction = Direction { rate: BitsPerSec(8_000_000_000 / ns_per_byte), delay: SimTime::ZERO };
    let radio = Radio { transmit: Watts(0.5), receive: Watts(0.25), boundary: Boundary::Board };
    Link {
        name: format!("{lower}-{upper}"),
        lower: GroupId(lower),
        upper: GroupId(upper),
        cell: Cell::Own,
        sharing,
        sharing_down: None,
        half_duplex: false,
        up: direction,
        down: direction,
        packet: Packet { payload: Bytes(u64::MAX), header: Bytes(0), per_packet: SimTime::ZERO },
        lower_radio: radio,
        upper_radio: radio,
        conditions: None,
    }
}

/// A role whose input has `sizes[image]` bytes, and with one exit whose answer has 1 byte; image `i` is answered rightly
/// where `says(i)` has true, with the confidence that it has.
pub fn model(name: &str, labels: &[u16], sizes: &[u32], says: impl Fn(usize) -> (bool, f32)) -> Model {
    let said = |(i, label): (usize, &u16)| if says(i).0 { *label } else { label + 1 };
    let output = OutputTable {
        cut: "input".into(),
        tap: "answer".into(),
        codec: "raw".into(),
        prediction: labels.iter().enumerate().map(said).collect(),
        confidence: (0..labels.len()).map(|i| says(i).1).collect(),
        margin: vec![0.5; labels.len()],
    };
    let tables = Arc::new(ModelTables {
        image: (0..labels.len() as u32).collect(),
        label: labels.to_vec(),
        outputs: vec![output],
        sizes: vec![SizeTable { tap: "input".into(), codec: "raw".into(), bytes: sizes.to_vec() }],
    });
    let tap = |name: &str, exit, size| Tap { name: name.into(), exit, sizes: vec![Some(size)] };
    let input = Size::Table { table: 0, mean: sizes.iter().sum::<u32>() / sizes.len() as u32 };
    Model {
        name: name.into(),
        variant: name.into(),
        taps: vec![tap("input", false, input), tap("answer", true, Size::Fixed(1))],
        validation: tables.clone(),
        tables,
    }
}

/// Poisson requests at a group, answers wanted at the devices.
pub fn poisson(at: u16, per_second: f64, classes: u64) -> Workload {
    let cumulative = (1..=classes).map(|c| (c << 32) / classes).collect();
    Workload {
        name: "requests".into(),
        at: GroupId(at),
        arrivals: Arrivals::Poisson { rate: tierwise::units::PerSec(per_second) },
        send: CodecId(0),
        sink: Tier::Device,
        deadline: None,
        priority: 0,
        sites: vec![Site { cumulative }],
    }
}

/// A world of these parts, with one codec, exact knowledge and free decisions.
pub fn world(groups: Vec<NodeGroup>, links: Vec<Link>, models: Vec<Model>, workload: Workload, end: f64) -> World {
    World {
        seed: 2026,
        groups,
        links,
        codecs: vec![Codec { name: "raw".into(), lossless: true }],
        labels: Arc::new(models[0].tables.label.clone()),
        models,
        workloads: vec![workload],
        information: Information::default(),
        failures: Vec::new(),
        horizon: Horizon { warm_up: SimTime::ZERO, end: SimTime::from_secs(end), drain: SimTime::from_secs(end) },
    }
}
