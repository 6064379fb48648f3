//! Changing a station's servers, and switching it off and on: see [`crate::sim::Elastic`].

use super::gate::Gate;
use super::live::Live;
use crate::units::SimTime;

/// Whether a node serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Power {
    #[default]
    On,
    /// It refuses newcomers, and will be off when the last has left.
    Draining,
    Off,
    /// It will be on then.
    Booting(SimTime),
}

/// A station's servers, and what the window has seen of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub servers: u32,
    pub power: Power,
    /// When there will be so many servers.
    pub starts: Option<(SimTime, u32)>,
    pub seen: Provided,
}

/// What a node provided in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Provided {
    /// Server-nanoseconds: the servers of a node that is not off or booting, those busy beyond them included.
    pub server_ns: u128,
    /// Nanoseconds not off.
    pub on_ns: u128,
    pub started: u64,
    pub booted: u64,
}

impl Capacity {
    pub(crate) fn new(servers: u32) -> Self {
        Self { servers, power: Power::On, starts: None, seen: Provided::default() }
    }

    /// How many servers are there to be used while so many are busy.
    pub(crate) fn provides(&self, busy: u32) -> u32 {
        let serves = matches!(self.power, Power::On | Power::Draining);
        if serves { busy.max(self.servers) } else { 0 }
    }

    /// Adds what a time of the window is worth in which so many servers were busy.
    pub(crate) fn pass(&mut self, busy: u32, counted: u128) {
        self.seen.server_ns += u128::from(self.provides(busy)) * counted;
        self.seen.on_ns += if self.power == Power::Off { 0 } else { counted };
    }
}

impl Live {
    /// Wants so many servers; when there will be, if that is later.
    pub(crate) fn want_servers(&mut self, now: SimTime, count: u32, start: SimTime) -> Option<SimTime> {
        let more = count.saturating_sub(self.capacity().servers);
        let counts = self.counts_at(now);
        let capacity = self.capacity();
        capacity.starts = None;
        if more == 0 || start == SimTime::ZERO {
            capacity.seen.started += u64::from(more) * u64::from(counts);
            self.resize(now, count);
            return None;
        }
        capacity.seen.started += u64::from(more) * u64::from(counts);
        capacity.starts = Some((now + start, count));
        Some(now + start)
    }

    /// Wants it on or off; when it will be on, if that is later.
    pub(crate) fn want_power(&mut self, now: SimTime, on: bool, boot: SimTime) -> Option<SimTime> {
        let counts = self.counts_at(now);
        let capacity = self.capacity();
        capacity.power = match (on, capacity.power) {
            (true, Power::Draining) => Power::On,
            (true, Power::Off) => {
                capacity.seen.booted += u64::from(counts);
                if boot == SimTime::ZERO { Power::On } else { Power::Booting(now + boot) }
            }
            (false, Power::On) => Power::Draining,
            (false, Power::Booting(_)) => Power::Off,
            (_, same) => same,
        };
        self.drained();
        match self.capacity().power {
            Power::Booting(at) => Some(at),
            _ => None,
        }
    }

    /// Whether it takes newcomers.
    pub(crate) fn is_on(&self) -> bool {
        self.power() == Power::On && self.works()
    }

    /// What was to change by now changes.
    pub(crate) fn change(&mut self, now: SimTime) {
        self.counts_at(now);
        if let Some((_, count)) = self.capacity().starts.take_if(|(at, _)| *at <= now) {
            self.resize(now, count);
        }
        let power = &mut self.capacity().power;
        if matches!(*power, Power::Booting(at) if at <= now) {
            *power = Power::On;
        }
        self.gate().into_iter().for_each(|gate| gate.change(now));
    }

    /// A node that drains is off when nobody is left.
    pub(crate) fn drained(&mut self) {
        if self.capacity().power == Power::Draining && self.counts() == (0, 0) {
            self.capacity().power = Power::Off;
            self.gate().into_iter().for_each(Gate::forget);
        }
    }
}
