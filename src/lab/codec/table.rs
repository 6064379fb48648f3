//! Measured crossings as rows of a variant's tables and codecs of its profile.

use super::{Crossing, RAW};
use crate::catalog::{CodecProfile, SizeOf, Split};
use crate::lab::answers::{Answers, Output};
use crate::lab::architecture::{ANSWER, INPUT};
use crate::lab::data::Dataset;
use crate::store::parquet::Columns;

/// The answers to raw images, those that each lossy codec leaves, and those of early exits; each exit has a temperature.
pub fn outputs<'a>(
    raw: &'a Answers,
    crossings: &'a [Crossing],
    early: &'a [(String, Answers)],
    temperature: impl Fn(&str) -> f64,
) -> Vec<Output<'a>> {
    let at =
        |answers: &'a Answers, [cut, tap, codec]: [&'a str; 3]| answers.outputs([cut, tap, codec], temperature(tap));
    let others = crossings.iter().filter_map(|c| Some(at(c.answers.as_ref()?, [&c.cut, ANSWER, &c.codec])));
    let early = early.iter().map(|(tap, answers)| at(answers, [INPUT, tap, RAW]));
    std::iter::once(at(raw, [INPUT, ANSWER, RAW])).chain(others).chain(early).flatten().collect()
}

/// The table `bytes.parquet`: a row for each image, tap and codec whose bytes differ by image.
pub fn bytes_columns(crossings: &[Crossing], data: &Dataset) -> Columns {
    let splits = [(Split::Validation, &data.validation), (Split::Test, &data.test)];
    let varying = crossings.iter().filter(|c| !c.fixed);
    let parts: Vec<_> = varying
        .flat_map(|c| splits.iter().zip([&c.sizes.validation, &c.sizes.test]).map(move |((s, i), b)| (c, *s, *i, b)))
        .collect();
    let each = |text: fn(&Crossing) -> &str| parts.iter().flat_map(move |(c, _, _, b)| b.iter().map(move |_| text(c)));
    Columns::new()
        .u32("image", parts.iter().flat_map(|(_, _, images, _)| images.number.clone()).collect())
        .str("split", parts.iter().flat_map(|(_, split, _, b)| b.iter().map(|_| split.name())))
        .str("tap", each(|c| &c.cut))
        .str("codec", each(|c| &c.codec))
        .u32("bytes", parts.iter().flat_map(|(_, _, _, bytes)| (*bytes).clone()).collect())
}

/// The codecs of a tap for its profile, `raw` left out.
pub fn profiles(crossings: &[Crossing], tap: &str) -> Vec<CodecProfile> {
    let here = crossings.iter().filter(|c| c.cut == tap);
    here.map(|c| CodecProfile { name: c.codec.clone(), lossless: c.lossless, bytes: c.size() }).collect()
}

impl Crossing {
    /// How many bytes cross, as a profile says it.
    pub fn size(&self) -> SizeOf {
        match self.sizes.test.first() {
            Some(&bytes) if self.fixed => SizeOf::Fixed(bytes.into()),
            _ => SizeOf::PerImage { mean: self.sizes.mean() },
        }
    }
}
