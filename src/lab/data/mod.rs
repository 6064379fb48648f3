//! Labelled images, split in three by a fixed rule. A source is one file here and one line in [`SOURCES`].
//!
//! Nothing outside a source's file knows it by name: what differs between sources is in [`Dataset`].

mod embedded;
mod fashion_mnist;
pub mod idx;

pub use embedded::derive as derive_subset;

use crate::problem::{Problem, Problems, remedy_for_name};
use std::path::Path;

/// All sources.
pub const SOURCES: &[&dyn Source] = &[&fashion_mnist::FashionMnist, &embedded::Embedded];

/// Where labelled images come from.
pub trait Source: Sync {
    /// Its name in recipes.
    fn name(&self) -> &'static str;

    /// What it is, in one line.
    fn about(&self) -> &'static str;

    /// Loads it, from `folder` if it needs files.
    ///
    /// # Errors
    /// All [`Problems`] with its files: missing, unreadable, corrupt, of a wrong size or checksum.
    fn load(&self, folder: Option<&Path>) -> Result<Dataset, Problems>;
}

/// Loads a source by name.
///
/// # Errors
/// An unknown name, and the source's own [`Problems`].
pub fn load(name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
    let source = SOURCES.iter().find(|s| s.name() == name).ok_or_else(|| {
        let remedy = remedy_for_name(name, SOURCES.iter().map(|s| s.name()));
        Problem::new("unknown data source").received(format!("`{name}`")).remedy(remedy)
    })?;
    source.load(folder)
}

/// A source's images, split.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The source's name.
    pub source: String,
    /// SHA-256 over its files' unpacked contents, in order.
    pub sha256: String,
    /// Height, width and channels of each image.
    pub input: [usize; 3],
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// How bytes become the network's input.
    pub scaling: Scaling,
    /// Trained on.
    pub train: Images,
    /// Held out of training; choices are made on them.
    pub validation: Images,
    /// Results are read from them.
    pub test: Images,
}

/// A byte `b` enters the network as `(b / 255 − mean) / deviation`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Mean of the training pixels, in units of 255.
    pub mean: f32,
    /// Their standard deviation, in units of 255.
    pub deviation: f32,
}

impl Scaling {
    /// The input value of each byte.
    pub fn table(&self) -> [f32; 256] {
        std::array::from_fn(|b| (b as f32 / 255.0 - self.mean) / self.deviation)
    }
}

/// Images of one split, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// Each image's number in the file that it comes from.
    pub number: Vec<u32>,
    /// Labels.
    pub label: Vec<u8>,
    /// Bytes, image after image, height by width by channels.
    pub pixels: Vec<u8>,
}

impl Images {
    /// How many.
    pub fn len(&self) -> usize {
        self.number.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.number.is_empty()
    }

    /// The bytes of the image at a position.
    pub fn image(&self, position: usize) -> &[u8] {
        let size = self.pixels.len() / self.len().max(1);
        &self.pixels[position * size..][..size]
    }

    /// Those at some positions, in that order.
    pub fn select(&self, positions: &[usize]) -> Self {
        Self {
            number: positions.iter().map(|&p| self.number[p]).collect(),
            label: positions.iter().map(|&p| self.label[p]).collect(),
            pixels: positions.iter().flat_map(|&p| self.image(p)).copied().collect(),
        }
    }

    /// The network's input for all of them, channels last.
    pub fn scaled(&self, scaling: &Scaling) -> Vec<f32> {
        let table = scaling.table();
        self.pixels.iter().map(|&b| table[usize::from(b)]).collect()
    }
}

/// Holds out the last `each` images of every class, in file order: `(kept, held out)` positions, both in file order.
pub fn hold_out(labels: &[u8], each: usize) -> (Vec<usize>, Vec<usize>) {
    let mut left = [0usize; 256];
    labels.iter().for_each(|&label| left[usize::from(label)] += 1);
    let mut is_kept = |label: u8| {
        let left = &mut left[usize::from(label)];
        let kept = *left > each;
        *left -= 1;
        kept
    };
    (0..labels.len()).partition(|&p| is_kept(labels[p]))
}

/// The first `each` images of every class, in file order: their positions.
pub fn first_of_each(labels: &[u8], each: usize) -> Vec<usize> {
    let mut seen = [0usize; 256];
    let mut is_early = |label: u8| {
        let seen = &mut seen[usize::from(label)];
        *seen += 1;
        *seen <= each
    };
    (0..labels.len()).filter(|&p| is_early(labels[p])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_out_the_last_of_each_class() {
        let labels = [0, 1, 0, 1, 0, 1, 0];
        assert_eq!(hold_out(&labels, 1), (vec![0, 1, 2, 3, 4], vec![5, 6]));
        assert_eq!(hold_out(&labels, 9).0, Vec::<usize>::new());
        assert_eq!(first_of_each(&labels, 2), [0, 1, 2, 3]);
    }

    #[test]
    fn an_unknown_source_is_refused_with_a_suggestion() {
        let told = load("fashion-mnits", None).unwrap_err().to_string();
        assert!(told.contains("did you mean `fashion-mnist`?"), "{told}");
    }
}
