//! What is noted while a run goes on, for its samples.

use super::bins::Bins;
use super::{GroupSample, LinkSample, Sample};
use crate::sim::{GroupId, Link, World, layout};
use crate::units::{SimTime, Watts};

/// Columns of a group.
const WAITING: usize = 0;
const BUSY: usize = 1;
const SERVERS: usize = 2;
const POWER: usize = 3;
const OF_GROUP: usize = 4;
/// Columns of a link: up, down.
const OF_LINK: usize = 2;

/// The share of a channel that is all of it.
pub(in crate::sim) const WHOLE: u64 = 1 << 32;

/// A channel's share that goes up, and that which goes down, while transfers that go up have so much of all parts.
pub(in crate::sim) fn shares(up: u128, all: u128) -> [u64; 2] {
    let up = (u128::from(WHOLE) * up / all.max(1)) as u64;
    if all == 0 { [0; 2] } else { [up, WHOLE - up] }
}

/// What is so of a node for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Moment {
    pub waiting: u32,
    pub busy: u32,
    /// Servers that it provides.
    pub servers: u32,
    pub level: u8,
    pub off: bool,
}

/// The samples of a run as far as they are known.
#[derive(Clone, Debug)]
pub(in crate::sim) struct Watch {
    bins: Bins,
    /// By group and level: nanowatts of an idle node, and of one busy server beyond that.
    powers: Vec<Vec<[i128; 2]>>,
}

fn nanowatts(power: Watts) -> i128 {
    libm::round(power.0 * 1e9) as i128
}

impl Watch {
    pub(in crate::sim) fn new(world: &World, period: SimTime) -> Self {
        let powers = |group: &crate::sim::NodeGroup| {
            let at = |level: u8| [nanowatts(group.idle_at(level)), nanowatts(group.server_power_at(level))];
            (0..group.levels.len().max(1) as u8).map(at).collect()
        };
        let columns = OF_GROUP * world.groups.len() + OF_LINK * world.links.len();
        Self { bins: Bins::new(period, world.horizon.end, columns), powers: world.groups.iter().map(powers).collect() }
    }

    fn note(&mut self, group: GroupId, column: usize, (from, to): (SimTime, SimTime), weight: i128) {
        if weight != 0 {
            self.bins.add(OF_GROUP * group.0 as usize + column, from, to, weight);
        }
    }

    /// Somebody waits at a node of the group.
    pub(in crate::sim) fn waits(&mut self, group: GroupId, from: SimTime, to: SimTime) {
        self.note(group, WAITING, (from, to), 1);
    }

    /// A server is busy at a node of the group, whose clock is fixed.
    pub(in crate::sim) fn serves(&mut self, group: GroupId, from: SimTime, to: SimTime) {
        self.note(group, BUSY, (from, to), 1);
        self.note(group, POWER, (from, to), self.powers[group.0 as usize][0][1]);
    }

    /// All this is so of a node of the group.
    pub(in crate::sim) fn stays(&mut self, group: GroupId, from: SimTime, to: SimTime, moment: Moment) {
        let [idle, server] = self.powers[group.0 as usize][moment.level as usize];
        let power = if moment.off { 0 } else { idle } + server * i128::from(moment.busy);
        self.note(group, WAITING, (from, to), moment.waiting.into());
        self.note(group, BUSY, (from, to), moment.busy.into());
        self.note(group, SERVERS, (from, to), moment.servers.into());
        self.note(group, POWER, (from, to), power);
    }

    /// A share of one of a link's channels carries in a direction.
    pub(in crate::sim) fn carries(&mut self, link: u16, up: bool, from: SimTime, to: SimTime, share: u64) {
        let first = OF_GROUP * self.powers.len() + OF_LINK * link as usize;
        if share > 0 {
            self.bins.add(first + usize::from(!up), from, to, share.into());
        }
    }

    /// A channel that was to carry in a direction does not.
    pub(in crate::sim) fn carries_not(&mut self, link: u16, up: bool, from: SimTime, to: SimTime) {
        let first = OF_GROUP * self.powers.len() + OF_LINK * link as usize;
        self.bins.add(first + usize::from(!up), from, to, -i128::from(WHOLE));
    }

    pub(in crate::sim) fn merge(&mut self, other: &Self) {
        self.bins.merge(&other.bins);
    }

    /// All samples, in the order of time.
    pub(in crate::sim) fn samples<'a>(&'a self, world: &'a World) -> impl Iterator<Item = Sample> + 'a {
        self.bins.periods().map(|(at, span_ns, sums)| sample(world, SimTime::from_ns(at), span_ns, &sums))
    }
}

fn sample(world: &World, at: SimTime, span_ns: u64, sums: &[i128]) -> Sample {
    let (groups, links) = sums.split_at(OF_GROUP * world.groups.len());
    let whole = |sum: i128| sum.unsigned_abs();
    let group = |sums: &[i128]| GroupSample {
        waiting_ns: whole(sums[WAITING]),
        busy_ns: whole(sums[BUSY]),
        server_ns: whole(sums[SERVERS]),
        power_w: sums[POWER] as f64 / 1e9 / span_ns as f64,
    };
    let link = |(link, sums): (&Link, &[i128])| LinkSample {
        channels: layout::cell_count(world, link),
        busy_ns_up: whole(sums[0]) / u128::from(WHOLE),
        busy_ns_down: whole(sums[1]) / u128::from(WHOLE),
    };
    let mut sample = Sample {
        at,
        span_ns,
        groups: groups.chunks(OF_GROUP).map(group).collect(),
        links: world.links.iter().zip(links.chunks(OF_LINK)).map(link).collect(),
    };
    world.links.iter().zip(links.chunks(OF_LINK)).for_each(|(link, sums)| radios(link, sums, &mut sample));
    sample
}

/// Radios draw while their channels carry.
fn radios(link: &Link, carried: &[i128], sample: &mut Sample) {
    for (up, carried) in [true, false].into_iter().zip(carried) {
        let share = *carried as f64 / WHOLE as f64 / sample.span_ns as f64;
        let (sender, receiver) = link.radios(up);
        let (from, to) = if up { (link.lower, link.upper) } else { (link.upper, link.lower) };
        sample.groups[from.0 as usize].power_w += sender.transmit.0 * share;
        sample.groups[to.0 as usize].power_w += receiver.receive.0 * share;
    }
}
