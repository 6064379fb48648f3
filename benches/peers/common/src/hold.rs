//! The hold model's numbers (`benches/engine/hold.rs`): the same gaps, to the nanosecond.

use crate::random::Random;

const PENDING: [usize; 3] = [1_000, 100_000, 1_000_000];
const GAPS: usize = 1 << 14;

/// The instants at which events are pending at first are drawn as gaps are; with `constant` ones they are spread.
fn gap(distribution: &str, first: bool, random: &mut Random) -> u64 {
    let (u, v) = (random.uniform(), random.uniform());
    let exponential = -(1.0 - u).ln();
    let seconds = match distribution {
        "exponential" => exponential,
        "quantised" => (100.0 * exponential).ceil() / 100.0,
        "bimodal" => exponential * if v < 0.9 { 0.1 } else { 9.1 },
        "heavy-tailed" => (1.0 - u).powf(-2.0 / 3.0) / 3.0,
        _ if first => u,
        _ => 1.0,
    };
    (seconds * 1e9).round() as u64
}

/// Gaps, used in turn.
#[derive(Clone, Default)]
pub struct Gaps {
    ns: Vec<u64>,
    next: usize,
}

impl Gaps {
    /// In nanoseconds.
    #[inline]
    pub fn ns(&mut self) -> u64 {
        let ns = self.ns[self.next];
        self.next = (self.next + 1) % GAPS;
        ns
    }

    #[inline]
    pub fn seconds(&mut self) -> f64 {
        self.ns() as f64 * 1e-9
    }
}

/// A queue under test.
pub trait Queue {
    /// With events at these instants, in nanoseconds.
    fn new(instants: &[u64], gaps: Gaps) -> Self;
    /// Takes the least and puts it back, so often (or a little more often, if it takes all of an instant at once): how
    /// often, and the instant of the last, in seconds.
    fn run(&mut self, holds: usize) -> (usize, f64);
}

/// All cases; `share`: of the two million holds of the full length, but never fewer than two for each that is pending.
pub fn measure<Q: Queue>(share: f64) {
    for distribution in ["exponential", "constant", "quantised", "bimodal", "heavy-tailed"] {
        for pending in PENDING {
            one::<Q>(distribution, pending, ((2e6 * share) as usize).max(2 * pending));
        }
    }
}

fn one<Q: Queue>(distribution: &str, pending: usize, holds: usize) {
    let mut random = Random(1);
    let gaps = Gaps { ns: (0..GAPS).map(|_| gap(distribution, false, &mut random)).collect(), next: 0 };
    let instants: Vec<u64> = (0..pending).map(|_| gap(distribution, true, &mut random)).collect();
    let mut queue = Q::new(&instants, gaps);
    let (_, clock) = queue.run(pending);
    let mut held = 0;
    let seconds = crate::seconds(|| held = queue.run(holds).0);
    let case = format!("{distribution} {pending}");
    let line = |metric, unit, value| crate::line("hold", &case, metric, unit, value);
    line("count", "1", held as f64);
    line("wall", "s", seconds);
    line("clock", "s", clock);
    line("holds", "1/s", held as f64 / seconds);
}
