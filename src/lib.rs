//! tierwise: a discrete-event cloud-edge simulator fed with networks that were really trained, distilled and compressed.
#![deny(missing_docs)]

pub mod catalog;
#[cfg(feature = "lab")]
pub mod cli;
pub mod config;
#[cfg(feature = "lab")]
pub mod kernel;
#[cfg(feature = "lab")]
pub mod lab;
pub mod policy;
pub mod problem;
pub mod random;
#[cfg(feature = "tables")]
pub mod report;
pub mod scenario;
pub mod sim;
pub mod stats {
    //! Statistics: plain numbers in and out.
    //!
    //! - [`Sketch`]: quantiles of integers with a stated relative error, in bounded memory.
    //! - `estimation`: what is concluded from runs and from images. It comes with the tables: a run concludes nothing.

    #[cfg(feature = "tables")]
    mod estimation;
    mod sketch;

    #[cfg(feature = "tables")]
    pub use estimation::*;
    pub use sketch::Sketch;
}
#[cfg(feature = "tables")]
pub mod store {
    //! Files that appear whole or not at all, content hashes, and tables in Parquet.
    //!
    //! - [`atomic`]: one file, or a folder's worth of files, replaced at once.
    //! - [`hash`]: SHA-256, as `sha256sum` prints it.
    //! - `parquet`: columns of plain values; the only user of polars.
    //!
    //! Written out here because features are gated in this file alone.

    pub mod atomic;
    pub mod hash;
    pub mod parquet;
}
#[cfg(feature = "tables")]
pub mod study;
pub mod units;

#[cfg(feature = "lab")]
pub use cli::Program;
