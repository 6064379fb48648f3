//! The chain rule: `KL(Pt ‖ Ps) = KL between classes + Σ_c Pt(c) · KL within c`. At a temperature it is exact if a class's
//! logit is `log Σ exp(z / T)` over its subclasses, as here.

use super::super::math::divergence;
use candle_core::{D, Result, Tensor};

/// A divergence, split.
#[derive(Clone, Debug)]
pub struct Divergences {
    /// Between classes, `[n]`.
    pub class: Tensor,
    /// Each subclass's part of those within classes, times the class's probability, `[n][subclasses]`; no part is negative.
    pub within: Tensor,
    /// The teacher's probability of each subclass, `[n][subclasses]`.
    pub told: Tensor,
}

/// Log-probabilities of classes, `[n][groups]`, and of each subclass given its class, `[n][subclasses]` in the order of
/// the input.
fn apart(log: &Tensor, groups: &[Vec<usize>]) -> Result<[Tensor; 2]> {
    let mut classes = Vec::new();
    let mut given = vec![None; groups.iter().map(Vec::len).sum()];
    for group in groups {
        let members = Tensor::from_iter(group.iter().map(|&k| k as u32), log.device())?;
        let members = log.index_select(&members, 1)?;
        let class = members.log_sum_exp(D::Minus1)?.unsqueeze(1)?;
        let members = members.broadcast_sub(&class)?;
        for (i, &k) in group.iter().enumerate() {
            given[k] = Some(members.narrow(1, i, 1)?);
        }
        classes.push(class);
    }
    let given: Vec<Tensor> = given.into_iter().flatten().collect();
    Ok([Tensor::cat(&classes, 1)?, Tensor::cat(&given, 1)?])
}

/// Log-probabilities of classes, `[n][groups]`, from those of subclasses.
///
/// # Errors
/// candle's own.
pub fn classes(log: &Tensor, groups: &[Vec<usize>]) -> Result<Tensor> {
    let [classes, _] = apart(log, groups)?;
    Ok(classes)
}

/// Splits the divergence of log-probabilities `[n][subclasses]` of a teacher and a student. The part of subclass `k` of
/// class `c` is `Pt(c) · (p log(p / q) − p + q)`, `p` and `q` being the probabilities of `k` given `c`: their sum over a
/// class is `Pt(c)` times the class's divergence, and each is the least where the two agree, so that any weights make
/// sense.
///
/// # Errors
/// candle's own.
pub fn divergences(teacher: &Tensor, student: &Tensor, groups: &[Vec<usize>]) -> Result<Divergences> {
    let ([told_class, told], [class, said]) = (apart(teacher, groups)?, apart(student, groups)?);
    let (p, q, joint) = (told.exp()?, said.exp()?, teacher.exp()?);
    // Pt(c) = joint / p; joint · (log p − log q) is Pt(c) p log(p / q).
    let weight = (teacher - &told)?.exp()?;
    let within = ((&joint * (&told - &said)?)? + (weight * (q - p)?)?)?;
    Ok(Divergences { class: divergence(&told_class, &class)?, within, told: joint })
}

#[cfg(test)]
mod tests {
    use super::super::super::math::log_probabilities;
    use super::*;
    use crate::random::{Purpose, Stream, sample::normal};
    use candle_core::{DType, Device};
    use proptest::prelude::*;

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let stream = Stream::new(seed, 0, Purpose::Image);
        (0..n).map(|i| 3.0 * normal(stream.draw(i as u64, 0))).collect()
    }

    /// Groups of some sizes over numbers in an order by `seed`.
    fn groups(sizes: &[usize], seed: u64) -> Vec<Vec<usize>> {
        let order = crate::lab::train::order(sizes.iter().sum(), seed, 0);
        let mut rest = order.iter().map(|&k| k as usize);
        sizes.iter().map(|&size| rest.by_ref().take(size).collect()).collect()
    }

    /// The whole divergence, the one between classes, and within each class, by loops over plain numbers.
    fn naive(teacher: &[f64], student: &[f64], groups: &[Vec<usize>]) -> (f64, f64, f64) {
        let softmax = |z: &[f64]| {
            let sum: f64 = z.iter().map(|z| z.exp()).sum();
            z.iter().map(|z| z.exp() / sum).collect::<Vec<_>>()
        };
        let (p, q) = (softmax(teacher), softmax(student));
        let all = p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum();
        let (mut between, mut within) = (0.0, 0.0);
        for group in groups {
            let [pc, qc] = [&p, &q].map(|p| group.iter().map(|&k| p[k]).sum::<f64>());
            between += pc * (pc / qc).ln();
            within += pc * group.iter().map(|&k| p[k] / pc * (p[k] / pc / (q[k] / qc)).ln()).sum::<f64>();
        }
        (all, between, within)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..Default::default() })]

        #[test]
        fn the_chain_rule_holds(sizes in proptest::collection::vec(1..5usize, 1..5), temperature in 0.5..8f64, seed in 0..1000u64) {
            let (groups, n) = (groups(&sizes, seed), 3);
            let k = sizes.iter().sum::<usize>();
            let (teacher, student) = (noise(n * k, seed), noise(n * k, seed + 1));
            for (dtype, near) in [(DType::F64, 1e-10), (DType::F32, 2e-5)] {
                let log = |z: &[f64]| {
                    let z = Tensor::from_slice(z, (n, k), &Device::Cpu).unwrap().to_dtype(dtype).unwrap();
                    log_probabilities(&z, temperature).unwrap()
                };
                let (teacher_log, student_log) = (log(&teacher), log(&student));
                let split = divergences(&teacher_log, &student_log, &groups).unwrap();
                let plain = |t: &Tensor| t.to_dtype(DType::F64).unwrap().to_vec1::<f64>().unwrap();
                let all = plain(&divergence(&teacher_log, &student_log).unwrap());
                let (class, within) = (plain(&split.class), plain(&split.within.sum(D::Minus1).unwrap()));
                let parts = plain(&split.within.flatten_all().unwrap());
                prop_assert!(parts.iter().all(|&part| part > -near), "{parts:?}");
                for row in 0..n {
                    let at = |z: &[f64]| z[row * k..(row + 1) * k].iter().map(|z| z / temperature).collect::<Vec<_>>();
                    let (whole, between, inside) = naive(&at(&teacher), &at(&student), &groups);
                    let near = near * (1.0 + whole);
                    prop_assert!((class[row] + within[row] - all[row]).abs() < near);
                    prop_assert!((all[row] - whole).abs() < near);
                    prop_assert!((class[row] - between).abs() < near, "{} for {between}", class[row]);
                    prop_assert!((within[row] - inside).abs() < near, "{} for {inside}", within[row]);
                }
            }
        }
    }
}
