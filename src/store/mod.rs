//! Files that appear whole or not at all, content hashes, and tables in Parquet.
//!
//! - [`atomic`]: one file, or a folder's worth of files, replaced at once.
//! - [`hash`]: SHA-256, as `sha256sum` prints it.
//! - `parquet`: columns of plain values; the only user of polars, and so part of the feature `tables`.

pub mod atomic;
pub mod hash;
// The one gate below `lib.rs`: what comes before it belongs to both builds.
#[cfg(feature = "tables")]
pub mod parquet;
