//! Clock levels of nodes, as a scenario gives them.

use super::meaning::Meaning;
use super::node::Node;
use super::service::times;
use crate::catalog::DevicePreset;
use crate::problem::Problem;
use crate::sim::Works;
use crate::units::{SimTime, Watts};
use schemars::JsonSchema;
use serde::Deserialize;

/// A clock level.
///
/// At another clock arithmetic and fixed times follow the clock (t = C/f) and memory does not; power beyond idle follows
/// its cube (P = κ f³). Measured figures go before these rules: speed and power of real boards stray from them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Level {
    /// Its clock, in times of the clock that the node's figures are for.
    pub clock: f64,
    /// Measured speed of whole calls, in times of the speed at the clock that the node's figures are for. Absent: what the
    /// roofline says.
    pub speed: Option<f64>,
    /// Power when nothing runs. Absent: the node's.
    pub idle: Option<Watts>,
    /// Power when all servers run, idle power included. Absent: its idle power, and what the node's figures have beyond
    /// theirs times the cube of the clock.
    pub active: Option<Watts>,
}

impl Level {
    fn idle(&self, device: &DevicePreset) -> Watts {
        self.idle.unwrap_or(device.idle.value)
    }

    fn active(&self, device: &DevicePreset) -> Watts {
        let beyond = (device.active.value.0 - device.idle.value.0) * self.clock * self.clock * self.clock;
        self.active.unwrap_or(Watts(self.idle(device).0 + beyond))
    }

    /// The level of a node; `works` says what the node's work is at a clock, without and with batches.
    pub(super) fn build(
        &self,
        device: &DevicePreset,
        overhead: f64,
        works: impl Fn(f64) -> (Works, Vec<Works>),
    ) -> crate::sim::Level {
        let (work, batches) = match self.speed {
            Some(speed) => faster(works(1.0), speed),
            None => works(self.clock),
        };
        let watts = |power: Watts| Watts(power.0 * overhead);
        crate::sim::Level { idle: watts(self.idle(device)), active: watts(self.active(device)), work, batches }
    }
}

fn faster((work, batches): (Works, Vec<Works>), speed: f64) -> (Works, Vec<Works>) {
    let of = |works: Works| works.iter().map(|work| work.as_ref().map(|w| times(w, 1.0 / speed))).collect();
    (of(work), batches.into_iter().map(of).collect())
}

/// The device at another clock, which nobody measured.
pub(super) fn at_clock(device: &mut DevicePreset, clock: f64) {
    let longer = |time: SimTime| SimTime::from_ns((time.ns() as f64 / clock + 0.5) as u64);
    device.rate.values_mut().for_each(|rate| rate.value.0 *= clock);
    device.per_call.value = longer(device.per_call.value);
    device.per_layer.value = longer(device.per_layer.value);
}

/// What this file alone can say of a node's levels.
pub(super) fn check(of: &Node, device: &DevicePreset, node: &str, meaning: &mut Meaning<'_>) {
    let (levels, first, overhead) = (&of.levels, of.level, of.overhead);
    for (i, level) in levels.iter().enumerate() {
        let number = i.to_string();
        let at = |key: &'static str| ["nodes", node, "levels", &number, key];
        meaning.above_zero(&at("clock"), level.clock);
        meaning.above_zero(&at("speed"), level.speed.unwrap_or(1.0));
        let (idle, active) = (level.idle(device), level.active(device));
        meaning.power(&at(if level.active.is_some() { "active" } else { "clock" }), active, overhead);
        if active < idle {
            let problem = Problem::new("a node draws less when it runs than when it is idle");
            let remedy = "`active` includes the idle power: raise it, or lower `idle`";
            let key = if level.active.is_some() { "active" } else { "idle" };
            meaning.tell(&at(key), problem.received(format!("{active} below {idle}")).remedy(remedy));
        }
    }
    if let Some(first) = first.filter(|first| usize::from(*first) >= levels.len()) {
        let problem = Problem::new("no such level").received(first);
        let remedy = format!("there are {}, numbered from 0", levels.len());
        meaning.tell(&["nodes", node, "level"], problem.remedy(remedy));
    }
    if levels.len() > usize::from(u8::MAX) {
        meaning.tell_key(&["nodes", node, "levels"], Problem::new("more than 255 levels"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::MadeUp;
    use super::super::tests::{edited, snapshot, told, world};
    use super::*;

    fn with(levels: &str) -> String {
        edited("overhead = 1.5", &format!("overhead = 1.5\n{levels}"))
    }

    fn ms(times: [u64; 5]) -> Vec<SimTime> {
        times.map(|t| SimTime::from_ns(t * 500_000)).to_vec()
    }

    #[test]
    fn levels_follow_the_clock_or_what_was_measured() {
        let levels = "levels = [{ clock = 0.5 }, { clock = 1 }, { clock = 2, speed = 1.25, idle = \"12 W\", active = \"40 W\" }]";
        let group = &world(&with(&format!("level = 1\n{levels}")), 0).groups[1];
        let [slow, plain, fast] = &group.levels[..] else { panic!() };
        let large = |level: &crate::sim::Level| level.work[1].clone().unwrap();
        assert_eq!((large(slow).per_call, large(slow).upto), (SimTime::from_ns(2_000_000), ms([0, 4, 12, 24, 40])));
        assert_eq!((large(fast).per_call.ns(), large(fast).upto[4].ns()), (800_000, 8_000_000));
        assert_eq!((slow.idle, slow.active), (Watts(15.0), Watts(16.875)));
        assert_eq!((fast.idle, fast.active), (Watts(18.0), Watts(60.0)));
        assert_eq!((group.level, group.idle, group.active, &group.work), (1, plain.idle, plain.active, &plain.work));
        assert_eq!(group.work, world(&with(""), 0).groups[1].work);
        assert_eq!(world(&with(levels), 0).groups[1].level, 2);
    }

    #[test]
    fn each_mistake_is_told_as_recorded() {
        for (name, levels) in [
            ("stopped-clock", "levels = [{ clock = 0 }, { clock = 1, speed = 0 }]"),
            ("no-such-level", "level = 2\nlevels = [{ clock = 0.5 }, { clock = 1 }]"),
            ("level-without-levels", "level = 0"),
            ("level-below-idle", "levels = [{ clock = 1, idle = \"30 W\", active = \"20 W\" }]"),
            ("fast-clock", "levels = [{ clock = 1 }, { clock = 1e6 }]"),
        ] {
            snapshot(name, &told(&with(levels), &MadeUp::new()));
        }
    }
}
