//! How sure an answer is.

use crate::lab::train::best;

/// Softmax of logits over `temperature`, in double precision.
pub fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let top = logits.iter().fold(f32::NEG_INFINITY, |m, &v| m.max(v));
    let shares: Vec<f64> = logits.iter().map(|&v| libm::exp(f64::from(v - top) / temperature)).collect();
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|s| s / sum).collect()
}

/// The probability of the class answered, and its lead over the second.
pub fn confidence(logits: &[f32], temperature: f64) -> [f32; 2] {
    let first = best(logits);
    let shares = softmax(logits, temperature);
    let others = shares.iter().enumerate().filter(|(k, _)| *k != first);
    let second = others.fold(0.0, |m: f64, (_, &s)| m.max(s));
    [shares[first] as f32, (shares[first] - second) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_the_first_and_its_lead() {
        let [first, lead] = confidence(&[0.0, 2f32.ln(), 5f32.ln()], 1.0);
        assert!((first - 0.625).abs() < 1e-6 && (lead - 0.375).abs() < 1e-6);
        let cooler = confidence(&[0.0, 2f32.ln(), 5f32.ln()], 2.0)[0];
        let right = 5f64.sqrt() / (1.0 + 2f64.sqrt() + 5f64.sqrt());
        assert!((f64::from(cooler) - right).abs() < 1e-6);
    }
}
