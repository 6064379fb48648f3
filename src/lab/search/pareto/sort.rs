//! Fast non-dominated sorting (Deb et al. 2002, NSGA-II, section III-A).

use super::Standing;

/// The members of each front, in their order: nobody beats the first; the second, only members of the first; and so on.
pub fn fronts(all: &[Standing]) -> Vec<Vec<usize>> {
    let mut beaten: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    let mut by = vec![0usize; all.len()];
    for (i, one) in all.iter().enumerate() {
        for (j, other) in all.iter().enumerate().filter(|(_, other)| one.beats(other)) {
            debug_assert!(!other.beats(one));
            beaten[i].push(j);
            by[j] += 1;
        }
    }
    let mut fronts = Vec::new();
    let mut front: Vec<usize> = (0..all.len()).filter(|i| by[*i] == 0).collect();
    while !front.is_empty() {
        let next = without(&front, &beaten, &mut by);
        fronts.push(std::mem::replace(&mut front, next));
    }
    fronts
}

/// Who is beaten by nobody any more, once a front is taken away.
fn without(front: &[usize], beaten: &[Vec<usize>], by: &mut [usize]) -> Vec<usize> {
    let mut free = Vec::new();
    for &j in front.iter().flat_map(|&i| &beaten[i]) {
        by[j] -= 1;
        if by[j] == 0 {
            free.push(j);
        }
    }
    free.sort_unstable();
    free
}
