//! What a step made, ready to be measured.

use super::{CODED, PRUNING, SENSITIVITY, TRAINED, TRAINING, WEIGHTS, bytes_of, shipped_in};
use crate::lab::code;
use crate::lab::data::Scaling;
use crate::lab::network::{Kind, Trainee, Weights};
use crate::lab::train::Epoch;
use crate::problem::Problem;
use crate::store::parquet::Columns;
use std::path::Path;

/// Files and tables of a network.
#[derive(Debug)]
pub struct Product {
    /// The file that is shipped.
    pub shipped: Vec<u8>,
    /// Whether what stands in its folder is of another making.
    fresh: bool,
    /// The network as it was trained, if it was.
    pub trained: Option<Vec<u8>>,
    /// What else there is to tell, by file name.
    pub tables: Vec<(&'static str, Columns)>,
}

impl Product {
    /// A trained network with its epochs, if there were any.
    ///
    /// # Errors
    /// candle's own.
    pub fn trained(trainee: &Trainee, scaling: &Scaling, history: &[Epoch]) -> Result<Self, Problem> {
        let bytes = |kind| Weights::of(trainee, scaling.clone(), kind)?.encode();
        let tables = if history.is_empty() { Vec::new() } else { vec![(TRAINING, epochs(history))] };
        Ok(Self { shipped: bytes(Kind::Shipped)?, fresh: true, trained: Some(bytes(Kind::Trained)?), tables })
    }

    /// A file that was made of another network's, with what there is to tell.
    pub fn made(shipped: Vec<u8>, tables: Vec<(&'static str, Columns)>) -> Self {
        Self { shipped, fresh: true, trained: None, tables }
    }

    /// The same with its file entropy-coded.
    ///
    /// # Errors
    /// As for [`code::pack`].
    pub fn coded(self) -> Result<Self, Problem> {
        Ok(Self { shipped: code::pack(&self.shipped)?, ..self })
    }

    /// What stands in a folder already; its tables stay as they are.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn found(folder: &Path) -> Result<Self, Problem> {
        let is_trained = folder.join(TRAINED).is_file();
        let trained = is_trained.then(|| bytes_of(&folder.join(TRAINED))).transpose()?;
        Ok(Self { shipped: bytes_of(&shipped_in(folder))?, fresh: false, trained, tables: Vec::new() })
    }

    /// The shipped file's name.
    pub(super) fn name(&self) -> &'static str {
        if code::is_packed(&self.shipped) { CODED } else { WEIGHTS }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let trained = self.trained.as_deref().map(|bytes| (TRAINED, bytes));
        std::iter::once((self.name(), self.shipped.as_slice())).chain(trained)
    }

    /// What another making may have left in the folder.
    pub(super) fn stale(&self) -> impl Iterator<Item = &'static str> {
        let all: &[&'static str] =
            if self.fresh { &[WEIGHTS, CODED, TRAINED, TRAINING, PRUNING, SENSITIVITY] } else { &[] };
        let own = |name: &&str| self.files().any(|(n, _)| n == *name) || self.tables.iter().any(|(n, _)| n == name);
        all.iter().copied().filter(move |name| !own(name))
    }
}

fn epochs(history: &[Epoch]) -> Columns {
    Columns::new()
        .u32("epoch", (1..=history.len() as u32).collect())
        .f64("loss", history.iter().map(|e| e.loss).collect())
        .f64("validation_accuracy", history.iter().map(|e| e.validation).collect())
}
