//! Columns: kinds of values, names, and polars' form of them.

use super::{Table, Writer};
use crate::problem::{Problem, remedy_for_name};
use polars::prelude::{DataFrame, PlSmallStr, PolarsResult, Series};
use std::path::Path;

/// One line a kind of values: variant, method, type, and how polars' values become ours.
macro_rules! kinds {
    ($($variant:ident, $method:ident, $type:ty, $own:expr, $word:literal;)+) => {
        /// What a column's values are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = concat!("Values of `", $word, "`.")] $variant,)+
        }

        /// A column's values.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Column {
            $(#[doc = concat!("Values of `", $word, "`.")] $variant(Vec<$type>),)+
        }

        impl Kind {
            /// Its name in messages.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub(super) fn empty(self) -> Column {
                match self { $(Self::$variant => Column::$variant(Vec::new()),)+ }
            }
        }

        impl Column {
            /// What its values are.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$variant(_) => Kind::$variant,)+ }
            }

            /// How many values.
            pub fn len(&self) -> usize {
                match self { $(Self::$variant(values) => values.len(),)+ }
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            pub(super) fn series(&self, name: &str) -> Series {
                use polars::prelude::NamedFrom;
                let name = PlSmallStr::from_str(name);
                match self { $(Self::$variant(values) => Series::new(name, &values[..]),)+ }
            }

            /// The values of a series without missing ones; nothing if they are of no kind that we know.
            pub(super) fn of(series: &Series) -> Option<Self> {
                $(if let Ok(values) = series.$method() {
                    return Some(Self::$variant(values.iter().flatten().map($own).collect()));
                })+
                None
            }
        }

        impl Table {
            $(#[doc = concat!("A column of `", $word, "`.\n\n# Errors\nIt is missing, or its values are of another kind.")]
            pub fn $method(&self, name: &str) -> Result<&[$type], Problem> {
                match self.column(name)? {
                    Column::$variant(values) => Ok(values),
                    other => Err(self.ill_typed(name, other.kind(), Kind::$variant)),
                }
            })+
        }
    };
}

kinds! {
    U32, u32, u32, std::convert::identity, "u32";
    U64, u64, u64, std::convert::identity, "u64";
    F32, f32, f32, std::convert::identity, "f32";
    F64, f64, f64, std::convert::identity, "f64";
    Bool, bool, bool, std::convert::identity, "bool";
    Str, str, String, str::to_owned, "text";
}

/// Named columns, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns(pub(super) Vec<(String, Column)>);

impl Columns {
    /// No columns yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more column.
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Self {
        self.0.push((name.into(), column));
        self
    }

    /// With a column of `u32`.
    pub fn u32(self, name: impl Into<String>, values: Vec<u32>) -> Self {
        self.with(name, Column::U32(values))
    }

    /// With a column of `u64`.
    pub fn u64(self, name: impl Into<String>, values: Vec<u64>) -> Self {
        self.with(name, Column::U64(values))
    }

    /// With a column of `f32`.
    pub fn f32(self, name: impl Into<String>, values: Vec<f32>) -> Self {
        self.with(name, Column::F32(values))
    }

    /// With a column of `f64`.
    pub fn f64(self, name: impl Into<String>, values: Vec<f64>) -> Self {
        self.with(name, Column::F64(values))
    }

    /// With a column of `bool`.
    pub fn bool(self, name: impl Into<String>, values: Vec<bool>) -> Self {
        self.with(name, Column::Bool(values))
    }

    /// With a column of text.
    pub fn str<S: Into<String>>(self, name: impl Into<String>, values: impl IntoIterator<Item = S>) -> Self {
        self.with(name, Column::Str(values.into_iter().map(Into::into).collect()))
    }

    /// How many rows: the length of the first column.
    pub fn rows(&self) -> usize {
        self.0.first().map_or(0, |(_, column)| column.len())
    }

    /// The columns' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.0.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The column of this name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.iter().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// Each column's name and kind, in order.
    pub fn schema(&self) -> Vec<(&str, Kind)> {
        self.iter().map(|(name, column)| (name, column.kind())).collect()
    }

    /// Writes them as a Parquet file, whole or not at all.
    ///
    /// # Errors
    /// Columns of unequal lengths or equal names, and output errors.
    pub fn write(&self, path: &Path) -> Result<(), Problem> {
        let mut writer = Writer::create(path, &self.schema())?;
        writer.write(self)?;
        writer.finish()
    }

    pub(super) fn frame(&self) -> PolarsResult<DataFrame> {
        let series = self.iter().map(|(name, column)| column.series(name).into());
        DataFrame::new(self.rows(), series.collect())
    }
}

impl Table {
    fn column(&self, name: &str) -> Result<&Column, Problem> {
        self.columns.get(name).ok_or_else(|| self.missing(name))
    }

    pub(super) fn missing(&self, name: &str) -> Problem {
        let remedy = remedy_for_name(name, self.columns.names());
        Problem::new(format!("lacks the column `{name}`")).in_file(&self.path).remedy(remedy)
    }

    fn ill_typed(&self, name: &str, found: Kind, wanted: Kind) -> Problem {
        let what = format!("the column `{name}` does not hold {}", wanted.name());
        Problem::new(what).in_file(&self.path).received(found.name())
    }
}
