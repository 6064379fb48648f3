//! A moving average of all weights (Polyak and Juditsky 1992), and of the norms' running statistics with them, which are
//! then the ones that are validated and shipped.

/// Weight of the past in the average: less in the first steps, so that initial weights are soon forgotten
/// (`(1 + t) / (10 + t)` after `t` steps, as TensorFlow's `ExponentialMovingAverage` has it).
pub fn keep(decay: f64, step: u64) -> f64 {
    let early = (1 + step) as f64 / (10 + step) as f64;
    decay.min(early)
}

/// Moves the average towards the weights and statistics of a step (counting from 1); starts with them if it is empty.
pub fn follow<'a>(average: &mut Vec<f32>, decay: f64, step: u64, now: impl Iterator<Item = &'a f32>) {
    if average.is_empty() {
        average.extend(now);
        return;
    }
    let new = 1.0 - keep(decay, step) as f32;
    average.iter_mut().zip(now).for_each(|(average, now)| *average += new * (now - *average));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 3, then 9 and 1 with weights of the past of 3/12 and 4/13, then the decay's 0.5 is what holds.
    #[test]
    fn follows_the_formula() {
        let mut average = Vec::new();
        let mut right = 3.0;
        follow(&mut average, 0.5, 1, [3.0].iter());
        for (step, now, past) in [(2, 9.0, 3.0 / 12.0), (3, 1.0, 4.0 / 13.0), (40, 2.0, 0.5)] {
            follow(&mut average, 0.5, step, [now].iter());
            right = past * right + (1.0 - past) * now;
            assert!((average[0] - right).abs() < 1e-5, "{} for {right}", average[0]);
        }
    }
}
