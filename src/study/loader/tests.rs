use super::*;
use crate::store::parquet::Columns;
use tempfile::TempDir;

/// Rows of `predictions.parquet`, to be broken.
#[derive(Clone)]
struct Rows {
    image: Vec<u32>,
    split: Vec<&'static str>,
    cut: Vec<&'static str>,
    codec: Vec<&'static str>,
    label: Vec<u32>,
}

/// Three test images and two validation images under two codecs, and under one behind a cut, not in order.
fn rows() -> Rows {
    Rows {
        image: vec![2, 0, 1, 7, 6, 0, 1, 2, 7, 6, 0, 2, 1, 6, 7],
        split: [["test"; 3].as_slice(), &["validation"; 2]].concat().repeat(3),
        cut: [["input"; 10].as_slice(), &["block-1"; 5]].concat(),
        codec: [["raw"; 5].as_slice(), &["jpeg-50"; 5], &["int8"; 5]].concat(),
        label: vec![12, 10, 11, 17, 16, 10, 11, 12, 17, 16, 10, 12, 11, 16, 17],
    }
}

fn write(folder: &Path, rows: &Rows) {
    let n = rows.image.len();
    let prediction = rows.label.iter().zip(&rows.codec).map(|(label, codec)| label + u32::from(*codec != "raw"));
    Columns::new()
        .u32("image", rows.image.clone())
        .str("split", rows.split.clone())
        .str("cut", rows.cut.clone())
        .str("tap", vec!["answer"; n])
        .str("codec", rows.codec.clone())
        .u32("label", rows.label.clone())
        .u32("prediction", prediction.collect())
        .f32("confidence", rows.image.iter().map(|i| *i as f32 / 8.0).collect())
        .f32("margin", vec![0.25; n])
        .f32("logit_0", vec![1.0; n])
        .write(&folder.join(PREDICTIONS))
        .expect("written");
}

fn sizes(folder: &Path, image: Vec<u32>) {
    let n = image.len();
    Columns::new()
        .u32("bytes", image.iter().map(|i| 100 + i).collect())
        .u32("image", image)
        .str("split", vec!["test"; n])
        .str("tap", vec!["input"; n])
        .str("codec", vec!["deflate"; n])
        .write(&folder.join(BYTES))
        .expect("written");
}

fn read(rows: &Rows, split: Split) -> Result<ModelTables, Problems> {
    let home = TempDir::new().expect("a folder");
    write(&home.path().join("model"), rows);
    Files::below(home.path()).tables(Path::new("model"), split)
}

fn told(rows: &Rows) -> String {
    read(rows, Split::Test).expect_err("broken").to_string()
}

#[test]
fn sorts_rows_by_image_and_output() {
    let test = read(&rows(), Split::Test).expect("whole");
    assert_eq!((&test.image, &test.label), (&vec![0, 1, 2], &vec![10, 11, 12]));
    let names: Vec<[&str; 3]> = test.outputs.iter().map(|o| [o.cut.as_str(), &o.tap, &o.codec]).collect();
    assert_eq!(names, [["input", "answer", "raw"], ["input", "answer", "jpeg-50"], ["block-1", "answer", "int8"]]);
    assert_eq!((test.position("block-1", "answer", "int8"), test.output("answer", "int8")), (Some(2), None));
    assert_eq!((&test.outputs[0].prediction, &test.outputs[1].prediction), (&vec![10, 11, 12], &vec![11, 12, 13]));
    assert_eq!(test.outputs[0].confidence, [0.0, 0.125, 0.25]);
    let validation = read(&rows(), Split::Validation).expect("whole");
    assert_eq!((validation.image, validation.label), (vec![6, 7], vec![16, 17]));
}

#[test]
fn joins_sizes_by_image() {
    let home = TempDir::new().expect("a folder");
    write(home.path(), &rows());
    sizes(home.path(), vec![1, 0, 2]);
    let tables = Files::default().tables(home.path(), Split::Test).expect("whole");
    assert_eq!(tables.size("input", "deflate").expect("there").bytes, [100, 101, 102]);
    sizes(home.path(), vec![1, 0]);
    let problems = Files::default().tables(home.path(), Split::Test).expect_err("an image without bytes");
    assert!(
        problems.to_string().contains("bytes.parquet: has another `image` column for `input`, `deflate`"),
        "{problems}"
    );
}

#[test]
fn tells_what_is_wrong_with_rows() {
    let broken = |change: &dyn Fn(&mut Rows)| {
        let mut rows = rows();
        change(&mut rows);
        told(&rows)
    };
    assert!(broken(&|r| r.split[4] = "tset").contains("unknown split; received `tset`; known: validation, test"));
    assert!(broken(&|r| r.image[1] = 2).contains("has an image twice for `input`, `answer`, `raw`; received image 2"));
    assert!(broken(&|r| r.label[5] = 9).contains("another `label` column for `input`, `answer`, `jpeg-50`"));
    assert!(broken(&|r| r.label[0] = 70_000).contains("a class beyond all numbering in `label`; received 70000"));
    assert!(broken(&|r| r.cut.fill("block-1")).contains("has no answers to raw images (test split)"));
    assert!(broken(&|r| r.image[5] = 3).contains("another `image` column"));
}

#[test]
fn tells_what_is_wrong_with_files() {
    let home = TempDir::new().expect("a folder");
    let read = || Files::default().tables(home.path(), Split::Test).expect_err("broken").to_string();
    assert!(read().contains("predictions.parquet: cannot read the table"));
    Columns::new().u32("image", vec![1]).write(&home.path().join(PREDICTIONS)).expect("written");
    assert!(read().contains("lacks the column `margin`"));
    write(home.path(), &rows());
    let bytes = std::fs::read(home.path().join(PREDICTIONS)).expect("there");
    std::fs::write(home.path().join(PREDICTIONS), &bytes[..bytes.len() / 2]).expect("truncated");
    assert!(read().contains("predictions.parquet: is truncated"));
    write(home.path(), &rows());
    std::fs::write(home.path().join(BYTES), "none").expect("written");
    assert!(read().contains("bytes.parquet: is not a Parquet file"));
}
