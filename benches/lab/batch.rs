//! Images to train on: noise, since the time does not depend on what they show.

use tierwise::lab::architecture::Architecture;
use tierwise::lab::data::{Dataset, Images, Scaling};
use tierwise::lab::train::{CrossEntropy, Erase, Job, Progress, Train, train};
use tierwise::problem::Problem;

/// Images of a training step.
pub const BATCH: usize = 128;
const STEPS: usize = 8;

/// Grey images of 28 x 28, ten classes: eight batches, and ten to validate on.
pub fn dataset() -> Dataset {
    let images = |n: usize| {
        let pixels = (0..n * 784).map(|i| (i * 7919 % 256) as u8).collect();
        Images::numbered(pixels, (0..n).map(|i| (i % 10) as u8).collect())
    };
    let classes = (0..10).map(|c| c.to_string()).collect();
    let scaling = Scaling::grey(0.286, 0.353);
    let (train, validation, test) = (images(STEPS * BATCH), images(10), images(10));
    Dataset {
        source: "noise".into(),
        sha256: String::new(),
        input: [28, 28, 1],
        classes,
        scaling,
        train,
        validation,
        test,
    }
}

/// Everything that a teacher's images go through.
pub fn settings(epochs: u32) -> Train {
    let erase = Some(Erase { chance: 0.25, sides: [4, 12] });
    Train { epochs, batch: BATCH, flip: true, shift: 2, erase, rate: 0.01, ..Train::default() }
}

/// Trains for so many steps, or to the end.
pub fn steps(architecture: &Architecture, data: &Dataset, settings: &Train, until: u64) -> Result<(), Problem> {
    let job = Job {
        architecture,
        seed: 1,
        settings,
        objective: &CrossEntropy,
        data,
        content: "",
        start: None,
        mask: None,
        checkpoint: None,
        until: Some(until),
    };
    train(&job, &Progress::hidden()).map(drop)
}
