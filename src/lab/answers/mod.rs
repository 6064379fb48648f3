//! What a network says about every validation and test image, and how often that is right.
//!
//! A [`Shipped`] network is what its file gives back; [`Answers`] are what it says, [`Output`] is what stands of them in
//! tables. What else is measured (codecs, corruptions, profiles) stands on top of these.

mod right;
mod shipped;
mod sure;

pub use right::{proportion, right};
pub use shipped::{Shipped, plain};
pub use sure::{confidence, softmax};

use crate::catalog::Split;
use crate::lab::data::{Dataset, Images};
use crate::lab::train::best;
use crate::store::parquet::{Columns, Table};

/// One split's answers, in the order of the images.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which images.
    pub split: Split,
    /// Their numbers.
    pub image: Vec<u32>,
    /// Their labels.
    pub label: Vec<u16>,
    /// Logits, `[images][classes]`.
    pub logits: Vec<f32>,
}

impl Part {
    fn of(split: Split, network: &Shipped, data: &Dataset, images: &Images) -> Self {
        Self::new(split, images, network.logits(&images.scaled(&data.scaling)))
    }

    /// What was answered to some images.
    pub fn new(split: Split, images: &Images, logits: Vec<f32>) -> Self {
        Self { split, image: images.number.clone(), label: images.label.iter().map(|&l| l.into()).collect(), logits }
    }

    /// The same images with the logit 1 for each one's answer and 0 for all others: right where the part is.
    #[must_use]
    pub fn answered(self, answers: &[u32], classes: usize) -> Self {
        let one_hot = |&answer: &u32| (0..classes).map(move |k| f32::from(u8::from(k == answer as usize)));
        Self { logits: answers.iter().flat_map(one_hot).collect(), ..self }
    }

    /// Labels and logits, image by image.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> + Clone {
        self.label.iter().map(|&l| usize::from(l)).zip(self.logits.chunks_exact(self.classes().max(1)))
    }

    /// How many classes.
    pub fn classes(&self) -> usize {
        self.logits.len() / self.label.len().max(1)
    }
}

/// The answers on both splits.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// What choices are made by.
    pub validation: Part,
    /// What results are read from.
    pub test: Part,
}

impl Answers {
    /// Runs all images.
    pub fn of(network: &Shipped, data: &Dataset) -> Self {
        Self {
            validation: Part::of(Split::Validation, network, data, &data.validation),
            test: Part::of(Split::Test, network, data, &data.test),
        }
    }

    /// Runs all images to each early answer.
    pub fn early(network: &Shipped, data: &Dataset) -> Vec<(String, Self)> {
        let exits = network.architecture().exits();
        if exits.is_empty() {
            return Vec::new();
        }
        let tensors: Vec<usize> = exits.iter().map(|exit| exit.tensor).collect();
        let part = |split, images: &Images| {
            let logits = network.outputs(&images.scaled(&data.scaling), &tensors);
            logits.into_iter().map(move |logits| Part::new(split, images, logits)).collect::<Vec<_>>()
        };
        let [validation, test] =
            [part(Split::Validation, &data.validation), part(Split::Test, &data.test)].map(Vec::into_iter);
        let both = validation.zip(test).map(|(validation, test)| Self { validation, test });
        exits.into_iter().map(|exit| exit.name).zip(both).collect()
    }

    /// Both splits as outputs of one tap crossed, exit and codec, at a temperature.
    pub fn outputs<'a>(&'a self, [cut, tap, codec]: [&'a str; 3], temperature: f64) -> [Output<'a>; 2] {
        [&self.validation, &self.test].map(|part| Output { cut, tap, codec, temperature, part })
    }
}

/// Answers of one split, and what led to them.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// The tap that was crossed.
    pub cut: &'a str,
    /// The exit that answered.
    pub tap: &'a str,
    /// How what crossed was written.
    pub codec: &'a str,
    /// Logits are divided by this before a confidence is read off them.
    pub temperature: f64,
    /// The answers.
    pub part: &'a Part,
}

/// Whether a table `predictions.parquet` has logits.
pub fn has_logits(table: &Table) -> bool {
    table.columns().names().any(|name| name.starts_with("logit_"))
}

impl Output<'_> {
    /// Confidence and margin of each answer.
    fn sure(&self) -> impl Iterator<Item = [f32; 2]> {
        self.part.rows().map(|(_, logits)| confidence(logits, self.temperature))
    }

    /// The table `predictions.parquet`: output after output; with logits if they are wanted.
    pub fn columns(outputs: &[Self], logits: bool) -> Columns {
        let rows: Vec<(usize, &[f32])> = outputs.iter().flat_map(|o| o.part.rows()).collect();
        let sure: Vec<[f32; 2]> = outputs.iter().flat_map(Self::sure).collect();
        let each = |text: fn(&Self) -> &str| outputs.iter().flat_map(move |o| vec![text(o); o.part.image.len()]);
        let columns = Columns::new()
            .u32("image", outputs.iter().flat_map(|o| o.part.image.clone()).collect())
            .str("split", each(|o| o.part.split.name()))
            .str("cut", each(|o| o.cut))
            .str("tap", each(|o| o.tap))
            .str("codec", each(|o| o.codec))
            .u32("label", rows.iter().map(|(label, _)| *label as u32).collect())
            .u32("prediction", rows.iter().map(|(_, logits)| best(logits) as u32).collect())
            .f32("confidence", sure.iter().map(|s| s[0]).collect())
            .f32("margin", sure.iter().map(|s| s[1]).collect());
        let classes = rows.first().filter(|_| logits).map_or(0, |(_, logits)| logits.len());
        let logit = |k: usize| rows.iter().map(|(_, logits)| logits[k]).collect();
        (0..classes).fold(columns, |columns, k| columns.f32(format!("logit_{k}"), logit(k)))
    }
}
