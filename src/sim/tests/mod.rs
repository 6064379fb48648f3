//! Tests of the whole engine, on made-up worlds.

mod answers;
mod by_hand;
mod control;
mod faults;
mod hedge;
mod information;
mod joint;
mod random_worlds;
mod theory;

use super::*;
use crate::catalog::{Boundary, ModelTables, OutputTable, SizeTable};
use crate::problem::Problem;
use crate::random::Rng;
use crate::units::{BitsPerSec, Bytes, BytesPerSec, Joules, PerSec, SimTime, Watts};
use std::sync::Arc;

pub(super) const RAW: CodecId = CodecId(0);
pub(super) const PNG: CodecId = CodecId(1);
pub(super) const JPEG: CodecId = CodecId(2);

/// A policy made from a closure.
pub(super) struct By<F>(pub F);

impl<F: FnMut(&Request, &View<'_>, &mut Rng) -> Step + Send> Policy for By<F> {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        (self.0)(request, view, rng)
    }
}

pub(super) fn ns(t: u64) -> SimTime {
    SimTime::from_ns(t)
}

/// Runs to the records and the result.
pub(super) fn run_with<P: Policy>(
    world: &World,
    policy: &mut P,
    explicit: bool,
) -> Result<(Vec<Record>, RunResult), Problem> {
    let mut records = Vec::new();
    let result = run(world, policy, 0, &RunOptions { explicit }, &mut records)?;
    Ok((records, result))
}

pub(super) fn run_by<F>(world: &World, next: F) -> (Vec<Record>, RunResult)
where
    F: FnMut(&Request, &View<'_>, &mut Rng) -> Step + Send,
{
    run_with(world, &mut By(next), false).unwrap()
}

/// A group whose nodes take `work` nanoseconds for each layer of every role.
pub(super) fn group(name: &str, tier: Tier, count: u32, servers: u32, work: u64, models: usize) -> NodeGroup {
    let work = Work { per_call: ns(work), upto: (0..4).map(|t| ns(t * work)).collect(), extrapolated: false };
    NodeGroup {
        name: name.into(),
        tier,
        count,
        service: Service::Fifo(Fifo { servers, ..Fifo::default() }),
        idle: Watts(1.0),
        active: Watts(1.0 + 2.0 * f64::from(servers)),
        boundary: Boundary::Board,
        work: vec![Some(work); models],
        elastic: None,
        batches: Vec::new(),
        levels: Vec::new(),
        level: 0,
        memory: None,
    }
}

/// A link of `rate` bit/s and no overheads.
pub(super) fn link(name: &str, lower: u16, upper: u16, rate: u64, delay: u64) -> Link {
    let direction = Direction { rate: BitsPerSec(rate), delay: ns(delay) };
    let radio =
        |transmit, receive| Radio { transmit: Watts(transmit), receive: Watts(receive), boundary: Boundary::Radio };
    Link {
        name: name.into(),
        lower: GroupId(lower),
        upper: GroupId(upper),
        cell: Cell::Own,
        sharing: Sharing::Fifo,
        sharing_down: None,
        half_duplex: false,
        up: direction,
        down: direction,
        packet: Packet { payload: Bytes(1 << 30), header: Bytes(0), per_packet: SimTime::ZERO },
        lower_radio: radio(3.0, 4.0),
        upper_radio: radio(5.0, 6.0),
        conditions: None,
    }
}

/// A role with the taps `input`, `cut`, `exit` and `answer`; it is wrong about every `wrong`-th image.
pub(super) fn model(name: &str, labels: &[u16], wrong: usize, sizes: [u32; 4]) -> Model {
    let output = |tap: &str, wrong: usize| OutputTable {
        cut: "input".into(),
        tap: tap.into(),
        codec: "raw".into(),
        prediction: labels.iter().enumerate().map(|(i, l)| l + u16::from(i % wrong == 0)).collect(),
        confidence: (0..labels.len()).map(|i| if i % wrong == 0 { 0.5 } else { 0.9 }).collect(),
        margin: vec![0.25; labels.len()],
    };
    let bytes: Vec<u32> = (0..labels.len() as u32).map(|i| sizes[0] / 2 + i % 3).collect();
    let tables = Arc::new(ModelTables {
        image: (0..labels.len() as u32).collect(),
        label: labels.to_vec(),
        outputs: vec![output("exit", 2), output("answer", wrong)],
        sizes: vec![SizeTable { tap: "input".into(), codec: "png".into(), bytes }],
    });
    let tap = |(name, bytes): (&str, u32)| Tap {
        name: name.into(),
        exit: name == "exit" || name == "answer",
        sizes: vec![
            Some(Size::Fixed(bytes)),
            (name == "input").then_some(Size::Table { table: 0, mean: sizes[0] / 2 + 1 }),
            (name == "input").then_some(Size::Fixed(3)),
        ],
    };
    let taps = ["input", "cut", "exit", "answer"].into_iter().zip(sizes).map(tap).collect();
    Model { name: name.into(), variant: name.into(), taps, validation: tables.clone(), tables }
}

pub(super) fn workload(at: u16, period: u64, classes: u64) -> Workload {
    Workload {
        name: "cameras".into(),
        at: GroupId(at),
        arrivals: Arrivals::Periodic { period: ns(period) },
        send: RAW,
        sink: Tier::Device,
        deadline: None,
        priority: 0,
        sites: vec![Site { cumulative: (1..=classes).map(|c| (c << 32) / classes).collect() }],
    }
}

/// One device, one edge node, one cloud node, two roles `small` and `large`, twelve images of three classes.
pub(super) fn world() -> World {
    let labels: Vec<u16> = (0..12).map(|i| i % 3).collect();
    World {
        seed: 1,
        groups: vec![
            group("device", Tier::Device, 1, 1, 100, 2),
            group("edge", Tier::Edge, 1, 1, 20, 2),
            group("cloud", Tier::Cloud, 1, 2, 5, 2),
        ],
        links: vec![link("air", 0, 1, 8_000_000_000, 7), link("wan", 1, 2, 80_000_000_000, 50)],
        codecs: [("raw", true), ("png", true), ("jpeg", false)]
            .map(|(name, lossless)| Codec { name: name.into(), lossless })
            .to_vec(),
        models: vec![model("small", &labels, 3, [40, 20, 10, 4]), model("large", &labels, 5, [40, 30, 10, 4])],
        labels: Arc::new(labels),
        workloads: vec![workload(0, 1000, 3)],
        information: Information::default(),
        horizon: Horizon { warm_up: SimTime::ZERO, end: ns(10_000), drain: ns(10_000) },
        failures: Vec::new(),
    }
}

/// Computes a role's whole answer on a node.
pub(super) fn whole(model: u8, node: u32) -> Step {
    Step::Compute { model: ModelId(model), upto: TapId(3), node: NodeId(node), send: RAW }
}

/// Poisson births.
pub(super) fn poisson(world: &mut World, per_second: f64) {
    world.workloads[0].arrivals = Arrivals::Poisson { rate: PerSec(per_second) };
}
