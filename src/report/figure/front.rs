//! Pareto fronts: what no other point beats.

/// For each point, whether no other is at least as good in everything and better in something. Less is better; points
/// that are not finite are on no front.
pub(in crate::report) fn front<const N: usize>(points: &[[f64; N]]) -> Vec<bool> {
    let finite = |p: &[f64; N]| p.iter().all(|v| v.is_finite());
    points.iter().map(|p| finite(p) && !points.iter().any(|q| finite(q) && dominates(q, p))).collect()
}

fn dominates<const N: usize>(a: &[f64; N], b: &[f64; N]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a != b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn beaten_points_are_off_the_front() {
        assert_eq!(front(&[[1.0, 3.0], [2.0, 2.0], [2.0, 3.0], [3.0, 1.0]]), [true, true, false, true]);
        assert_eq!(front(&[[1.0, f64::NAN], [1.0, 1.0], [1.0, 1.0]]), [false, true, true]);
    }

    proptest! {
        /// In two dimensions a sweep from the left with the least height so far finds the same front.
        #[test]
        fn agrees_with_a_sweep(points in proptest::collection::vec((0u8..20, 0u8..20), 1..30)) {
            let points: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [f64::from(x), f64::from(y)]).collect();
            let found = front(&points);
            for (i, [x, y]) in points.iter().enumerate() {
                let left = points.iter().filter(|p| p[0] < *x).map(|p| p[1]).fold(f64::MAX, f64::min);
                let here = points.iter().filter(|p| p[0] == *x).map(|p| p[1]).fold(f64::MAX, f64::min);
                prop_assert_eq!(found[i], *y < left && *y == here);
            }
        }
    }
}
