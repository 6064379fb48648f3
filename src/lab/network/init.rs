//! Initial parameters: functions of (seed, parameter, element), so no parameter's draw shifts another's.

use super::layout::{Layout, Parameter, Role};
use crate::random::{Purpose, Stream, sample::unit};

/// Weights normal with variance 2 / fan-in (He et al. 2015), the last layer's uniform within ±1/√fan-in; norms 1 and 0.
pub fn parameters(layout: &Layout, seed: u64) -> Vec<f32> {
    let stream = Stream::new(seed, 0, Purpose::Weights);
    let all = layout.parameters.iter().enumerate();
    all.flat_map(|(i, p)| p.range.clone().map(move |at| initial(p, stream.draw(i as u64, at as u64)))).collect()
}

/// Running means 0, running variances 1.
pub fn statistics(layout: &Layout) -> Vec<f32> {
    layout.statistics.iter().flat_map(|r| (0..r.len()).map(|i| if i < r.len() / 2 { 0.0 } else { 1.0 })).collect()
}

fn initial(parameter: &Parameter, bits: [u64; 2]) -> f32 {
    let inputs: usize = parameter.shape.split_last().map_or(1, |(_, inner)| inner.iter().product());
    match parameter.role {
        Role::Gamma => 1.0,
        Role::Beta | Role::Bias => 0.0,
        Role::Weight if parameter.shape.len() == 2 => ((2.0 * unit(bits[0]) - 1.0) / (inputs as f64).sqrt()) as f32,
        Role::Weight => (normal(bits) * (2.0 / inputs as f64).sqrt()) as f32,
    }
}

/// A standard normal variate (Box and Muller 1958), by `libm`: the same bits everywhere.
fn normal(bits: [u64; 2]) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(bits[0])));
    radius * libm::cos(std::f64::consts::TAU * unit(bits[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::residual;

    #[test]
    fn weights_have_the_right_spread_and_follow_the_seed() {
        let layout = Layout::new(&residual([28, 28, 1], 10, 1, 16)).unwrap();
        let drawn = parameters(&layout, 1);
        assert_eq!(drawn, parameters(&layout, 1));
        assert_ne!(drawn, parameters(&layout, 2));
        for p in layout.parameters.iter().filter(|p| p.range.len() > 2_000) {
            let values = &drawn[p.range.clone()];
            let n = values.len() as f64;
            let square = values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / n;
            let right = 2.0 / p.shape[..3].iter().product::<usize>() as f64;
            assert!((square / right - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{}: {square} for {right}", p.name);
        }
    }
}
