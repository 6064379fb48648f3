//! The order in which an epoch visits the images.

use crate::random::{Purpose, Stream, sample::index};

/// A permutation of `0..n` (Fisher and Yates), a function of (seed, epoch).
pub fn order(n: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let stream = Stream::new(seed, 0, Purpose::Order);
    let mut order: Vec<u32> = (0..n as u32).collect();
    for i in (1..n).rev() {
        order.swap(i, index(stream.draw(i as u64, epoch)[0], i as u64 + 1) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_permutation_that_follows_seed_and_epoch() {
        let mut first = order(1000, 1, 0);
        assert_eq!(first, order(1000, 1, 0));
        assert!(first != order(1000, 1, 1) && first != order(1000, 2, 0));
        first.sort_unstable();
        assert!(first.into_iter().eq(0..1000));
    }
}
