//! When a unit turns.
//!
//! By chance: the n-th time to failure and the n-th time to repair are `Stream(Failure).draw(entity, n)[0]` and `[1]`,
//! rounded to the nearest ns, at least 1 ns; the entity is the node, or `2^63 + (link << 32) + cell`. A Weibull variate
//! of mean m and shape k is m·E^(1/k)/Γ(1 + 1/k) with E exponential of mean 1.

use crate::random::sample;
use crate::sim::{Lifetime, Random, Spells};
use crate::units::SimTime;

/// The next turn after the last, `turns` having been made; `bits` draws those of this failure and its repair.
pub(super) fn next(spells: &Spells, turns: u64, last: SimTime, bits: impl FnOnce() -> [u64; 2]) -> SimTime {
    let repair = turns % 2 == 1;
    match spells {
        Spells::Random(Random { to_failure, to_repair }) => {
            let [failure_bits, repair_bits] = bits();
            let (lifetime, bits) = if repair { (to_repair, repair_bits) } else { (to_failure, failure_bits) };
            last + draw(*lifetime, bits)
        }
        Spells::Trace(spells) => spells.get((turns / 2) as usize).map_or(SimTime::NEVER, |s| s[usize::from(repair)]),
    }
}

fn draw(lifetime: Lifetime, bits: u64) -> SimTime {
    let (mean, shape) = lifetime.parts();
    let factor = match lifetime {
        Lifetime::Exponential { .. } => sample::exponential(bits),
        Lifetime::Weibull { .. } => sample::weibull(bits, shape),
    };
    SimTime::from_ns((factor * mean.ns() as f64 + 0.5) as u64).max(SimTime::from_ns(1))
}
