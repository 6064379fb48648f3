//! Random conditions of links, on top of the random worlds.

use crate::dice::Dice;
use crate::made_up;
use crate::plain::ns;
use std::sync::Arc;
use tierwise::sim::{
    Conditions, Jitter, LogNormal, Outage, Outages, PeriodicOutage, Quality, Rate, Sharing, Stretch, Trace, Transport,
    World,
};
use tierwise::units::{BitsPerSec, Bytes};

/// A random world whose links have conditions. They are drawn first, so that they never lack dice.
pub fn world(dice: &Dice) -> World {
    let conditions = dice.list(4, || (conditions(dice), dice.once_in(4)));
    let mut world = made_up::wide(dice);
    for (link, (conditions, throughput)) in world.links.iter_mut().zip(conditions) {
        if throughput && !conditions.as_ref().is_some_and(Conditions::is_traced) {
            (link.sharing, link.sharing_down) = (Sharing::Throughput, None);
        }
        link.conditions = conditions.map(Box::new);
        if let Some(conditions) = &mut link.conditions {
            let shares = [link.sharing, link.sharing_down.unwrap_or(link.sharing)];
            conditions.adjustable &= shares.iter().all(|s| matches!(s, Sharing::Fifo | Sharing::Fair));
        }
    }
    world
}

fn conditions(dice: &Dice) -> Option<Conditions> {
    let there = !dice.once_in(6);
    there.then(|| Conditions {
        up: quality(dice),
        down: quality(dice),
        outages: outages(dice),
        scatter: dice.once_in(3),
        adjustable: dice.once_in(2),
        transport: dice.one_of(&[Transport::Datagram, Transport::Cold, Transport::Warm, Transport::ColdTls]),
    })
}

fn quality(dice: &Dice) -> Quality {
    let rates = dice.one_of(&[1, 0, 2]);
    let loss = dice.one_of(&[0.0, 0.0, 0.1, 0.6]);
    Quality { rates: dice.list(rates, || rate(dice)), loss, jitter: jitter(dice) }
}

fn jitter(dice: &Dice) -> Jitter {
    match dice.below(5) {
        2 => Jitter::Uniform(ns(dice.below(20))),
        3 => Jitter::Exponential(ns(dice.below(20))),
        4 => Jitter::LogNormal(LogNormal { median: ns(dice.below(20)), sigma: 0.5 }),
        _ => Jitter::None,
    }
}

fn rate(dice: &Dice) -> Rate {
    let rates = [8_000_000_000, 0, 3_000_000_000, 999_999_937, 40_000_000_000];
    if dice.once_in(4) {
        return Rate::Steady(BitsPerSec(dice.one_of(&[8_000_000_000, 2_000_000_000])));
    }
    let bursts = dice.once_in(2);
    let mut at = 0;
    let stretches = dice.list(dice.between(1, 4), || {
        let stretch = Stretch {
            at: ns(at),
            rate: BitsPerSec(if bursts { 0 } else { dice.one_of(&rates) }),
            burst: Bytes(if bursts { dice.between(0, 5) } else { 0 }),
        };
        at += dice.between(1, 20);
        stretch
    });
    match Trace::new(stretches, ns(at)) {
        Ok(trace) => Rate::Trace(Arc::new(trace)),
        Err(_) => Rate::Steady(BitsPerSec(8_000_000_000)),
    }
}

fn outages(dice: &Dice) -> Option<Outages> {
    match dice.below(3) {
        0 => None,
        1 => {
            let lasts = dice.between(1, 30);
            let every = lasts + dice.between(1, 60);
            Some(Outages::Periodic(PeriodicOutage { from: ns(dice.below(40)), every: ns(every), lasts: ns(lasts) }))
        }
        _ => {
            let mut from = 0;
            let outage = || {
                from += dice.between(1, 40);
                let outage = Outage { from: ns(from), lasts: ns(dice.between(1, 30)) };
                from = (outage.from + outage.lasts).ns();
                outage
            };
            Some(Outages::Scheduled(dice.list(dice.between(1, 3), outage)))
        }
    }
}
