//! Where some points lie: a mean of kernels, one around each point and one that is the same everywhere.

use crate::lab::search::space::{Domain, Point, Setting, Space};
use crate::random::{Rng, sample};
use std::f64::consts::{PI, SQRT_2};

/// A density over a space.
pub struct Density<'a> {
    space: &'a Space,
    points: &'a [&'a Point],
    /// Of each axis of numbers, how wide its kernels are.
    widths: Vec<f64>,
}

/// Draws of one number before the nearest end is taken.
const DRAWS: usize = 64;

impl<'a> Density<'a> {
    /// Of these points.
    pub fn new(space: &'a Space, points: &'a [&'a Point]) -> Self {
        let widths = (0..space.axes.len()).map(|axis| width(points, axis, space.axes.len())).collect();
        Self { space, points, widths }
    }

    /// Its logarithm at a point.
    pub fn log(&self, at: &Point) -> f64 {
        let kernels = std::iter::once(None).chain(self.points.iter().copied().map(Some));
        let logs: Vec<f64> = kernels.map(|centre| self.kernel(centre, at)).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + libm::log(logs.iter().map(|log| libm::exp(log - most)).sum::<f64>()) - libm::log(logs.len() as f64)
    }

    /// The logarithm of a kernel: the product over all axes that count at the point.
    fn kernel(&self, centre: Option<&Point>, at: &Point) -> f64 {
        let places = at.0.iter().enumerate().filter_map(|(axis, place)| Some((axis, (*place)?)));
        places.map(|(axis, place)| self.axis(axis, centre.and_then(|c| c.0[axis]), place)).sum()
    }

    fn axis(&self, axis: usize, centre: Option<f64>, place: f64) -> f64 {
        let domain = self.space.axes[axis].domain;
        match (domain, centre) {
            (Domain::Choice { of }, None) => -libm::log(of as f64),
            (Domain::Choice { of }, Some(centre)) => {
                let own = domain.setting(centre) == domain.setting(place);
                libm::log((if own { self.own(of) } else { self.other(of) }).max(f64::MIN_POSITIVE))
            }
            (_, None) => 0.0,
            (_, Some(centre)) => truncated(centre, self.widths[axis], place),
        }
    }

    /// The kernel of Aitchison and Aitken 1976 for choices: the fewer the points, the flatter.
    fn own(&self, of: usize) -> f64 {
        (self.points.len() + 1) as f64 / (self.points.len() + of) as f64
    }

    fn other(&self, of: usize) -> f64 {
        1.0 / (self.points.len() + of) as f64
    }

    /// A point as likely as it is dense there.
    pub fn draw(&self, rng: &mut Rng) -> Point {
        let kernel = rng.index(self.points.len() + 1);
        let centre = kernel.checked_sub(1).map(|i| self.points[i]);
        let near = |axis: usize| self.near(axis, centre.and_then(|c| c.0[axis]), rng);
        let places: Vec<f64> = (0..self.space.axes.len()).map(near).collect();
        self.space.settle(places)
    }

    fn near(&self, axis: usize, centre: Option<f64>, rng: &mut Rng) -> f64 {
        let Some(centre) = centre else { return rng.unit() };
        match self.space.axes[axis].domain {
            domain @ Domain::Choice { of } => self.choice(domain, of, centre, rng),
            _ => {
                let mut draws =
                    (0..DRAWS).map(|_| centre + self.widths[axis] * sample::normal([rng.bits(), rng.bits()]));
                draws.find(|place| (0.0..=1.0).contains(place)).unwrap_or(centre)
            }
        }
    }

    fn choice(&self, domain: Domain, of: usize, centre: f64, rng: &mut Rng) -> f64 {
        if rng.chance(self.own(of) - self.other(of)) { centre } else { domain.place(Setting::Choice(rng.index(of))) }
    }
}

/// Scott's rule over the points of an axis (Scott 1992), and no narrower than points spread evenly are apart.
fn width(points: &[&Point], axis: usize, axes: usize) -> f64 {
    let places: Vec<f64> = points.iter().filter_map(|p| p.0[axis]).collect();
    let n = places.len().max(1) as f64;
    let mean = places.iter().sum::<f64>() / n;
    let deviation = libm::sqrt(places.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / n);
    (deviation * libm::pow(n, -1.0 / (axes as f64 + 4.0))).max(1.0 / (1.0 + n).min(100.0)).min(1.0)
}

/// The logarithm of a normal density cut off outside 0 and 1.
fn truncated(centre: f64, width: f64, place: f64) -> f64 {
    let below = |end: f64| 0.5 * (1.0 + libm::erf((end - centre) / (width * SQRT_2)));
    let z = (place - centre) / width;
    -0.5 * z * z - 0.5 * libm::log(2.0 * PI) - libm::log(width) - libm::log(below(1.0) - below(0.0))
}
