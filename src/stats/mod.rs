//! Statistics over runs and over images: plain numbers in and out.
//!
//! - [`student`], [`paired`]: means over replications with Student's t intervals; paired differences under common random
//!   numbers.
//! - [`accuracy_over_images`]: a bootstrap over images, because a million requests on ten thousand images do not make a
//!   million facts.
//! - [`clopper_pearson`]: exact intervals of a proportion, for rates that may be zero.
//! - [`Sketch`]: quantiles of integers with a stated relative error, in bounded memory.

mod image;
mod interval;
mod proportion;
mod sketch;

pub use image::{ImageCount, accuracy_over_images};
pub use interval::{Interval, paired, student};
pub use proportion::clopper_pearson;
pub use sketch::Sketch;
