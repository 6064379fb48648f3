use super::Placed;
use crate::store::parquet::Columns;

/// `latency.parquet`: steps of the distribution of all answers' latencies, fewer than the sketch has.
pub fn latency(cells: &[Placed<'_>]) -> Columns {
    let rows: Vec<(Placed<'_>, (f64, f64))> =
        cells.iter().flat_map(|p| steps(&p.cell.latency.cumulative()).into_iter().map(|step| (*p, step))).collect();
    Columns::new()
        .u32("point", rows.iter().map(|(p, _)| p.point.index).collect())
        .str("policy", rows.iter().map(|(p, _)| p.policy))
        .f64("latency_s", rows.iter().map(|(_, (latency, _))| *latency).collect())
        .f64("cumulative", rows.iter().map(|(_, (_, share))| *share).collect())
}

/// Seconds and shares: each step of at least 1/400 of the answers, of 1/10000 in the last hundredth.
fn steps(cumulative: &[(u64, u64)]) -> Vec<(f64, f64)> {
    let all = cumulative.last().map_or(1, |(_, seen)| *seen) as f64;
    let (mut kept, mut last) = (Vec::new(), 0.0);
    for (ns, seen) in cumulative {
        let share = *seen as f64 / all;
        let step = if share < 0.99 { 1.0 / 400.0 } else { 1.0 / 10_000.0 };
        if share - last >= step || share == 1.0 || kept.is_empty() {
            kept.push((*ns as f64 / 1e9, share));
            last = share;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_ends_and_rises() {
        let fine: Vec<(u64, u64)> = (1..=100_000).map(|i| (i * 1_000_000, i)).collect();
        let steps = steps(&fine);
        assert!(steps.len() < 520, "{}", steps.len());
        assert_eq!((steps[0].0, *steps.last().expect("steps")), (0.001, (100.0, 1.0)));
        assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    }

    #[test]
    fn coarse_steps_stay() {
        assert_eq!(super::steps(&[(5, 1), (7, 3)]), [(5e-9, 1.0 / 3.0), (7e-9, 1.0)]);
        assert!(super::steps(&[]).is_empty());
    }
}
