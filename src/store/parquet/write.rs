//! Writing, row group by row group.

use super::{Columns, Kind, mark};
use crate::problem::Problem;
use crate::store::atomic;
use crate::store::hash::Hasher;
use polars::prelude::{ArrowSchema, CompatLevel, PolarsResult, SchemaExt};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, KeyValue, StatisticsOptions, Version, WriteOptions, ZstdLevel,
    row_group_iter,
};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A table being written, one row group for each [`Writer::write`]; it takes its place when it is finished. Memory is
/// that of one row group.
pub struct Writer {
    inner: FileWriter<Hashed>,
    schema: Vec<(String, Kind)>,
    path: PathBuf,
}

impl Writer {
    /// Starts a table with these columns.
    ///
    /// # Errors
    /// Two columns of one name, and output errors.
    pub fn create(path: &Path, schema: &[(&str, Kind)]) -> Result<Self, Problem> {
        if let Some((i, (name, _))) = schema.iter().enumerate().find(|(i, column)| seen(&schema[..*i], column.0)) {
            return Err(Problem::new(format!("column {i} has the name of another")).received(name).in_file(path));
        }
        let sink = Hashed { file: atomic::Writer::create(path)?, hasher: Hasher::new() };
        let inner = arrow_schema(schema).and_then(|arrow| FileWriter::try_new(sink, arrow, options()?));
        let inner = inner.map_err(|e| failed(path, &e))?;
        let schema = schema.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        Ok(Self { inner, schema, path: path.to_path_buf() })
    }

    /// Writes these columns as one row group; nothing if they have no rows.
    ///
    /// # Errors
    /// Other columns than those it was created with, unequal lengths, and output errors.
    pub fn write(&mut self, columns: &Columns) -> Result<(), Problem> {
        self.fits(columns).map_err(|problem| problem.in_file(&self.path))?;
        self.group(columns).map_err(|e| failed(&self.path, &e))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Output errors.
    pub fn finish(mut self) -> Result<(), Problem> {
        let blank = String::from_utf8_lossy(&mark::BLANK).into_owned();
        let key = KeyValue { key: mark::KEY.into(), value: Some(blank) };
        self.inner.end(Some(vec![key])).map_err(|e| failed(&self.path, &e))?;
        let Hashed { mut file, hasher } = self.inner.into_inner();
        sign(&mut file, &hasher.hex()).map_err(|e| Problem::io("write the table", &self.path, &e))?;
        file.finish()
    }

    fn fits(&self, columns: &Columns) -> Result<(), Problem> {
        let own = self.schema.iter().map(|(name, kind)| (name.as_str(), *kind));
        if !own.eq(columns.schema()) {
            let received = columns.names().collect::<Vec<_>>().join(", ");
            return Err(Problem::new("other columns than the table's").received(received));
        }
        match columns.iter().find(|(_, column)| column.len() != columns.rows()) {
            Some((name, column)) => Err(Problem::new(format!("the column `{name}` has another length than the first"))
                .received(format!("{} values, {} rows", column.len(), columns.rows()))),
            None => Ok(()),
        }
    }

    fn group(&mut self, columns: &Columns) -> PolarsResult<()> {
        let encodings = || self.schema.iter().map(|(_, kind)| vec![encoding(*kind)]);
        let fields = self.inner.parquet_schema().fields().to_vec();
        for batch in columns.frame()?.iter_chunks(CompatLevel::newest(), false).filter(|batch| !batch.is_empty()) {
            let rows = batch.len() as u64;
            let group = row_group_iter(batch, encodings().collect(), fields.clone(), options()?);
            self.inner.write(rows, group)?;
        }
        Ok(())
    }
}

/// Passes bytes on to the file and hashes them.
struct Hashed {
    file: atomic::Writer,
    hasher: Hasher,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Puts the hash where the blank one stands.
fn sign(file: &mut atomic::Writer, hash: &str) -> io::Result<()> {
    let tail = file.tail(mark::TAIL as u64)?;
    let from_end = mark::from_end(&tail).ok_or_else(|| io::Error::other("the footer lost its hash"))?;
    file.patch(from_end, hash.as_bytes())
}

fn seen(before: &[(&str, Kind)], name: &str) -> bool {
    before.iter().any(|(other, _)| *other == name)
}

fn arrow_schema(schema: &[(&str, Kind)]) -> PolarsResult<ArrowSchema> {
    let columns = Columns(schema.iter().map(|(name, kind)| ((*name).to_owned(), kind.empty())).collect());
    Ok(columns
        .frame()?
        .schema()
        .iter_fields()
        .map(|f| f.to_arrow(CompatLevel::newest()))
        .map(|f| (f.name.clone(), f))
        .collect())
}

/// Readers in other languages know zstd; statistics would serve only scans that skip row groups.
fn options() -> PolarsResult<WriteOptions> {
    Ok(WriteOptions {
        statistics: StatisticsOptions::empty(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(ZstdLevel::try_new(3)?)),
        data_page_size: None,
    })
}

/// Dictionaries pay for text, of which our tables repeat a few words; trying them on numbers only costs time.
fn encoding(kind: Kind) -> Encoding {
    match kind {
        Kind::Str => Encoding::RleDictionary,
        Kind::U32 | Kind::U64 => Encoding::DeltaBinaryPacked,
        Kind::F32 | Kind::F64 | Kind::Bool => Encoding::Plain,
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(format!("cannot write the table: {error}")).in_file(path)
}
