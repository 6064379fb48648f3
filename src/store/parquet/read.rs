//! Reading, with an answer to every way in which a file can be wrong.

use super::{Column, Columns, mark};
use crate::problem::{Problem, Problems};
use polars::prelude::{ParallelStrategy, ParquetReader, PolarsResult, SerReader, Series};
use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// A table that was read: columns by name and kind (`table.f64("latency_s")?`), and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) path: PathBuf,
    pub(super) columns: Columns,
}

impl Table {
    /// Reads all columns.
    ///
    /// # Errors
    /// A missing, truncated, damaged or foreign file; columns of kinds other than [`super::Kind`]'s, or with missing
    /// values.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let open = Open::new(path)?;
        let names = open.names.clone();
        Ok(Self { path: path.to_path_buf(), columns: open.columns(&names)? })
    }

    /// Reads some columns, in this order.
    ///
    /// # Errors
    /// As [`Table::read`], and all columns that are missing.
    pub fn read_only<S: AsRef<str>>(path: &Path, names: &[S]) -> Result<Self, Problems> {
        let open = Open::new(path)?;
        let names: Vec<String> = names.iter().map(|name| name.as_ref().to_owned()).collect();
        let mut problems = Problems::default();
        let shell = Self { path: path.to_path_buf(), columns: open.shell() };
        names.iter().filter(|name| !open.names.contains(name)).for_each(|name| problems.push(shell.missing(name)));
        problems.or(())?;
        Ok(Self { path: path.to_path_buf(), columns: open.columns(&names)? })
    }

    /// The columns' names in a file, without reading them.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn names_in(path: &Path) -> Result<Vec<String>, Problem> {
        Ok(Open::new(path)?.names)
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.columns.rows()
    }

    /// Its columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// A problem with this table's content.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::new(what).in_file(&self.path)
    }
}

/// A file in memory that is Parquet, as far as its footer says.
struct Open<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    names: Vec<String>,
}

impl<'a> Open<'a> {
    fn new(path: &'a Path) -> Result<Self, Problem> {
        let bytes = fs::read(path).map_err(|e| Problem::io("read the table", path, &e))?;
        whole(path, &bytes)?;
        let mut open = Self { path, bytes, names: Vec::new() };
        open.names = open.attempt(|reader| {
            let mut reader = reader;
            Ok(reader.schema()?.iter_names().map(|name| name.to_string()).collect())
        })?;
        Ok(open)
    }

    /// Columns of these names without rows.
    fn shell(&self) -> Columns {
        self.names.iter().fold(Columns::new(), |shell, name| shell.bool(name, Vec::new()))
    }

    /// On files made to confuse, polars may panic where it should tell.
    fn attempt<T>(&self, read: impl FnOnce(ParquetReader<Cursor<&[u8]>>) -> PolarsResult<T>) -> Result<T, Problem> {
        let reader = ParquetReader::new(Cursor::new(&self.bytes[..])).read_parallel(ParallelStrategy::None);
        match catch_unwind(AssertUnwindSafe(|| read(reader))) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(damaged(self.path, "cannot be read as Parquet").received(error)),
            Err(_) => Err(damaged(self.path, "cannot be read as Parquet")),
        }
    }

    fn columns(&self, names: &[String]) -> Result<Columns, Problem> {
        let frame = self.attempt(|reader| reader.with_columns(Some(names.to_vec())).set_rechunk(true).finish())?;
        let mut columns = Columns::new();
        for name in names {
            let series = frame.column(name).map_err(|e| damaged(self.path, "lost a column").received(e))?;
            columns = columns.with(name, self.column(series.as_materialized_series())?);
        }
        Ok(columns)
    }

    fn column(&self, series: &Series) -> Result<Column, Problem> {
        let problem = |what: &str| Problem::new(format!("the column `{}` {what}", series.name())).in_file(self.path);
        match series.null_count() {
            0 => Column::of(series).ok_or_else(|| problem("is of an unknown kind").received(series.dtype())),
            n => Err(problem("has missing values").received(format!("{n} of {}", series.len()))),
        }
    }
}

/// Whether a file begins and ends like Parquet, and still has the hash that it was written with.
fn whole(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    const MAGIC: &[u8] = b"PAR1";
    match (bytes.starts_with(MAGIC), bytes.len() >= 12 && bytes.ends_with(MAGIC)) {
        (false, _) => Err(Problem::new("is not a Parquet file").in_file(path).received(begin(bytes))),
        (true, false) => Err(damaged(path, "is truncated").received(format!("{} bytes without a footer", bytes.len()))),
        (true, true) if mark::intact(bytes) == Some(false) => {
            Err(damaged(path, "is damaged").received("content that differs from its own hash"))
        }
        (true, true) => Ok(()),
    }
}

fn begin(bytes: &[u8]) -> String {
    match bytes {
        [] => "no bytes".into(),
        _ => format!("`{}`…", String::from_utf8_lossy(&bytes[..bytes.len().min(8)]).escape_default()),
    }
}

fn damaged(path: &Path, what: &str) -> Problem {
    Problem::new(what).in_file(path).remedy("restore the file, or make it again")
}
