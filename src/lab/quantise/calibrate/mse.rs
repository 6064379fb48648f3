//! The range that gives the least squared error, between what it cuts off and how coarse it makes the rest.

use super::histogram::Histogram;
use crate::lab::quantise::grid::Grid;

/// Ranges that are tried, as equal shares of the whole one.
const TRIED: u32 = 100;

pub(super) fn range(seen: &Histogram) -> (f32, f32) {
    let ranges = (1..=TRIED).rev().map(|k| {
        let share = k as f32 / TRIED as f32;
        (seen.low * share, seen.high * share)
    });
    let scored = ranges.map(|range| (error(seen, range), range));
    let least = scored.reduce(|best, next| if next.0 < best.0 { next } else { best });
    least.map_or((seen.low, seen.high), |(_, range)| range)
}

fn error(seen: &Histogram, (low, high): (f32, f32)) -> f64 {
    let grid = Grid::covering(low, high);
    seen.counted().map(|(x, n)| n as f64 * (x - f64::from(grid.value(grid.byte(x as f32)))).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::histogram::of;
    use super::*;

    /// Of a million values within 1 and one of 4: to cut it to h costs (4 − h)², and a step of h / 255 costs
    /// 10^6 · step² / 12 = 1.28 h². The sum is least at 4 / 2.28 = 1.75.
    #[test]
    fn balances_what_is_cut_with_what_is_coarse() {
        let mut values: Vec<f32> = (0..1_000_000).map(|i| i as f32 / 1e6).collect();
        values.push(4.0);
        let (low, high) = range(&of(&values));
        assert!(low == 0.0 && (1.6..1.9).contains(&high), "{low} {high}");
    }
}
