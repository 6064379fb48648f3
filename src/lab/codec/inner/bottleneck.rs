//! `bottleneck-N`: a 1x1 convolution to N channels, which are sent as `int8`, and a 1x1 convolution back. Both are trained
//! on training images' activations, the network around them as it is, to give these back in the least squares; where a
//! ReLU came before the tap, one comes behind the way back.
//!
//! What the two convolutions compute is not in a profile's layers, nor are their weights in the shipped file.

use super::int8::Affine;
use super::{Fitted, InnerCodec};
use crate::kernel::{linear, linear_grad};
use crate::problem::Problem;
use crate::random::{Purpose, Stream, sample::index, sample::normal};

/// So many channels in between.
#[derive(Clone, Copy, Debug)]
pub struct Bottleneck(pub usize);

/// Steps of training.
const STEPS: usize = 2000;
/// Pixels in a step.
const BATCH: usize = 1024;
/// The highest rate of Adam; it falls to zero by half a cosine.
const RATE: f64 = 0.05;

impl InnerCodec for Bottleneck {
    fn fixed(&self) -> bool {
        true
    }

    fn narrows(&self, [_, _, channels]: [usize; 3]) -> bool {
        self.0 < channels
    }

    fn fit(&self, activations: &[f32], [height, width, channels]: [usize; 3]) -> Result<Box<dyn Fitted>, Problem> {
        if activations.iter().any(|v| !v.is_finite()) {
            return Err(Problem::new("an activation of a training image is no finite number"));
        }
        let pair = Pair::trained(activations, channels, self.0);
        let map = Affine::fit(&pair.down(activations), [height, width, self.0])?;
        Ok(Box::new(Narrow { pair, map }))
    }
}

/// The two convolutions and the map of what is sent.
#[derive(Debug)]
struct Narrow {
    pair: Pair,
    map: Affine,
}

impl Fitted for Narrow {
    fn encode(&self, activation: &[f32]) -> Result<Vec<u8>, Problem> {
        self.map.encode(&self.pair.down(activation))
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vec<f32>, Problem> {
        Ok(self.pair.up(&self.map.decode(bytes)?))
    }
}

/// Two convolutions of single pixels, down and up, with their biases.
#[derive(Debug)]
struct Pair {
    wide: usize,
    narrow: usize,
    /// Weights and bias down, weights and bias up, one after another.
    all: Vec<f32>,
    relu: bool,
}

impl Pair {
    /// The parts of a vector of parameters.
    fn parts<'a>(&self, all: &'a [f32]) -> [&'a [f32]; 4] {
        let (down, rest) = all.split_at(self.wide * self.narrow);
        let (down_bias, rest) = rest.split_at(self.narrow);
        let (up, up_bias) = rest.split_at(self.wide * self.narrow);
        [down, down_bias, up, up_bias]
    }

    fn down(&self, x: &[f32]) -> Vec<f32> {
        let [down, bias, ..] = self.parts(&self.all);
        let mut z = vec![0.0; x.len() / self.wide * self.narrow];
        linear(self.wide, self.narrow, x, down, bias, &mut z);
        z
    }

    fn up(&self, z: &[f32]) -> Vec<f32> {
        let [.., up, bias] = self.parts(&self.all);
        let mut y = vec![0.0; z.len() / self.narrow * self.wide];
        linear(self.narrow, self.wide, z, up, bias, &mut y);
        if self.relu {
            y.iter_mut().for_each(|y| *y = y.max(0.0));
        }
        y
    }

    /// Trains a pair on pixels. They are scaled to a mean square of 1 meanwhile.
    fn trained(pixels: &[f32], wide: usize, narrow: usize) -> Self {
        let square = pixels.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / pixels.len().max(1) as f64;
        let scale = if square > 0.0 { square.sqrt() as f32 } else { 1.0 };
        let relu = pixels.iter().all(|v| *v >= 0.0);
        let mut pair = Self { wide, narrow, all: initial(wide, narrow), relu };
        let mut adam = Adam::new(pair.all.len());
        let order = Stream::new(0, 0, Purpose::Order);
        for step in 0..STEPS {
            let draw = |i| index(order.draw(i as u64, step as u64)[0], (pixels.len() / wide) as u64) as usize;
            let x: Vec<f32> = (0..BATCH).flat_map(|i| &pixels[draw(i) * wide..][..wide]).map(|v| v / scale).collect();
            let gradient = pair.gradient(&x);
            adam.step(&mut pair.all, &gradient, step);
        }
        pair.rescale(scale);
        pair
    }

    /// For pixels as they are, what was trained on pixels over `scale`: the way down divides, the way up multiplies.
    fn rescale(&mut self, scale: f32) {
        let weights = self.wide * self.narrow;
        self.all[..weights].iter_mut().for_each(|w| *w /= scale);
        self.all[weights + self.narrow..].iter_mut().for_each(|w| *w *= scale);
    }

    /// Of half the mean square of what is lost, over pixels and channels, times the channels.
    fn gradient(&self, x: &[f32]) -> Vec<f32> {
        let z = self.down(x);
        let y = self.up(&z);
        let share = self.wide as f32 / x.len() as f32;
        let lost = |(y, x): (&f32, &f32)| if self.relu && *y <= 0.0 { 0.0 } else { (y - x) * share };
        let dy: Vec<f32> = y.iter().zip(x).map(lost).collect();
        let [.., up, _] = self.parts(&self.all);
        let mut gradient = vec![0.0; self.all.len()];
        let (first, second) = gradient.split_at_mut((self.wide + 1) * self.narrow);
        let (d_up, d_up_bias) = second.split_at_mut(self.wide * self.narrow);
        let mut dz = vec![0.0; z.len()];
        linear_grad(self.narrow, self.wide, &z, up, &dy, Some(&mut dz), d_up, d_up_bias);
        let (d_down, d_down_bias) = first.split_at_mut(self.wide * self.narrow);
        linear_grad(self.wide, self.narrow, x, self.parts(&self.all)[0], &dz, None, d_down, d_down_bias);
        gradient
    }
}

/// The way up is the way down turned round, of normal weights; no bias.
fn initial(wide: usize, narrow: usize) -> Vec<f32> {
    let stream = Stream::new(0, 0, Purpose::Weights);
    let weight = |c: usize, k: usize| (normal(stream.draw(c as u64, k as u64)) / (wide as f64).sqrt()) as f32;
    let down = (0..wide * narrow).map(|i| weight(i / narrow, i % narrow));
    let up = (0..wide * narrow).map(|i| weight(i % wide, i / wide));
    let zeros = |n| std::iter::repeat_n(0.0, n);
    down.chain(zeros(narrow)).chain(up).chain(zeros(wide)).collect()
}

/// Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).
struct Adam {
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Adam {
    fn new(len: usize) -> Self {
        Self { mean: vec![0.0; len], square: vec![0.0; len] }
    }

    fn step(&mut self, parameters: &mut [f32], gradient: &[f32], step: usize) {
        let (keep, keep_square, tiny) = (0.9f64, 0.999f64, 1e-8);
        let rate = RATE * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * step as f64 / STEPS as f64));
        let [unbias, unbias_square] = [keep, keep_square].map(|k| 1.0 - libm::pow(k, (step + 1) as f64));
        let memory = self.mean.iter_mut().zip(&mut self.square);
        for ((p, &g), (mean, square)) in parameters.iter_mut().zip(gradient).zip(memory) {
            let g = f64::from(g);
            *mean = keep * *mean + (1.0 - keep) * g;
            *square = keep_square * *square + (1.0 - keep_square) * g * g;
            *p -= (rate * (*mean / unbias) / ((*square / unbias_square).sqrt() + tiny)) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: usize = 6;

    /// Pixels of six channels mixed from six sources of falling strength, moved off zero.
    fn pixels(n: usize, moved: f32) -> Vec<f32> {
        let stream = Stream::new(4, 0, Purpose::Image);
        let source =
            |pixel: usize, k: usize| normal(stream.draw(pixel as u64, k as u64)) * [3.0, 2.0, 1.0, 0.5, 0.2, 0.1][k];
        let mixed = |pixel: usize, c: usize| {
            (0..WIDE).map(|k| source(pixel, k) * libm::cos(1.3 * (c * (k + 1)) as f64 + k as f64)).sum::<f64>()
        };
        (0..n * WIDE).map(|i| mixed(i / WIDE, i % WIDE) as f32 + moved).collect()
    }

    fn lost(pair: &Pair, x: &[f32]) -> f64 {
        let back = pair.up(&pair.down(x));
        back.iter().zip(x).map(|(b, x)| f64::from(b - x).powi(2)).sum::<f64>() / (x.len() / WIDE) as f64
    }

    /// What the best linear map to `narrow` numbers and back loses: the covariance's trace, less its largest eigenvalues,
    /// found by powers and deflation.
    fn least(x: &[f32], narrow: usize) -> f64 {
        let n = (x.len() / WIDE) as f64;
        let mean = |c: usize| x.iter().skip(c).step_by(WIDE).map(|&v| f64::from(v)).sum::<f64>() / n;
        let means: Vec<f64> = (0..WIDE).map(mean).collect();
        let cell = |a: usize, b: usize| {
            x.chunks_exact(WIDE).map(|p| (f64::from(p[a]) - means[a]) * (f64::from(p[b]) - means[b])).sum::<f64>() / n
        };
        let mut matrix: Vec<Vec<f64>> = (0..WIDE).map(|a| (0..WIDE).map(|b| cell(a, b)).collect()).collect();
        let mut trace: f64 = (0..WIDE).map(|c| matrix[c][c]).sum();
        for _ in 0..narrow {
            let mut v: Vec<f64> = (0..WIDE).map(|c| 1.0 + c as f64 / 7.0).collect();
            let mut value = 0.0;
            for _ in 0..2000 {
                let next: Vec<f64> = matrix.iter().map(|row| row.iter().zip(&v).map(|(m, v)| m * v).sum()).collect();
                value = next.iter().map(|v| v * v).sum::<f64>().sqrt();
                v = next.into_iter().map(|x| x / value).collect();
            }
            trace -= value;
            (0..WIDE).for_each(|a| (0..WIDE).for_each(|b| matrix[a][b] -= value * v[a] * v[b]));
        }
        trace
    }

    #[test]
    fn loses_hardly_more_than_the_best_linear_map() {
        let x = pixels(4000, 1.5);
        for narrow in [1, 2, 4] {
            let pair = Pair::trained(&x, WIDE, narrow);
            let (found, right, all) = (lost(&pair, &x), least(&x, narrow), least(&x, 0));
            assert!(!pair.relu && found > 0.99 * right, "{narrow}: {found} {right}");
            assert!(found < 1.05 * right + 0.002 * all, "{narrow}: {found} {right} of {all}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        for moved in [0.0, 40.0] {
            let x = pixels(32, moved);
            let relu = moved > 0.0;
            let mut pair = Pair { wide: WIDE, narrow: 2, all: initial(WIDE, 2), relu };
            pair.all.iter_mut().enumerate().for_each(|(i, p)| *p += (i % 5) as f32 * 0.02);
            let gradient = pair.gradient(&x);
            let scale = gradient.iter().fold(0.0f32, |m, g| m.max(g.abs()));
            for (i, &right) in gradient.iter().enumerate() {
                let mut at = |by: f32| {
                    let kept = pair.all[i];
                    pair.all[i] += by;
                    let loss = 0.5 * lost(&pair, &x);
                    pair.all[i] = kept;
                    loss
                };
                let difference = (at(0.0005) - at(-0.0005)) / 0.001;
                assert!(
                    (difference - f64::from(right)).abs() < 0.02 * f64::from(scale),
                    "{moved} {i}: {difference} {right}"
                );
            }
        }
    }

    #[test]
    fn sends_a_byte_a_channel_and_comes_back_the_same_each_time() {
        let x: Vec<f32> = pixels(600, 0.0).into_iter().map(|v| v.max(0.0)).collect();
        let fit = || Bottleneck(2).fit(&x, [5, 4, WIDE]).unwrap();
        let sent = fit().encode(&x[..5 * 4 * WIDE]).unwrap();
        assert_eq!((sent.len(), &sent), (5 * 4 * 2, &fit().encode(&x[..5 * 4 * WIDE]).unwrap()));
        let back = fit().decode(&sent).unwrap();
        assert!(back.len() == 5 * 4 * WIDE && back.iter().all(|v| *v >= 0.0));
        assert!(fit().decode(&sent[1..]).is_err());
        assert!(Bottleneck(5).narrows([5, 4, 6]) && !Bottleneck(6).narrows([5, 4, 6]));
    }
}
