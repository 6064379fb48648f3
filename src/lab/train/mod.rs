//! Training: stochastic gradient descent over augmented images, with checkpoints that go on bit for bit.
//!
//! All randomness is counter-based: the initial weights, the order of an epoch and the change of an image are
//! functions of (seed, epoch, position), so a run that was cut goes on as if it never had been. Results do not depend
//! on the number of threads; they do depend on the instruction set, which a profile names.

mod augment;
mod average;
mod checkpoint;
mod cost;
mod gradient;
mod mix;
mod objective;
mod optimiser;
mod order;
mod pace;
mod progress;
mod run;
mod schedule;
mod settings;
#[cfg(test)]
mod tests;

pub use augment::Augment;
pub use checkpoint::{Checkpoint, Epoch};
pub use cost::Clock;
pub use gradient::gradient;
pub use objective::{CrossEntropy, Objective, Seen, cross_entropy, log_softmax};
pub use optimiser::{Adamw, Optimiser, Sgd};
pub use order::order;
pub use progress::Progress;
pub use run::{Job, Trained, best, has_diverged, train};
pub use schedule::{Cosine, Schedule, Steps};
pub use settings::{Erase, Mix, Train};
