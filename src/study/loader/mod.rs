//! Profiles and tables from a variant's folder.

mod bytes;
mod predictions;
mod rows;
#[cfg(test)]
mod tests;

use crate::catalog::{BYTES, ModelProfile, ModelTables, PREDICTIONS, Split};
use crate::problem::{Problem, Problems};
use crate::scenario::Loader;
use crate::store::parquet::Table;
use std::path::{Path, PathBuf};

/// Loads variants from folders below a root.
#[derive(Clone, Debug, Default)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Folders are named relative to `root`.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Loader for Files {
    fn profile(&self, folder: &Path) -> Result<ModelProfile, Problems> {
        ModelProfile::load(&self.root.join(folder))
    }

    fn tables(&self, folder: &Path, split: Split) -> Result<ModelTables, Problems> {
        let folder = self.root.join(folder);
        let table = Table::read_only(&folder.join(PREDICTIONS), &predictions::COLUMNS)?;
        let tables = predictions::read(&table, split)?;
        let sizes = folder.join(BYTES);
        match sizes.exists() {
            true => bytes::add(&Table::read_only(&sizes, &bytes::COLUMNS)?, split, tables),
            false => Ok(tables),
        }
    }

    fn text(&self, file: &Path) -> Result<String, Problem> {
        let path = self.root.join(file);
        std::fs::read_to_string(&path).map_err(|e| Problem::io("read the trace", &path, &e))
    }
}
