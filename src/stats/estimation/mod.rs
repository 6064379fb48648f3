//! Statistics over runs and over images.
//!
//! - [`student`], [`paired`]: means over replications with Student's t intervals; paired differences under common random
//!   numbers.
//! - [`redraw`], [`percentiles`]: a bootstrap over images, because a million requests on ten thousand images do not make
//!   a million facts.
//! - [`clopper_pearson`]: exact intervals of a proportion, for rates that may be zero; [`wilson`]: shorter ones, right on
//!   average.
//! - [`Jackknife`]: ratios of sums over replications, with their intervals and paired differences.
//! - [`mcnemar`]: whether two networks differ on the same images.
//! - [`Scores`]: calibration of probabilities and the temperature that mends it; [`isotonic`]: a rising fit.
//! - [`mser5`]: where a warm-up ends; [`mser5_excess`]: what another end costs.

mod calibration;
mod image;
mod interval;
mod isotonic;
mod jackknife;
mod mcnemar;
mod proportion;
mod warm_up;

pub use calibration::Scores;
pub use image::{percentiles, redraw};
pub use interval::{Interval, paired, student};
pub use isotonic::isotonic;
pub use jackknife::{Jackknife, Ratio};
pub use mcnemar::mcnemar;
pub use proportion::{clopper_pearson, wilson};
pub use warm_up::{mser5, mser5_excess};
