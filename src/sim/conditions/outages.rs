//! Times in which a link lets nothing through.

use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a link lets nothing through. What was being sent stands still, and goes on where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outages {
    /// At given times, one after the other.
    Scheduled(Vec<Outage>),
    /// Again and again.
    Periodic(PeriodicOutage),
}

/// One time in which nothing gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Outage {
    /// When it begins.
    pub from: SimTime,
    /// How long it lasts.
    pub lasts: SimTime,
}

/// An outage in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PeriodicOutage {
    /// When the first begins.
    #[serde(default)]
    pub from: SimTime,
    /// Time from the beginning of one to the beginning of the next.
    pub every: SimTime,
    /// How long each lasts.
    pub lasts: SimTime,
}

impl Outages {
    /// Whether something gets through at an instant, and until when that stays so.
    pub(in crate::sim) fn at(&self, now: SimTime) -> (bool, SimTime) {
        match self {
            Self::Scheduled(list) => scheduled(list, now),
            Self::Periodic(periodic) => periodic.at(now),
        }
    }

    /// What is wrong with it, if anything is.
    pub fn wrong(&self) -> Option<&'static str> {
        match self {
            Self::Scheduled(list) => wrong_list(list),
            Self::Periodic(p) if p.lasts == SimTime::ZERO => Some("an outage that takes no time"),
            Self::Periodic(p) if p.lasts >= p.every => Some("outages without a time between them"),
            Self::Periodic(_) => None,
        }
    }
}

fn wrong_list(list: &[Outage]) -> Option<&'static str> {
    let apart = |pair: &[Outage]| pair[0].from + pair[0].lasts < pair[1].from;
    if list.iter().any(|o| o.lasts == SimTime::ZERO) {
        return Some("an outage that takes no time");
    }
    (!list.windows(2).all(apart)).then_some("outages that overlap, touch or go backwards")
}

fn scheduled(list: &[Outage], now: SimTime) -> (bool, SimTime) {
    let next = list.partition_point(|o| o.from <= now);
    let current = next.checked_sub(1).map(|i| list[i].from + list[i].lasts).filter(|end| *end > now);
    match current {
        Some(end) => (false, end),
        None => (true, list.get(next).map_or(SimTime::NEVER, |o| o.from)),
    }
}

impl PeriodicOutage {
    fn at(&self, now: SimTime) -> (bool, SimTime) {
        if now < self.from {
            return (true, self.from);
        }
        let begun = now - SimTime::from_ns(now.since(self.from).ns() % self.every.ns().max(1));
        let down = now < begun + self.lasts;
        (!down, begun + if down { self.lasts } else { self.every })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    #[test]
    fn says_what_holds_and_until_when() {
        let list = Outages::Scheduled(vec![Outage { from: ns(2), lasts: ns(3) }, Outage { from: ns(9), lasts: ns(1) }]);
        let periodic = Outages::Periodic(PeriodicOutage { from: ns(2), every: ns(7), lasts: ns(3) });
        for outages in [&list, &periodic] {
            assert_eq!(outages.at(ns(0)), (true, ns(2)));
            assert_eq!(outages.at(ns(2)), (false, ns(5)));
            assert_eq!(outages.at(ns(4)), (false, ns(5)));
            assert_eq!(outages.at(ns(5)), (true, ns(9)));
        }
        assert_eq!((list.at(ns(9)), list.at(ns(10))), ((false, ns(10)), (true, SimTime::NEVER)));
        assert_eq!((periodic.at(ns(10)), periodic.at(ns(12))), ((false, ns(12)), (true, ns(16))));
    }

    #[test]
    fn refuses_what_has_no_meaning() {
        let list = |all: &[(u64, u64)]| {
            Outages::Scheduled(all.iter().map(|(f, l)| Outage { from: ns(*f), lasts: ns(*l) }).collect())
        };
        assert_eq!(list(&[(1, 2), (4, 1)]).wrong(), None);
        assert!(list(&[(1, 2), (3, 1)]).wrong().is_some());
        assert!(list(&[(1, 0)]).wrong().is_some());
        assert!(Outages::Periodic(PeriodicOutage { from: ns(0), every: ns(3), lasts: ns(3) }).wrong().is_some());
    }
}
