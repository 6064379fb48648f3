//! Samples: what holds until something happens, cut at the ends of periods.

use super::channel::{Channel, ChannelKey, Transfer};
use super::flows::Flows;
use super::node::{Node, Power};
use super::place;
use std::collections::BTreeMap;
use tierwise::sim::{Sharing, World};

/// The twin's samples have a period that no round time is a multiple of.
pub const PERIOD: u64 = 23;

#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub at: u64,
    pub span: u64,
    /// By group: nanoseconds of waiting, of serving, and of servers; nanojoules.
    pub groups: Vec<([u128; 3], f64)>,
    /// By link: up and down, in 2^-32 ns.
    pub links: Vec<[u128; 2]>,
}

pub fn empty(world: &World) -> Vec<Sample> {
    let end = world.horizon.end.ns();
    let sample = |first: u64| Sample {
        at: end.min(first + PERIOD),
        span: end.min(first + PERIOD) - first,
        groups: vec![Default::default(); world.groups.len()],
        links: vec![[0; 2]; world.links.len()],
    };
    (0..end).step_by(PERIOD as usize).map(sample).collect()
}

type State<'a> = (&'a [Node], &'a BTreeMap<ChannelKey, Channel>, &'a Flows);

/// Nothing changes from `from` to `to`.
pub fn pass(samples: &mut [Sample], world: &World, state: State<'_>, mut from: u64, to: u64) {
    while let Some(sample) = samples.get_mut((from / PERIOD) as usize).filter(|s| from < to.min(s.at)) {
        let until = to.min(sample.at);
        note(sample, world, state, until - from);
        from = until;
    }
}

fn note(sample: &mut Sample, world: &World, (nodes, channels, flows): State<'_>, span: u64) {
    for (n, node) in nodes.iter().enumerate() {
        let g = place::group_of(world, n as u32);
        let (group, (counts, joules)) = (&world.groups[g], &mut sample.groups[g]);
        let each = [node.queue(), node.busy(), node.provided()].map(|n| u128::from(n) * u128::from(span));
        counts.iter_mut().zip(each).for_each(|(sum, more)| *sum += more);
        let level = group.levels.get(node.level as usize);
        let (idle, active) = level.map_or((group.idle.0, group.active.0), |level| (level.idle.0, level.active.0));
        let on = if node.power == Power::Off { 0.0 } else { idle };
        let busy = f64::from(node.busy()) / f64::from(node.service.servers());
        *joules += (on + busy * (active - idle)) * span as f64;
    }
    for (key, channel) in channels {
        let shared = channel.is_shared();
        let part = |transfer: &Transfer| match channel.sharing {
            Sharing::Throughput => transfer.time_of_bit().unsigned_abs(),
            _ => 1,
        };
        let sum = |up| channel.on_air.iter().filter(|transfer| transfer.hop.up == up).map(part).sum::<u128>();
        let (up, down, whole) = (sum(true), sum(false), 1u128 << 32);
        let shares = match up + down {
            0 => [0; 2],
            all if shared => [whole * up / all, whole - whole * up / all],
            _ => [whole * up, whole * down],
        };
        let shares = if channel.sharing == Sharing::Flows { flows.shares(world, *key) } else { shares };
        let link = &world.links[key.link];
        let powers = [
            [link.lower_radio.transmit, link.upper_radio.receive],
            [link.lower_radio.receive, link.upper_radio.transmit],
        ];
        for (way, (share, powers)) in shares.into_iter().zip(powers).enumerate() {
            sample.links[key.link][way] += share * u128::from(span);
            for (group, power) in [link.lower, link.upper].into_iter().zip(powers) {
                let share = share as f64 / whole as f64;
                sample.groups[group.0 as usize].1 += power.0 * share * span as f64;
            }
        }
    }
}
