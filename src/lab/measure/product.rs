//! What a step made, ready to be measured.

use super::{TRAINED, TRAINING, WEIGHTS, bytes_of};
use crate::lab::data::Scaling;
use crate::lab::network::{Kind, Trainee, Weights};
use crate::lab::train::Epoch;
use crate::problem::Problem;
use crate::store::parquet::Columns;
use std::path::Path;

/// Files and tables of a network.
#[derive(Debug, Default)]
pub struct Product {
    /// The file that is shipped.
    pub shipped: Vec<u8>,
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
        Ok(Self { shipped: bytes(Kind::Shipped)?, trained: Some(bytes(Kind::Trained)?), tables })
    }

    /// What stands in a folder already; its tables stay as they are.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn found(folder: &Path) -> Result<Self, Problem> {
        let is_trained = folder.join(TRAINED).is_file();
        let trained = is_trained.then(|| bytes_of(folder, TRAINED)).transpose()?;
        Ok(Self { shipped: bytes_of(folder, WEIGHTS)?.1, trained: trained.map(|(_, b)| b), tables: Vec::new() })
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let trained = self.trained.as_deref().map(|bytes| (TRAINED, bytes));
        std::iter::once((WEIGHTS, self.shipped.as_slice())).chain(trained)
    }
}

fn epochs(history: &[Epoch]) -> Columns {
    Columns::new()
        .u32("epoch", (1..=history.len() as u32).collect())
        .f64("loss", history.iter().map(|e| e.loss).collect())
        .f64("validation_accuracy", history.iter().map(|e| e.validation).collect())
}
