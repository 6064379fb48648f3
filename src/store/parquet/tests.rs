use super::*;
use crate::problem::Problem;
use proptest::prelude::*;
use std::path::PathBuf;
use tempfile::TempDir;

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("table.parquet");
    (home, path)
}

fn some() -> Columns {
    let splits = (0..300).map(|i| if i % 3 == 0 { "validation" } else { "test" });
    Columns::new()
        .u32("image", (0..300).collect())
        .str("split", splits)
        .u64("bytes", (0..300).map(|i| i * i * 1_000_003).collect())
        .f32("confidence", (0..300).map(|i| (i as f32).sin()).collect())
        .f64("latency_s", (0..300).map(|i| (f64::from(i)).sqrt()).collect())
        .bool("right", (0..300).map(|i| i % 7 < 5).collect())
}

fn column(rows: usize) -> impl Strategy<Value = Column> {
    let of = |n| n..=n;
    prop_oneof![
        prop::collection::vec(any::<u32>(), of(rows)).prop_map(Column::U32),
        prop::collection::vec(any::<u64>(), of(rows)).prop_map(Column::U64),
        prop::collection::vec(prop::num::f32::ANY, of(rows)).prop_map(Column::F32),
        prop::collection::vec(prop::num::f64::ANY, of(rows)).prop_map(Column::F64),
        prop::collection::vec(any::<bool>(), of(rows)).prop_map(Column::Bool),
        prop::collection::vec(".{0,12}", of(rows)).prop_map(Column::Str),
    ]
}

fn columns() -> impl Strategy<Value = Columns> {
    let all = (0usize..200).prop_flat_map(|rows| prop::collection::vec(column(rows), 1..7));
    all.prop_map(|columns| {
        columns.into_iter().enumerate().fold(Columns::new(), |all, (i, column)| all.with(format!("c{i}"), column))
    })
}

/// Not-a-numbers equal themselves here.
fn bits(columns: &Columns) -> Vec<(String, Vec<u64>, Column)> {
    let one = |(name, column): (&str, &Column)| match column {
        Column::F32(v) => (name.into(), v.iter().map(|x| u64::from(x.to_bits())).collect(), Column::F32(Vec::new())),
        Column::F64(v) => (name.into(), v.iter().map(|x| x.to_bits()).collect(), Column::F64(Vec::new())),
        other => (name.into(), Vec::new(), other.clone()),
    };
    columns.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(written in columns()) {
        let (_home, path) = home();
        written.write(&path).expect("written");
        let read = Table::read(&path).expect("read");
        prop_assert_eq!(bits(read.columns()), bits(&written));
    }

    #[test]
    fn row_groups_make_no_difference(written in columns(), groups in 1usize..5) {
        let (_home, path) = home();
        let mut writer = Writer::create(&path, &written.schema()).expect("created");
        for group in 0..groups {
            writer.write(&part(&written, group, groups)).expect("written");
        }
        writer.finish().expect("finished");
        prop_assert_eq!(bits(Table::read(&path).expect("read").columns()), bits(&written));
    }

    /// Damage to the checksum's own name makes the file a foreign one, which has no checksum: its values are then whole.
    #[test]
    fn any_damage_is_told_or_harmless(at in 0.0f64..1.0, flip in 1u8..=255) {
        let (_home, path) = home();
        some().write(&path).expect("written");
        let mut bytes = std::fs::read(&path).expect("there");
        let at = (at * bytes.len() as f64) as usize;
        bytes[at] ^= flip;
        std::fs::write(&path, &bytes).expect("damaged");
        match Table::read(&path) {
            Err(problem) => prop_assert_eq!(problem.file, Some(path)),
            Ok(read) => prop_assert_eq!(bits(read.columns()), bits(&some())),
        }
    }

    #[test]
    fn any_truncation_is_told(part in 0.0f64..1.0) {
        let (_home, path) = home();
        some().write(&path).expect("written");
        let bytes = std::fs::read(&path).expect("there");
        std::fs::write(&path, &bytes[..(part * bytes.len() as f64) as usize]).expect("truncated");
        prop_assert!(Table::read(&path).is_err());
    }
}

fn part(all: &Columns, group: usize, groups: usize) -> Columns {
    let range = all.rows() * group / groups..all.rows() * (group + 1) / groups;
    let cut = |column: &Column| match column {
        Column::U32(v) => Column::U32(v[range.clone()].to_vec()),
        Column::U64(v) => Column::U64(v[range.clone()].to_vec()),
        Column::F32(v) => Column::F32(v[range.clone()].to_vec()),
        Column::F64(v) => Column::F64(v[range.clone()].to_vec()),
        Column::Bool(v) => Column::Bool(v[range.clone()].to_vec()),
        Column::Str(v) => Column::Str(v[range.clone()].to_vec()),
    };
    all.iter().fold(Columns::new(), |part, (name, column)| part.with(name, cut(column)))
}

#[test]
fn equal_columns_make_equal_bytes() {
    let (_home, path) = home();
    let bytes = || {
        some().write(&path).expect("written");
        std::fs::read(&path).expect("there")
    };
    let first = bytes();
    assert_eq!(first, bytes());
    assert_eq!(mark::intact(&first), Some(true));
}

/// Equal on other threads, too: dictionaries must not depend on a hasher's seed.
#[test]
fn equal_columns_make_equal_bytes_on_other_threads() {
    let (home, _) = home();
    let bytes = |i: usize| {
        let path = home.path().join(i.to_string());
        some().write(&path).expect("written");
        std::fs::read(&path).expect("there")
    };
    let all: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|i| scope.spawn(move || bytes(i))).collect();
        threads.into_iter().map(|t| t.join().expect("joined")).collect()
    });
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
}

#[test]
fn getters_tell_file_and_column() {
    let (_home, path) = home();
    some().write(&path).expect("written");
    let table = Table::read(&path).expect("read");
    assert_eq!(table.u32("image").expect("there")[299], 299);
    assert_eq!(table.str("split").expect("there")[0], "validation");
    let told = |problem: Problem| problem.to_string();
    let missing = told(table.u32("imag").expect_err("missing"));
    assert!(missing.contains("table.parquet: lacks the column `imag`; did you mean `image`?"), "{missing}");
    let typed = told(table.u32("latency_s").expect_err("ill-typed"));
    assert!(typed.ends_with("the column `latency_s` does not hold u32; received f64"), "{typed}");
}

#[test]
fn reads_only_what_is_asked_for() {
    let (_home, path) = home();
    some().write(&path).expect("written");
    let table = Table::read_only(&path, &["right", "image"]).expect("read");
    assert_eq!(table.columns().names().collect::<Vec<_>>(), ["right", "image"]);
    let problems = Table::read_only(&path, &["imag", "right", "splt"]).expect_err("two are missing");
    assert_eq!(problems.0.len(), 2);
    assert_eq!(Table::names_in(&path).expect("read").len(), 6);
}

#[test]
fn refuses_what_is_no_table() {
    let (_home, path) = home();
    let told = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        Table::read(&path).expect_err("no table").to_string()
    };
    assert!(told(b"").contains("is not a Parquet file; received no bytes"));
    assert!(told(b"image,split\n").contains("is not a Parquet file; received `image,sp`"));
    assert!(told(b"PAR1").contains("is truncated"));
    assert!(told(b"PAR1\xff\xff\xff\x7fPAR1").contains("cannot be read as Parquet"));
    std::fs::remove_file(&path).expect("removed");
    assert!(Table::read(&path).expect_err("missing").to_string().contains("cannot read the table"));
}

#[test]
fn refuses_unequal_and_unknown_columns() {
    let (home, path) = home();
    let unequal = Columns::new().u32("a", vec![1, 2]).u32("b", vec![1]);
    assert!(unequal.write(&path).expect_err("unequal").to_string().contains("the column `b` has another length"));
    let twice = Columns::new().u32("a", vec![1]).u32("a", vec![1]);
    assert!(twice.write(&path).expect_err("twice").to_string().contains("the name of another"));
    let mut writer = Writer::create(&path, &[("a", Kind::U32)]).expect("created");
    assert!(writer.write(&Columns::new().u64("a", vec![1])).is_err());
    drop(writer);
    assert_eq!(std::fs::read_dir(home.path()).expect("listed").count(), 0);
}

#[test]
fn a_table_without_rows_keeps_its_columns() {
    let (_home, path) = home();
    Columns::new().u32("a", vec![]).str("b", [] as [&str; 0]).write(&path).expect("written");
    let table = Table::read(&path).expect("read");
    assert_eq!((table.rows(), table.str("b").expect("there").len()), (0, 0));
}

/// A column with a missing value, as another program may write it.
#[test]
fn refuses_missing_values_and_unknown_kinds() {
    use polars::prelude::*;
    let (_home, path) = home();
    let write = |series: Series| {
        let mut frame = DataFrame::new(series.len(), vec![series.into()]).expect("a frame");
        ParquetWriter::new(std::fs::File::create(&path).expect("created")).finish(&mut frame).expect("written");
        Table::read(&path).expect_err("refused").to_string()
    };
    let missing = write(Series::new("a".into(), [Some(1u32), None]));
    assert!(missing.ends_with("the column `a` has missing values; received 1 of 2"), "{missing}");
    let unknown = write(Series::new("a".into(), [1i64]));
    assert!(unknown.contains("the column `a` is of an unknown kind; received i64"), "{unknown}");
}
