use proptest::prelude::*;

use super::*;
use crate::kernel::isa::Isa;
use crate::kernel::testing::{close, config, in_pool, noise};

const EPS: f32 = 1e-3;

/// A batch with everything that batch norm reads.
#[derive(Debug)]
struct Case {
    channels: usize,
    x: Vec<f32>,
    gamma: Vec<f32>,
    beta: Vec<f32>,
    residual: Option<Vec<f32>>,
    relu: bool,
    dy: Vec<f32>,
}

/// y, mean, var, dx, dgamma, dbeta, dresidual.
type Results = [Vec<f32>; 7];

impl Case {
    fn new(channels: usize, rows: usize, mean: f32, residual: bool, relu: bool) -> Self {
        let len = channels * rows;
        let x = noise(len, 1).into_iter().map(|v| v + mean).collect();
        let residual = residual.then(|| noise(len, 4));
        Self { channels, x, gamma: noise(channels, 2), beta: noise(channels, 3), residual, relu, dy: noise(len, 5) }
    }

    fn ours(&self, isa: Isa) -> Results {
        let (len, c) = (self.x.len(), self.channels);
        let [mut y, mut dx, mut dr] = [(); 3].map(|()| vec![f32::NAN; len]);
        let [mut mean, mut var, mut dgamma, mut dbeta] = [(); 4].map(|()| vec![f32::NAN; c]);
        let residual = self.residual.as_deref();
        batch_norm_forward_on(
            isa,
            &self.x,
            c,
            &self.gamma,
            &self.beta,
            EPS,
            residual,
            self.relu,
            &mut y,
            &mut mean,
            &mut var,
        );
        let dresidual = residual.map(|_| &mut dr[..]);
        batch_norm_backward_on(
            isa,
            &self.x,
            &y,
            &self.dy,
            c,
            &self.gamma,
            &mean,
            &var,
            EPS,
            self.relu,
            &mut dx,
            &mut dgamma,
            &mut dbeta,
            dresidual,
        );
        if residual.is_none() {
            dr.clear();
        }
        [y, mean, var, dx, dgamma, dbeta, dr]
    }

    /// One channel as `f64`.
    fn column(&self, values: &[f32], c: usize) -> Vec<f64> {
        values.iter().skip(c).step_by(self.channels).map(|&v| f64::from(v)).collect()
    }

    fn naive(&self, y: &[f32]) -> Results {
        let len = self.x.len();
        let mut out: Results = Default::default();
        for i in [0, 3] {
            out[i] = vec![0.0; len];
        }
        out[6] = if self.residual.is_some() { vec![0.0; len] } else { vec![] };
        for c in 0..self.channels {
            self.naive_channel(c, y, &mut out);
        }
        out
    }

    fn naive_channel(&self, c: usize, y: &[f32], out: &mut Results) {
        let (x, dy, open) = (self.column(&self.x, c), self.column(&self.dy, c), self.column(y, c));
        let (gamma, beta, m) = (f64::from(self.gamma[c]), f64::from(self.beta[c]), x.len() as f64);
        let mean = x.iter().sum::<f64>() / m;
        let var = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / m;
        let std = (var + f64::from(EPS)).sqrt();
        let hat: Vec<f64> = x.iter().map(|x| (x - mean) / std).collect();
        let dz: Vec<f64> = dy.iter().zip(&open).map(|(d, y)| if self.relu && *y <= 0.0 { 0.0 } else { *d }).collect();
        let dbeta: f64 = dz.iter().sum();
        let dgamma: f64 = dz.iter().zip(&hat).map(|(d, h)| d * h).sum();
        for i in 0..x.len() {
            let at = i * self.channels + c;
            let sum = hat[i] * gamma + beta + self.residual.as_ref().map_or(0.0, |r| f64::from(r[at]));
            out[0][at] = if self.relu { sum.max(0.0) as f32 } else { sum as f32 };
            out[3][at] = (gamma / std * (dz[i] - dbeta / m - hat[i] * dgamma / m)) as f32;
            if let Some(dr) = out[6].get_mut(at) {
                *dr = dz[i] as f32;
            }
        }
        out[1].push(mean as f32);
        out[2].push(var as f32);
        out[4].push(dgamma as f32);
        out[5].push(dbeta as f32);
    }
}

fn cases() -> impl Strategy<Value = Case> {
    (1..70_usize, 1..400_usize, -3.0..3.0_f32, any::<bool>(), any::<bool>())
        .prop_map(|(c, rows, mean, residual, relu)| Case::new(c, rows, mean, residual, relu))
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn every_instruction_set_agrees_with_the_definition(case in cases()) {
        for isa in Isa::available() {
            let ours = case.ours(isa);
            for (i, (ours, right)) in ours.iter().zip(&case.naive(&ours[0])).enumerate() {
                let scale = if i == 3 { 30.0 } else { 1.0 };
                let [ours, right] = [ours, right].map(|v| v.iter().map(|v| v / scale).collect::<Vec<_>>());
                prop_assert!(close(&ours, &right), "{isa:?} result {i}: {ours:?} {right:?}");
            }
        }
    }

    #[test]
    fn affine_agrees_with_the_definition(case in cases()) {
        let c = case.channels;
        for isa in Isa::available() {
            let mut y = vec![f32::NAN; case.x.len()];
            affine_on(isa, &case.x, c, &case.gamma, &case.beta, case.residual.as_deref(), case.relu, &mut y);
            for (i, y) in y.into_iter().enumerate() {
                let sum = case.x[i] * case.gamma[i % c] + case.beta[i % c] + case.residual.as_ref().map_or(0.0, |r| r[i]);
                let right = if case.relu { sum.max(0.0) } else { sum };
                prop_assert!((y - right).abs() < 1e-5);
            }
        }
    }
}

#[test]
fn affine_gradients_agree_with_the_definition() {
    for (channels, relu) in [(1, true), (5, false), (16, true), (33, true)] {
        let case = Case::new(channels, 300, 0.3, true, relu);
        let (len, c) = (case.x.len(), channels);
        let gate = noise(len, 9);
        for isa in Isa::available() {
            let [mut dx, mut dr] = [(); 2].map(|()| vec![f32::NAN; len]);
            let [mut ds, mut db] = [(); 2].map(|()| vec![f32::NAN; c]);
            let residual = Some(&mut dr[..]);
            affine_grad_on(isa, &case.x, &gate, &case.dy, c, &case.gamma, relu, &mut dx, &mut ds, &mut db, residual);
            let mut right = (vec![0.0; c], vec![0.0; c]);
            for i in 0..len {
                let dz = if relu && gate[i] <= 0.0 { 0.0 } else { case.dy[i] };
                assert_eq!((dr[i], dx[i]), (dz, dz * case.gamma[i % c]));
                right.0[i % c] += f64::from(dz) * f64::from(case.x[i]);
                right.1[i % c] += f64::from(dz);
            }
            let near =
                |ours: &[f32], right: &[f64]| ours.iter().zip(right).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-4);
            assert!(near(&ds, &right.0) && near(&db, &right.1), "{isa:?} {channels}");
        }
    }
}

#[test]
fn a_far_mean_costs_no_digits() {
    let case = Case::new(3, 5000, 1000.0, false, false);
    for isa in Isa::available() {
        let var = case.ours(isa)[2].clone();
        assert!(var.iter().all(|v| (v - 1.0 / 3.0).abs() < 0.02), "{isa:?} {var:?}");
    }
}

#[test]
fn threads_change_no_bit() {
    for channels in [6, 16] {
        let case = Case::new(channels, 1 << 17, 0.5, true, true);
        let one = in_pool(1, || case.ours(Isa::best()));
        for threads in [2, 3] {
            assert_eq!(one, in_pool(threads, || case.ours(Isa::best())));
        }
    }
}

#[test]
fn nan_is_not_hidden_by_relu() {
    for isa in Isa::available() {
        let mut y = [0.0; 2];
        affine_on(isa, &[f32::NAN, -1.0], 1, &[1.0], &[0.0], None, true, &mut y);
        assert!(y[0].is_nan() && y[1] == 0.0, "{isa:?} {y:?}");
    }
}

/// `Σ dy·y` of the forward pass, as `f64`.
fn loss(case: &Case) -> f64 {
    let y = case.naive(&case.x)[0].clone();
    y.iter().zip(&case.dy).map(|(y, dy)| f64::from(*y) * f64::from(*dy)).sum()
}

#[test]
fn gradients_agree_with_finite_differences() {
    let mut case = Case::new(3, 7, 0.2, true, false);
    let [_, _, _, dx, dgamma, dbeta, dr] = case.ours(Isa::best());
    type Pick = fn(&mut Case) -> &mut Vec<f32>;
    let picks: [(Pick, Vec<f32>); 4] = [
        (|case| &mut case.x, dx),
        (|case| &mut case.gamma, dgamma),
        (|case| &mut case.beta, dbeta),
        (|case| case.residual.as_mut().expect("the case has a residual"), dr),
    ];
    for (pick, gradient) in picks {
        for (i, ours) in gradient.into_iter().enumerate() {
            let old = pick(&mut case)[i];
            let mut at = |step: f32| {
                pick(&mut case)[i] = old + step;
                loss(&case)
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            at(0.0);
            assert!((slope - f64::from(ours)).abs() < 5e-3, "{slope} {ours}");
        }
    }
}
