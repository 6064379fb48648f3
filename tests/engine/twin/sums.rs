//! Accounts: what is added up over time from the state itself, and what is added up over counted requests.

use super::channel::{Channel, ChannelKey};
use super::failing::Unit;
use super::flows::{self, Flows};
use super::memory::Memory;
use super::node::{Node, Power};
use super::place;
use std::collections::BTreeMap;
use tierwise::sim::{FailureAccount, World};

#[derive(Clone, Copy, Debug, Default)]
pub struct GroupSums {
    /// Integrals over the window.
    pub busy_ns: u64,
    pub queue_ns: u64,
    pub provided_ns: u64,
    pub on_ns: u64,
    pub held_ns: u64,
    /// Of the window.
    pub started: u64,
    pub booted: u64,
    pub loads: u64,
    pub load_bytes: u64,
    pub load_ns: u64,
    pub evictions: u64,
    /// Sums over counted requests.
    pub served: u64,
    pub refused: u64,
    pub wait_ns: u64,
    pub compute_ns: u64,
    /// Integrals of power beyond idle over the whole run, whoever caused it, and of idle power over the window; joules.
    pub compute_j: f64,
    pub transmit_j: f64,
    pub receive_j: f64,
    pub idle_j: f64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct LinkSums {
    /// Integrals over the window, of the share of each channel's capacity; indexed by whether it is up.
    pub busy_ns: [f64; 2],
    /// Sums over counted requests.
    pub bytes: [u64; 2],
    pub again: [u64; 2],
    pub airtime_ns: [u64; 2],
    pub transfers: u64,
}

#[derive(Clone, Debug)]
pub struct Sums {
    pub groups: Vec<GroupSums>,
    pub links: Vec<LinkSums>,
    pub failures: Vec<FailureAccount>,
}

impl Sums {
    pub fn new(world: &World) -> Self {
        Self {
            groups: vec![GroupSums::default(); world.groups.len()],
            links: vec![LinkSums::default(); world.links.len()],
            failures: vec![FailureAccount::default(); world.failures.len()],
        }
    }

    /// Time in which units do not work.
    pub fn pass_down(&mut self, world: &World, units: &[Unit], from: u64, to: u64) {
        let horizon = world.horizon;
        let window = to.min(horizon.end.ns()).saturating_sub(from.max(horizon.warm_up.ns()));
        for unit in units.iter().filter(|unit| unit.down) {
            self.failures[unit.of].down_ns += u128::from(window);
        }
    }

    /// The same of flows, whose joules are added up when they begin.
    pub fn pass_flows(&mut self, world: &World, flows: &Flows, from: u64, to: u64) {
        let window = to.min(world.horizon.end.ns()).saturating_sub(from.max(world.horizon.warm_up.ns()));
        for flow in &flows.all {
            for hop in &flow.run {
                let part = flow.rate as f64 / flows::capacity(world, *hop) as f64;
                self.links[hop.link].busy_ns[usize::from(hop.up)] += part * window as f64;
            }
        }
    }

    /// Nothing changes from `from` to `to`: adds what that time is worth.
    pub fn pass(
        &mut self,
        world: &World,
        nodes: &[Node],
        channels: &BTreeMap<ChannelKey, Channel>,
        from: u64,
        to: u64,
    ) {
        let horizon = world.horizon;
        let window = to.min(horizon.end.ns()).saturating_sub(from.max(horizon.warm_up.ns()));
        let seconds = |ns: u64| ns as f64 * 1e-9;
        for (n, node) in nodes.iter().enumerate() {
            let g = place::group_of(world, n as u32);
            let (group, sums) = (&world.groups[g], &mut self.groups[g]);
            let busy = u64::from(node.busy());
            sums.busy_ns += busy * window;
            sums.queue_ns += u64::from(node.queue()) * window;
            let level = group.levels.get(node.level as usize);
            let (idle, active) = level.map_or((group.idle.0, group.active.0), |level| (level.idle.0, level.active.0));
            let on = if node.power == Power::Off { 0 } else { window };
            sums.provided_ns += u64::from(node.provided()) * window;
            sums.on_ns += on;
            sums.held_ns += node.memory.iter().flat_map(Memory::held).count() as u64 * window;
            sums.idle_j += idle * seconds(on);
            let power = (active - idle) * busy as f64 / f64::from(node.service.servers());
            sums.compute_j += power * seconds(to - from);
        }
        for (key, channel) in channels {
            for transfer in &channel.on_air {
                let share = channel.part_of(transfer);
                let link = &world.links[key.link];
                let up = transfer.hop.up;
                self.links[key.link].busy_ns[usize::from(up)] += share * window as f64;
                if channel.varies {
                    continue;
                }
                let (send, take) =
                    if up { (&link.lower_radio, &link.upper_radio) } else { (&link.upper_radio, &link.lower_radio) };
                let sender = place::group_of(world, transfer.hop.from);
                let taker = place::group_of(world, transfer.hop.to);
                self.groups[sender].transmit_j += send.transmit.0 * share * seconds(to - from);
                self.groups[taker].receive_j += take.receive.0 * share * seconds(to - from);
            }
        }
    }
}
