//! How much is gone after each round.

/// The share due after round `number` of `rounds`: `final · (1 − (1 − number / rounds)³)`, much at first and little at
/// last (Zhu and Gupta 2017, arXiv 1710.01878, equation 1, from a dense network).
pub fn due(share: f64, number: u32, rounds: u32) -> f64 {
    let left = 1.0 - f64::from(number.min(rounds)) / f64::from(rounds.max(1));
    share * (1.0 - left * left * left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_by_the_cube_to_the_share() {
        assert_eq!(due(0.8, 1, 1), 0.8);
        assert_eq!([1, 2].map(|n| due(0.8, n, 2)), [0.8 * 0.875, 0.8]);
        assert_eq!((due(0.5, 4, 4), due(0.5, 9, 4)), (0.5, 0.5));
        assert!((1..10).all(|n| due(0.9, n, 10) < due(0.9, n + 1, 10)));
    }
}
