//! Hypervolume: how much is at least as bad as some point and better than a reference (Zitzler and Thiele 1999); exactly, by
//! slicing one goal after another (While et al. 2006).

/// The volume between points and a reference, all goals to be made small; points that are not better than the reference in
/// everything add nothing.
pub fn hypervolume(points: &[&[f64]], reference: &[f64]) -> f64 {
    let inside = |p: &&&[f64]| p.iter().zip(reference).all(|(p, r)| p < r);
    let within: Vec<&[f64]> = points.iter().filter(inside).copied().collect();
    sliced(within, reference)
}

fn sliced(mut points: Vec<&[f64]>, reference: &[f64]) -> f64 {
    let Some(last) = reference.len().checked_sub(1) else { return if points.is_empty() { 0.0 } else { 1.0 } };
    points.sort_by(|a, b| a[last].total_cmp(&b[last]));
    let slab = |i: usize| {
        let end = points.get(i + 1).map_or(reference[last], |next| next[last]);
        let height = end - points[i][last];
        if height > 0.0 { height * sliced(points[..=i].to_vec(), &reference[..last]) } else { 0.0 }
    };
    (0..points.len()).map(slab).sum()
}
