//! What is measured of a network beside what is always.

use crate::catalog::{ModelProfile, PREDICTIONS};
use crate::lab::answers::has_logits;
use crate::lab::codec::{Codec, RAW};
use crate::lab::corrupt::{CORRUPTED, Corruption};
use crate::problem::Problem;
use crate::store::parquet::Table;
use std::collections::BTreeSet;
use std::path::Path;

/// The codec that is always measured.
const ALWAYS: &str = "deflate";
/// The seed of corruptions: every network is shown the same ones.
pub const CORRUPTION_SEED: u64 = 0;

/// Codecs of what crosses taps, and corruptions of images.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    codecs: Vec<Codec>,
    /// None: they are not measured.
    pub corruptions: Vec<Corruption>,
    /// Whether logits are kept beside answers and confidences.
    pub logits: bool,
}

impl Wanted {
    /// These codecs, and the one that is always measured.
    ///
    /// # Errors
    /// None, as that one is known.
    pub fn new(codecs: &[Codec], corruptions: &[Corruption], logits: bool) -> Result<Self, Problem> {
        let always = Codec::named(ALWAYS)?;
        let others = codecs.iter().filter(|c| c.name() != ALWAYS).cloned();
        let codecs = std::iter::once(always).chain(others).collect();
        Ok(Self { codecs, corruptions: corruptions.to_vec(), logits })
    }

    /// What a profile says was measured.
    ///
    /// # Errors
    /// A codec that is not known.
    pub fn told(profile: &ModelProfile) -> Result<Self, Problem> {
        let mut names: Vec<&str> = Vec::new();
        for codec in profile.taps.iter().flat_map(|t| &t.codecs) {
            if codec.name != RAW && !names.contains(&codec.name.as_str()) {
                names.push(&codec.name);
            }
        }
        let codecs = names.into_iter().map(Codec::named).collect::<Result<_, _>>()?;
        Ok(Self { codecs, corruptions: Vec::new(), logits: true })
    }

    /// All codecs.
    pub fn codecs(&self) -> &[Codec] {
        &self.codecs
    }

    /// Whether a folder with this profile holds all of it, and no codec, corruption or logits more.
    pub fn is_measured(&self, folder: &Path, profile: &ModelProfile) -> bool {
        let names = |codecs: &[Codec]| codecs.iter().map(|c| c.name().to_string()).collect::<BTreeSet<_>>();
        let same = Self::told(profile).is_ok_and(|told| names(&told.codecs) == names(&self.codecs));
        let logits = || Table::read(&folder.join(PREDICTIONS)).is_ok_and(|table| has_logits(&table) == self.logits);
        same && logits() && self.corrupted(&folder.join(CORRUPTED)).unwrap_or(false)
    }

    /// Whether a table of answers to corrupted images, or there being none, is what is wanted.
    fn corrupted(&self, path: &Path) -> Result<bool, Problem> {
        let wanted: BTreeSet<&str> = self.corruptions.iter().map(|corruption| corruption.name()).collect();
        if !path.is_file() {
            return Ok(wanted.is_empty());
        }
        let table = Table::read(path)?;
        let found: BTreeSet<&str> = table.str("corruption")?.iter().map(String::as_str).collect();
        Ok(!wanted.is_empty() && found == wanted)
    }
}
