//! Class mixes of sites.

use super::meaning::Meaning;
use crate::problem::Problem;
use crate::random::{Purpose, Stream, sample};
use crate::sim::Site;
use schemars::JsonSchema;
use serde::Deserialize;

/// Of which classes requests are. Node `i` of the group belongs to site `i mod sites`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Classes {
    /// Of each class equally often.
    #[default]
    Uniform,
    /// Each site has its own mix, drawn from a symmetric Dirichlet distribution (Hsu, Qi & Brown 2019).
    Dirichlet {
        /// Concentration: small for sites that see few classes, large for sites that are alike.
        alpha: f64,
        /// How many sites.
        sites: u32,
    },
    /// Given: for each site, the weights of all classes.
    Mix(Vec<Vec<f64>>),
}

impl Classes {
    /// What this file alone can say of the mix.
    pub(super) fn check(&self, workload: &str, meaning: &mut Meaning<'_>) {
        let at = ["workload", workload, "classes"];
        match self {
            Self::Uniform => {}
            Self::Dirichlet { alpha, sites } => {
                meaning.above_zero(&[&at[..], &["dirichlet", "alpha"]].concat(), *alpha);
                meaning.above_zero(&[&at[..], &["dirichlet", "sites"]].concat(), f64::from(*sites));
            }
            Self::Mix(sites) => check_mix(sites, &[&at[..], &["mix"]].concat(), meaning),
        }
    }

    /// One mix a site, over classes that have images (`present`, by class).
    ///
    /// # Errors
    /// A given mix of another number of classes, or with weight on a class that has no image.
    pub(super) fn sites(&self, seed: u64, workload: u64, present: &[bool]) -> Result<Vec<Site>, Problem> {
        let only_present = |weights: Vec<f64>| {
            let kept = weights.iter().zip(present).map(|(w, p)| if *p { *w } else { 0.0 });
            Site { cumulative: cumulative(&kept.collect::<Vec<_>>()) }
        };
        match self {
            Self::Uniform => Ok(vec![only_present(vec![1.0; present.len()])]),
            Self::Dirichlet { alpha, sites } => {
                let draw = |site| dirichlet(seed, workload << 32 | u64::from(site), *alpha, present.len());
                Ok((0..*sites).map(draw).map(only_present).collect())
            }
            Self::Mix(sites) => sites.iter().map(|weights| given(weights, present)).collect(),
        }
    }
}

fn check_mix(sites: &[Vec<f64>], at: &[&str], meaning: &mut Meaning<'_>) {
    if sites.is_empty() {
        meaning.tell(at, Problem::new("a mix without sites").remedy("write one list of weights for each site"));
    }
    for (i, weights) in sites.iter().enumerate() {
        let sum: f64 = weights.iter().sum();
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) || sum <= 0.0 {
            let problem = Problem::new("weights of classes must be zero or more, and not all zero");
            meaning.tell(&[at, &[&i.to_string()]].concat(), problem.received(format!("{weights:?}")));
        }
    }
}

fn given(weights: &[f64], present: &[bool]) -> Result<Site, Problem> {
    if weights.len() != present.len() {
        let problem = Problem::new("a weight for each class is needed").received(format!("{} weights", weights.len()));
        return Err(problem.remedy(format!("write {} weights for each site", present.len())));
    }
    match weights.iter().zip(present).position(|(w, p)| *w > 0.0 && !p) {
        Some(class) => Err(Problem::new(format!("class {class} has a weight, but no image"))),
        None => Ok(Site { cumulative: cumulative(weights) }),
    }
}

/// Cumulative probabilities, scaled by 2^32; zero weights all through give the last class.
fn cumulative(weights: &[f64]) -> Vec<u64> {
    const WHOLE: f64 = (1u64 << 32) as f64;
    let sum: f64 = weights.iter().sum();
    let last = weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
    let mut below = 0.0;
    let mut up_to = |(class, weight): (usize, &f64)| {
        below += weight;
        if class >= last { WHOLE as u64 } else { ((below / sum * WHOLE) as u64).min(WHOLE as u64) }
    };
    weights.iter().enumerate().map(|(class, weight)| up_to((class, weight))).collect()
}

/// A draw from the symmetric Dirichlet distribution: gamma variates over their sum, in logarithms, since small
/// concentrations give variates below the smallest number.
fn dirichlet(seed: u64, site: u64, alpha: f64, classes: usize) -> Vec<f64> {
    let stream = Stream::new(seed, 0, Purpose::Sites);
    let logs: Vec<f64> = (0..classes as u64).map(|c| log_gamma(&stream, site * 65_536 + c, alpha)).collect();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.iter().map(|log| libm::exp(log - largest)).collect()
}

/// Logarithm of a gamma variate of shape `alpha` (Marsaglia & Tsang 2000, with their boost for shapes below 1:
/// shape `alpha + 1` times `u^(1/alpha)`).
fn log_gamma(stream: &Stream, entity: u64, alpha: f64) -> f64 {
    let boost = -sample::exponential(stream.draw(entity, 0)[0]) / alpha;
    let d = alpha + 1.0 - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let tries = (1..).find_map(|attempt| {
        let (x, u) = (normal(stream.draw(entity, 2 * attempt)), stream.draw(entity, 2 * attempt + 1)[0]);
        let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        let accepted = v > 0.0 && -sample::exponential(u) < 0.5 * x * x + d - d * v + d * libm::log(v);
        accepted.then(|| libm::log(d * v))
    });
    boost + tries.unwrap_or_default()
}

/// A standard normal variate (Box & Muller 1958).
fn normal([a, b]: [u64; 2]) -> f64 {
    let radius = (2.0 * sample::exponential(a)).sqrt();
    radius * libm::cos(2.0 * std::f64::consts::PI * sample::unit(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: u64 = 1 << 32;

    #[test]
    fn uniform_covers_the_classes_that_have_images() {
        let sites = Classes::Uniform.sites(1, 0, &[true, false, true, true]).unwrap();
        assert_eq!(sites.len(), 1);
        let [a, b, c, d] = sites[0].cumulative[..] else { panic!() };
        assert_eq!((a, b, d), (WHOLE / 3, WHOLE / 3, WHOLE));
        assert!(c.abs_diff(WHOLE / 3 * 2) <= 1);
    }

    #[test]
    fn a_given_mix_is_normalised() {
        let mix = Classes::Mix(vec![vec![1.0, 3.0, 0.0], vec![0.0, 0.0, 5.0]]);
        let sites = mix.sites(1, 0, &[true; 3]).unwrap();
        assert_eq!(sites[0].cumulative, [WHOLE / 4, WHOLE, WHOLE]);
        assert_eq!(sites[1].cumulative, [0, 0, WHOLE]);
    }

    #[test]
    fn a_given_mix_must_fit_the_classes() {
        let told = |weights: Vec<f64>| Classes::Mix(vec![weights]).sites(1, 0, &[true, false]).unwrap_err().to_string();
        assert!(told(vec![1.0]).contains("write 2 weights"));
        assert!(told(vec![0.5, 0.5]).contains("class 1 has a weight, but no image"));
    }

    fn shares(alpha: f64, sites: u32) -> Vec<f64> {
        let drawn = Classes::Dirichlet { alpha, sites }.sites(7, 0, &[true; 4]).unwrap();
        drawn.iter().map(|site| site.cumulative[0] as f64 / WHOLE as f64).collect()
    }

    /// A component of a symmetric Dirichlet over k classes has mean 1/k and variance (k - 1) / (k² (kα + 1)); the
    /// standard error of the variance is below variance · √(5/n) for the shapes tried here.
    #[test]
    fn dirichlet_has_its_moments() {
        for alpha in [0.05, 0.5, 1.0, 3.0, 40.0] {
            let (n, k) = (20_000.0, 4.0);
            let shares = shares(alpha, n as u32);
            let mean = shares.iter().sum::<f64>() / n;
            let variance = shares.iter().map(|s| (s - 0.25) * (s - 0.25)).sum::<f64>() / n;
            let expected = (k - 1.0) / (k * k * (k * alpha + 1.0));
            assert!((mean - 0.25).abs() < 5.0 * (expected / n).sqrt(), "{alpha}: {mean}");
            assert!((variance / expected - 1.0).abs() < 5.0 * (5.0 / n).sqrt(), "{alpha}: {variance}");
        }
    }

    #[test]
    fn mixes_are_a_function_of_the_seed() {
        let mix = Classes::Dirichlet { alpha: 0.5, sites: 3 };
        let draw = |seed, workload| mix.sites(seed, workload, &[true; 5]).unwrap();
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
        assert!(draw(1, 0).iter().all(|s| s.cumulative.is_sorted() && s.cumulative[4] == WHOLE));
    }
}
