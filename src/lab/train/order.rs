//! The order in which an epoch visits the images.

use crate::random::{
    Purpose, Stream,
    sample::{index, unit},
};

/// A permutation of `0..n` (Fisher and Yates), a function of (seed, epoch).
pub fn order(n: usize, seed: u64, epoch: u64) -> Vec<u32> {
    shuffled((0..n as u32).collect(), Stream::new(seed, 0, Purpose::Order), epoch)
}

fn shuffled(mut order: Vec<u32>, stream: Stream, epoch: u64) -> Vec<u32> {
    for i in (1..order.len()).rev() {
        order.swap(i, index(stream.draw(i as u64, epoch)[0], i as u64 + 1) as usize);
    }
    order
}

/// As many images as there are, each as often as its label's weight is to the mean one, rounded up or down by chance, in
/// an order that is a function of (seed, epoch): systematic sampling through shuffled images, label by label, so that
/// each label has its share exactly.
pub fn weighted(labels: &[u8], weights: &[f64], seed: u64, epoch: u64) -> Vec<u32> {
    let (n, stream) = (labels.len(), Stream::new(seed, 1, Purpose::Order));
    let mut images = order(n, seed, epoch);
    images.sort_by_key(|&i| labels[i as usize]);
    let weight = |i: u32| weights[usize::from(labels[i as usize])];
    let mean = images.iter().map(|&i| weight(i)).sum::<f64>() / n as f64;
    // A draw that no place of a shuffle takes.
    let start = unit(stream.draw(u64::MAX, epoch)[0]);
    let (mut chosen, mut passed) = (Vec::with_capacity(n), 0.0);
    for &i in &images {
        passed += weight(i) / mean;
        while chosen.len() < n && start + (chosen.len() as f64) < passed {
            chosen.push(i);
        }
    }
    // What rounding has left out at the end.
    images.last().into_iter().for_each(|&last| chosen.resize(n, last));
    shuffled(chosen, stream, epoch)
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

    #[test]
    fn weights_say_how_often_an_image_comes() {
        let labels: Vec<u8> = (0..1000).map(|i| (i % 4) as u8).collect();
        let mut equal = weighted(&labels, &[2.0; 4], 1, 3);
        equal.sort_unstable();
        assert!(equal.into_iter().eq(0..1000));
        let weights = [1.0, 3.0, 0.5, 0.5];
        let (mut of, mut image) = ([0usize; 4], vec![0usize; 1000]);
        for epoch in 0..40 {
            let order = weighted(&labels, &weights, 1, epoch);
            assert_eq!(order.len(), 1000);
            order.iter().for_each(|&i| (of[usize::from(labels[i as usize])] += 1, image[i as usize] += 1).0);
        }
        for (found, weight) in of.iter().zip(weights) {
            assert!((*found as f64 - 40.0 * 250.0 * weight / 1.25).abs() <= 40.0, "{of:?}");
        }
        assert!(image.iter().all(|&n| n > 0), "some image never comes");
    }
}
