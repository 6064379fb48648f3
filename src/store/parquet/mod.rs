//! Columns of plain values in Parquet files that any reader opens.
//!
//! ```no_run
//! use tierwise::store::parquet::{Columns, Table};
//! # fn main() -> Result<(), tierwise::problem::Problem> {
//! let path = std::path::Path::new("answers.parquet");
//! Columns::new().u32("image", vec![0, 1]).str("split", ["test", "test"]).f64("confidence", vec![0.9, 0.4]).write(path)?;
//! let table = Table::read(path)?;
//! assert_eq!(table.f64("confidence")?, [0.9, 0.4]);
//! # Ok(())
//! # }
//! ```
//!
//! Equal columns make equal bytes. Each file carries a hash of itself, so that damage is told apart from content.
//! [`Writer`] writes row group by row group, for tables that do not fit into memory.

mod column;
mod mark;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use column::{Column, Columns, Kind};
pub use read::Table;
pub use write::Writer;
