//! Random small worlds: few nodes, times of a few nanoseconds, so that much happens at one instant.

use crate::dice::Dice;
use crate::plain::ns;
use std::sync::Arc;
use tierwise::catalog::{Boundary, ModelTables, OutputTable, SizeTable};
use tierwise::sim::{
    Arrivals, Batch, Cell, Codec, CodecId, Curve, Direction, Elastic, Fifo, GroupId, Horizon, Information, Level, Link,
    Memory, Model, ModelId, NodeGroup, Noise, Ordered, Packet, Radio, Service, Shared, Sharing, Site, Size, Source,
    Tap, Think, Tier, Work, Workload, World,
};
use tierwise::units::{BitsPerSec, Bytes, BytesPerSec, Joules, PerSec, SimTime, Watts};

const CLASSES: u64 = 3;

/// Always there: `raw`, a lossless one that some taps lack, and a lossy one.
fn codecs() -> Vec<Codec> {
    let codec = |name: &str, lossless| Codec { name: name.into(), lossless };
    vec![codec("raw", true), codec("packed", true), codec("lossy", false)]
}

/// The same with the mechanisms that plain worlds lack.
pub fn wide(dice: &Dice) -> World {
    let clocks = dice.list(6, || dice.once_in(3).then(|| (dice.list(3, || dice.below(200)), dice.below(3) as u8)));
    let priorities = dice.list(2, || dice.below(3) as u8);
    let services = dice.list(6, || dice.once_in(2).then(|| service(dice)));
    let elastics = dice.list(6, || dice.once_in(2).then(|| elastic(dice)));
    let memories = dice.list(6, || dice.once_in(3).then(|| memory(dice)));
    let mut world = world(dice);
    world.workloads.iter_mut().zip(priorities).for_each(|(workload, priority)| workload.priority = priority);
    let mut clocks = clocks.into_iter();
    world.groups.iter_mut().zip(services).for_each(|(group, service)| {
        group.service = service.unwrap_or_else(|| group.service.clone());
        group.batches = batches(group);
        if let Some((figures, level)) = clocks.next().flatten() {
            add_levels(group, &figures, level);
        }
    });
    world.groups.iter_mut().zip(elastics).for_each(|(group, elastic)| {
        group.elastic = elastic.map(|elastic| Elastic { most: elastic.most + group.servers(), ..elastic });
    });
    let keeps: Vec<bool> = memories.iter().map(Option::is_none).collect();
    for (g, memory) in memories.into_iter().enumerate().take(world.groups.len()) {
        world.groups[g].memory = memory.map(|memory| fitted(&world, g, &keeps, memory));
    }
    world.workloads.iter_mut().filter(|_| dice.once_in(12)).for_each(|workload| workload.arrivals = closed(dice));
    world
}

fn closed(dice: &Dice) -> Arrivals {
    let law = dice.one_of(&[Think::Exponential, Think::Fixed]);
    Arrivals::Closed { think: ns(dice.between(1, 30)), law }
}

/// For three roles; how much room there is beyond the largest.
fn memory(dice: &Dice) -> Memory {
    Memory {
        room: Bytes(dice.below(8)),
        sizes: dice.list(3, || Bytes(dice.between(1, 6))),
        from: if dice.once_in(3) { Source::Network } else { Source::Storage(BytesPerSec(1e9)) },
        cold: ns(dice.below(6)),
        power: Watts(dice.below(100) as f64 * 0.01),
        first: if dice.once_in(3) { Vec::new() } else { vec![ModelId(0)] },
    }
}

/// The same for what a group runs, over the network if all that is kept above it.
fn fitted(world: &World, group: usize, keeps: &[bool], mut memory: Memory) -> Memory {
    let runs = |g: usize, model: usize| world.groups[g].work[model].is_some();
    memory.sizes.truncate(world.models.len());
    memory.room.0 += memory.sizes.iter().map(|bytes| bytes.0).max().unwrap_or(0);
    memory.first.retain(|model| runs(group, model.0 as usize));
    let above = above(world, GroupId(group as u16));
    let kept = |model| above.iter().skip(1).any(|g| keeps[g.0 as usize] && runs(g.0 as usize, model));
    if !(0..world.models.len()).all(|model| !runs(group, model) || kept(model)) {
        memory.from = Source::Storage(BytesPerSec(1e9));
    }
    memory
}

/// Three clock levels, at which the group's work takes (10 + number) / 10 as long, without and with batches.
fn add_levels(group: &mut NodeGroup, figures: &[u64], level: u8) {
    let slower = |works: &Vec<Option<Work>>, by: u64| {
        let one = |work: &Work| Work {
            per_call: ns(work.per_call.ns() * (10 + by) / 10),
            upto: work.upto.iter().map(|t| ns(t.ns() * (10 + by) / 10)).collect(),
            extrapolated: false,
        };
        works.iter().map(|work| work.as_ref().map(one)).collect::<Vec<_>>()
    };
    let one = |by: &u64| Level {
        idle: Watts(*by as f64 * 0.01),
        active: Watts(*by as f64 * 0.01 + (by % 7) as f64),
        work: slower(&group.work, by % 20),
        batches: group.batches.iter().map(|works| slower(works, by % 20)).collect(),
    };
    let levels: Vec<Level> = figures.iter().map(one).collect();
    let first = levels[level as usize].clone();
    (group.idle, group.active, group.work, group.batches) = (first.idle, first.active, first.work, first.batches);
    (group.levels, group.level) = (levels, level);
}

/// Of so many servers more.
fn elastic(dice: &Dice) -> Elastic {
    Elastic {
        most: dice.below(3) as u32,
        start: ns(dice.below(15)),
        start_energy: Joules(dice.below(100) as f64 * 1e-9),
        boot: ns(dice.below(15)),
        boot_energy: Joules(dice.below(100) as f64 * 1e-9),
    }
}

/// Batches of n take half as long again for each more, and a call n times as long as that.
fn batches(group: &NodeGroup) -> Vec<Vec<Option<Work>>> {
    let Service::Batch(batch) = &group.service else { return Vec::new() };
    let of = |n: u64, work: &Work| Work {
        per_call: ns(work.per_call.ns() * n),
        upto: work.upto.iter().map(|t| ns(t.ns() * (n + 1) / 2)).collect(),
        extrapolated: false,
    };
    let size = |n| group.work.iter().map(|work| work.as_ref().map(|work| of(n, work))).collect();
    (2..=u64::from(batch.most)).map(size).collect()
}

fn noise(dice: &Dice) -> Noise {
    match dice.below(4) {
        2 => Noise::Exponential,
        3 => Noise::Quantiles(vec![[0.0, 0.0], [0.3, 0.9], [0.3, 1.1], [0.9, dice.between(2, 5) as f64], [1.0, 6.0]]),
        _ => Noise::None,
    }
}

fn service(dice: &Dice) -> Service {
    let bound = dice.once_in(2).then(|| dice.below(3) as u32);
    let (servers, noise) = (dice.between(1, 3) as u32, noise(dice));
    let most = dice.once_in(2).then(|| dice.between(1, 4) as u32);
    let (wait, preempt) = (ns(dice.below(12)), dice.once_in(2));
    match dice.below(5) {
        0 => Service::Fifo(Fifo { servers, bound, noise }),
        1 => Service::Sharing(Shared { servers, bound, noise, most }),
        2 => Service::Priority(Ordered { servers, bound, noise, preempt }),
        3 => Service::Edf(Ordered { servers, bound, noise, preempt }),
        _ => {
            let most = most.unwrap_or(2);
            Service::Batch(Batch { servers, most, wait, bound, noise, curve: Curve::Roofline })
        }
    }
}

pub fn world(dice: &Dice) -> World {
    let labels = Arc::new((0..dice.between(3, 8)).map(|i| (i % CLASSES) as u16).collect::<Vec<_>>());
    let models: Vec<Model> = (0..dice.between(1, 3)).map(|i| model(dice, i, &labels)).collect();
    let tiers = tiers(dice);
    let groups: Vec<NodeGroup> = tiers.iter().enumerate().map(|(i, t)| group(dice, i, *t, &models)).collect();
    let links = (0..tiers.len() - 1).filter_map(|lower| link(dice, lower, tiers.len())).collect();
    let mut world = World {
        seed: dice.below(250),
        groups,
        links,
        codecs: codecs(),
        models,
        labels,
        workloads: Vec::new(),
        information: Information { staleness: ns(dice.below(12)), decision: ns(dice.below(4)) },
        failures: Vec::new(),
        horizon: horizon(dice),
    };
    world.workloads = dice.list(dice.between(1, 2), || workload(dice, &world));
    world
}

/// One to two groups of devices, up to two of edges, up to two of clouds, in this order.
fn tiers(dice: &Dice) -> Vec<Tier> {
    let some = |tier, least, most| std::iter::repeat_n(tier, dice.between(least, most) as usize);
    some(Tier::Device, 1, 2).chain(some(Tier::Edge, 0, 2)).chain(some(Tier::Cloud, 0, 2)).collect()
}

fn horizon(dice: &Dice) -> Horizon {
    let end = dice.between(20, 200);
    let warm_up = if dice.once_in(2) { dice.below(end) } else { 0 };
    Horizon { warm_up: ns(warm_up), end: ns(end), drain: ns(if dice.once_in(4) { dice.below(30) } else { 100_000 }) }
}

fn group(dice: &Dice, index: usize, tier: Tier, models: &[Model]) -> NodeGroup {
    let bound = dice.once_in(2).then(|| dice.below(3) as u32);
    let noise = [Noise::None, Noise::None, Noise::Exponential][dice.below(3) as usize].clone();
    let idle = dice.below(200) as f64 * 0.01;
    NodeGroup {
        name: format!("group{index}"),
        tier,
        count: dice.between(1, 3) as u32,
        service: Service::Fifo(Fifo { servers: dice.between(1, 3) as u32, bound, noise }),
        idle: Watts(idle),
        active: Watts(idle + dice.below(200) as f64 * 0.01),
        boundary: Boundary::Board,
        work: models.iter().map(|m| (!dice.once_in(5)).then(|| work(dice, m.taps.len()))).collect(),
        elastic: None,
        batches: Vec::new(),
        levels: Vec::new(),
        level: 0,
        memory: None,
    }
}

fn work(dice: &Dice, taps: usize) -> Work {
    let mut sum = 0;
    let rises = |tap| {
        sum += if tap == 0 { 0 } else { dice.below(20) };
        ns(sum)
    };
    Work { per_call: ns(dice.below(4)), upto: (0..taps).map(rises).collect(), extrapolated: false }
}

/// To a later group, or to none.
fn link(dice: &Dice, lower: usize, groups: usize) -> Option<Link> {
    let choices = groups - 1 - lower;
    let upper = lower + 1 + dice.below(choices as u64) as usize;
    let direction = |dice: &Dice| Direction {
        rate: BitsPerSec(dice.one_of(&[8_000_000_000, 3_000_000_000, 16_000_000_000, 999_999_937])),
        delay: ns(dice.below(6)),
    };
    let radio = |dice: &Dice| Radio {
        transmit: Watts(dice.below(100) as f64 * 0.01),
        receive: Watts(dice.below(100) as f64 * 0.01),
        boundary: Boundary::Board,
    };
    let there = !dice.once_in(10);
    let link = || Link {
        name: format!("link{lower}"),
        lower: GroupId(lower as u16),
        upper: GroupId(upper as u16),
        cell: dice.one_of(&[Cell::Own, Cell::Shared]),
        sharing: dice.one_of(&[Sharing::Fifo, Sharing::Fixed, Sharing::Fair]),
        sharing_down: None,
        half_duplex: dice.once_in(3),
        up: direction(dice),
        down: direction(dice),
        packet: Packet {
            payload: Bytes(dice.one_of(&[1_000, 4, 1])),
            header: Bytes(dice.below(4)),
            per_packet: ns(dice.below(3)),
        },
        lower_radio: radio(dice),
        upper_radio: radio(dice),
        conditions: None,
    };
    there.then(|| shared_otherwise(link(), dice))
}

/// Perhaps with another sharing downwards.
fn shared_otherwise(link: Link, dice: &Dice) -> Link {
    let otherwise = !link.half_duplex && dice.once_in(3);
    let down = otherwise.then(|| dice.one_of(&[Sharing::Fixed, Sharing::Fair, Sharing::Fifo]));
    Link { sharing_down: down, ..link }
}

fn model(dice: &Dice, index: u64, labels: &Arc<Vec<u16>>) -> Model {
    let mut sizes = Vec::new();
    let layers = dice.between(1, 4);
    let taps: Vec<Tap> = (0..=layers).map(|t| tap(dice, t, t == layers, labels.len(), &mut sizes)).collect();
    let exits = taps.iter().filter(|t| t.exit);
    let outputs: Vec<OutputTable> =
        exits.flat_map(|t| ["raw", "lossy"].map(|codec| output(dice, &t.name, codec, labels.len()))).collect();
    let outputs = taps.iter().enumerate().flat_map(|(cut, tap)| behind(&outputs, cut, &tap.name)).collect();
    let image = (0..labels.len() as u32).collect();
    let tables = Arc::new(ModelTables { image, label: labels.to_vec(), outputs, sizes });
    Model { name: format!("model{index}"), variant: String::new(), taps, validation: tables.clone(), tables }
}

fn tap(dice: &Dice, number: u64, last: bool, images: usize, tables: &mut Vec<SizeTable>) -> Tap {
    let name = if number == 0 { "input".into() } else { format!("tap{number}") };
    let mut size = |codec: &str| {
        let fixed = Size::Fixed(dice.between(1, 12) as u32);
        if dice.once_in(3) { table(dice, &name, codec, images, tables) } else { fixed }
    };
    let raw = Some(size("raw"));
    let packed = if dice.once_in(3) { None } else { Some(size("packed")) };
    // Behind the input without a throw, so that worlds stay what they were but for this.
    let lossy = if number == 0 { size("lossy") } else { Size::Fixed(1 + number as u32) };
    Tap { exit: last || (number > 0 && dice.once_in(3)), sizes: vec![raw, packed, Some(lossy)], name }
}

fn table(dice: &Dice, tap: &str, codec: &str, images: usize, tables: &mut Vec<SizeTable>) -> Size {
    let bytes = dice.list(images as u64, || dice.between(1, 12) as u32);
    let mean = bytes.iter().sum::<u32>() / images as u32;
    tables.push(SizeTable { tap: tap.into(), codec: codec.into(), bytes });
    Size::Table { table: tables.len() as u16 - 1, mean }
}

/// The answers that a lossy codec leaves behind a cut: the input's, for images moved on by the cut's number.
fn behind(outputs: &[OutputTable], cut: usize, name: &str) -> Vec<OutputTable> {
    let moved = |o: &OutputTable| {
        let mut o = OutputTable { cut: name.into(), ..o.clone() };
        let by = cut % o.prediction.len();
        o.prediction.rotate_left(by);
        o.confidence.rotate_left(by);
        o
    };
    outputs.iter().filter(|o| cut == 0 || o.codec == "lossy").map(moved).collect()
}

fn output(dice: &Dice, tap: &str, codec: &str, images: usize) -> OutputTable {
    let images = images as u64;
    OutputTable {
        cut: "input".into(),
        tap: tap.into(),
        codec: codec.into(),
        prediction: dice.list(images, || dice.below(CLASSES) as u16),
        confidence: dice.list(images, || dice.below(101) as f32 / 100.0),
        margin: dice.list(images, || dice.below(101) as f32 / 100.0),
    }
}

fn workload(dice: &Dice, world: &World) -> Workload {
    let at = GroupId(dice.below(world.groups.len() as u64) as u16);
    let sinks: Vec<Tier> = [Tier::Device, Tier::Edge, Tier::Cloud]
        .into_iter()
        .filter(|t| *t == Tier::Device || above(world, at).iter().any(|g| world.groups[g.0 as usize].tier == *t))
        .collect();
    let arrivals = match dice.once_in(2) {
        true => Arrivals::Poisson { rate: PerSec(1e9 / dice.between(4, 60) as f64) },
        false => Arrivals::Periodic { period: ns(dice.between(3, 60)) },
    };
    Workload {
        name: "requests".into(),
        at,
        arrivals,
        send: CodecId(dice.below(3) as u8),
        sink: dice.one_of(&sinks),
        deadline: dice.once_in(2).then(|| SimTime::from_ns(dice.between(1, 80))),
        priority: 0,
        sites: dice.list(dice.between(1, 2), || Site { cumulative: mix(dice) }),
    }
}

fn mix(dice: &Dice) -> Vec<u64> {
    let mut cut = [dice.below(5), dice.below(5)];
    cut.sort_unstable();
    cut.iter().map(|c| (c << 32) / 4).chain([1 << 32]).collect()
}

/// A group and those above it.
fn above(world: &World, group: GroupId) -> Vec<GroupId> {
    let up = |g: &GroupId| world.links.iter().find(|l| l.lower == *g).map(|l| l.upper);
    std::iter::successors(Some(group), up).collect()
}
