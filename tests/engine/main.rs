//! Tests of the engine from outside: a naive twin of it, and what theory says.
//!
//! - `agree`: the engine against the twin, request by request, on random small worlds. `ENGINE_CASES=10000` runs as many
//!   cases of each property instead of the few hundred of the normal run.
//! - `theory`: waits and sojourns against formulas of queueing theory; `truth`: accuracies against prediction tables.
//! - `disciplines`: the same of other ways to serve than first come, first served.
//! - `networks`: several stations that pass requests on, and policies that choose among them.
//! - `peers`: latencies against another simulator's, SimPy's, where Python has it.
//! - `levels`: changes of the clock by arithmetic.
//! - `control`: the shipped controllers.
//! - `closed`: sources that wait for their answers, and machine repair.
//! - `hedging`: the shipped policy that asks twice, against its formula.
//! - `memory`: models that are loaded and evicted.
//! - `links`: traces, outages and cells against loops over what they say, and by hand.
//! - `failures`: availabilities, and what failures do to those who wait.
//! - `series`: samples over time.
//! - `short`: the short way of plain requests against the twin.
//! - `flows`: links that are crossed at once at max-min fair rates, by arithmetic and beside fair ones.
//! - `golden`: one small run, written out.

mod agree;
mod breaking;
mod closed;
mod conditions;
mod control;
mod dice;
mod disciplines;
mod failures;
mod flows;
mod golden;
mod hedging;
/// The library has it with its tables only.
#[path = "../../src/stats/estimation/interval.rs"]
#[allow(dead_code)]
mod interval;
mod levels;
mod links;
mod made_up;
mod memory;
mod networks;
mod peers;
mod plain;
mod policies;
mod series;
mod short;
mod theory;

use tierwise::random;
mod truth;
mod twin;
