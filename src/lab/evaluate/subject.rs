//! Networks that are looked at side by side, and what is known of each.

use super::stored;
use crate::catalog::{ModelProfile, Proportion, SizeOf, Split, TapProfile};
use crate::lab::answers::{Answers, Part, Shipped, right};
use crate::lab::architecture::{ANSWER, INPUT};
use crate::lab::codec::RAW;
use crate::lab::corrupt::{Corrupted, Kept, kept};
use crate::lab::data::{Dataset, Images};
use crate::lab::distil::subclass::Partition;
use crate::lab::measure::{self, Latency};
use crate::problem::Problem;
use crate::stats::{Interval, student};
use std::path::PathBuf;

/// Confidence of intervals.
const CONFIDENCE: f64 = 0.95;

/// What a network answers with below its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finest {
    /// The data's classes, which are its labels or known subclasses of these.
    Classes,
    /// Subclasses of its own.
    Invented,
    /// Nothing: it knows superclasses alone.
    Nothing,
}

/// A made network, and whom it is compared with; numbers count the networks in [`super::Evaluation`].
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its variant's.
    pub variant: String,
    /// Its seed.
    pub seed: u64,
    /// Its folder.
    pub folder: PathBuf,
    /// What was measured.
    pub profile: ModelProfile,
    /// The partition whose superclasses are its labels, if its labels are not the data's classes.
    pub labels: Option<String>,
    /// The partition that it is about: that of its labels, or the one it is taught by.
    pub partition: Option<String>,
    /// What its finest answers are.
    pub finest: Finest,
    /// Who taught it.
    pub teacher: Option<usize>,
    /// The same without a teacher.
    pub untaught: Option<usize>,
    /// With whom the recipe compares it.
    pub controls: Vec<usize>,
}

/// What crosses a tap.
#[derive(Clone, Debug)]
pub struct Crossed {
    /// The tap.
    pub tap: String,
    /// How it is written.
    pub codec: String,
    /// Whether what arrives is what was sent.
    pub lossless: bool,
    /// Bytes of each test image, or one number for all.
    pub bytes: Vec<u64>,
    /// How often the test images are answered right then.
    pub right: Option<Proportion>,
}

/// A network's answers, from its tables; its finest ones, from its weights.
#[derive(Debug)]
pub struct Seen {
    /// To raw images, with the labels that it saw.
    pub own: Answers,
    /// Its finest answers, with the data's classes as labels; none where it knows superclasses alone.
    pub finest: Option<Answers>,
    /// What can cross its taps.
    pub crossed: Vec<Crossed>,
    /// On corrupted images.
    pub kept: Vec<Kept>,
    /// The mean over all corruptions, each image's mean being one observation.
    pub robust: Option<Interval>,
    /// Whole inferences on this machine.
    pub latency: Option<Latency>,
    /// What is shipped.
    pub network: Shipped,
}

impl Seen {
    /// Reads tables, and runs the weights where these do not tell.
    ///
    /// # Errors
    /// Whatever cannot be read, and answers to other images than the data's.
    pub fn of(subject: &Subject, data: &Dataset) -> Result<Self, Problem> {
        let (outputs, logits) = stored::outputs(&subject.folder, subject.profile.classes.len())?;
        let own = own(&outputs).filter(|own| own.test.image == data.test.number);
        let other = || Problem::new("the answers are to other images than the data's").in_file(&subject.folder);
        let mut own = own.ok_or_else(other)?;
        let network = measure::load(&subject.folder)?;
        if !logits {
            own.validation.logits = network.logits(&data.validation.scaled(&data.scaling));
            own.test.logits = network.logits(&data.test.scaled(&data.scaling));
        }
        let finest = match (subject.finest, &subject.labels) {
            (Finest::Nothing, _) => None,
            (Finest::Classes, None) => Some(own.clone()),
            _ => Some(run(&network, data)),
        };
        let corrupted = Corrupted::read(&subject.folder)?;
        let latency = measure::inference(&network, data);
        let crossed = crossed(subject, &outputs)?;
        Ok(Self {
            finest,
            crossed,
            kept: kept(&corrupted, own.test.classes()),
            robust: robust(&corrupted),
            latency,
            own,
            network,
        })
    }

    /// Logits of a partition's superclasses on the test images; none if it knows of other ones.
    pub fn superclasses(&self, subject: &Subject, name: &str, partition: &Partition) -> Option<Vec<f32>> {
        if subject.labels.as_deref() == Some(name) {
            return Some(self.own.test.logits.clone());
        }
        let finest = self.finest.as_ref().filter(|_| subject.finest == Finest::Classes)?;
        let rows = finest.test.rows().flat_map(|(_, row)| partition.groups.iter().map(|g| joined(row, g)));
        Some(rows.collect())
    }
}

/// `log Σ exp` over some of a row's logits.
fn joined(row: &[f32], members: &[usize]) -> f32 {
    let top = members.iter().fold(f32::NEG_INFINITY, |m, &k| m.max(row[k]));
    let sum: f64 = members.iter().map(|&k| libm::exp(f64::from(row[k] - top))).sum();
    (f64::from(top) + libm::log(sum)) as f32
}

fn output<'a>(all: &'a [stored::Output], split: Split, cut: &str, tap: &str, codec: &str) -> Option<&'a Part> {
    let is = |o: &&stored::Output| o.part.split == split && o.cut == cut && o.tap == tap && o.codec == codec;
    all.iter().find(is).map(|o| &o.part)
}

fn own(all: &[stored::Output]) -> Option<Answers> {
    let part = |split| output(all, split, INPUT, ANSWER, RAW).cloned();
    Some(Answers { validation: part(Split::Validation)?, test: part(Split::Test)? })
}

/// The finest answers of all images.
fn run(network: &Shipped, data: &Dataset) -> Answers {
    let finest = network.architecture().finest();
    let part = |split, images: &Images| {
        Part::new(split, images, network.outputs(&images.scaled(&data.scaling), &[finest]).swap_remove(0))
    };
    Answers { validation: part(Split::Validation, &data.validation), test: part(Split::Test, &data.test) }
}

fn crossed(subject: &Subject, outputs: &[stored::Output]) -> Result<Vec<Crossed>, Problem> {
    let sizes = stored::sizes(&subject.folder)?;
    let varying = |tap: &TapProfile, codec: &str| {
        let found = sizes.iter().find(|(t, c, _)| *t == tap.name && c == codec);
        found.map_or_else(Vec::new, |(_, _, bytes)| bytes.iter().copied().map(u64::from).collect())
    };
    let taps = subject.profile.taps.iter().flat_map(|tap| tap.codecs.iter().map(move |codec| (tap, codec)));
    let one = |(tap, codec): (&TapProfile, &crate::catalog::CodecProfile)| {
        let answered = match (tap.exit, codec.lossless) {
            (true, _) => output(outputs, Split::Test, INPUT, &tap.name, RAW),
            (_, true) => output(outputs, Split::Test, INPUT, ANSWER, RAW),
            _ => output(outputs, Split::Test, &tap.name, ANSWER, &codec.name),
        };
        let bytes = match codec.bytes {
            SizeOf::Fixed(bytes) => vec![bytes],
            SizeOf::PerImage { .. } => varying(tap, &codec.name),
        };
        let (tap, name) = (tap.name.clone(), codec.name.clone());
        Crossed { tap, codec: name, lossless: codec.lossless, bytes, right: answered.map(|p| right(p, |_| true)) }
    };
    Ok(taps.map(one).collect())
}

/// How often corrupted images are answered right: the same images come back under every corruption, so the interval is
/// over images.
fn robust(all: &[Corrupted]) -> Option<Interval> {
    let images = all.first()?.label.len();
    let mut shares = vec![0.0; images];
    for corrupted in all {
        let right = corrupted.right().map(|is| f64::from(u8::from(is)));
        shares.iter_mut().zip(right).for_each(|(share, right)| *share += right / all.len() as f64);
    }
    Some(student(&shares, CONFIDENCE))
}
