//! Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747): 60,000 + 10,000 grey images of 28 x 28 pixels, MIT.
//!
//! Validation: the last 500 images of each class of the training file, in file order (5,000 of 60,000).

use super::idx::{self, Idx, Values};
use super::{Dataset, Images, Load, Scaling, hold_out};
use crate::problem::{Problem, Problems};
use crate::store::hash::{Hasher, sha256_hex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The full data, from a folder of IDX files.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FashionMnist {}

/// Where the Debian package puts the files.
const DEBIAN: &str = "/usr/share/datasets/fashion-mnist";
/// Images of each class that are held out of training.
const HELD_OUT: usize = 500;

/// Names of the classes, by label.
pub const CLASSES: [&str; 10] =
    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"];

/// Mean and standard deviation of the training pixels.
pub fn scaling() -> Scaling {
    Scaling::grey(0.2860, 0.3530)
}

/// A file: its name without `.gz`, its dimensions, the SHA-256 of its unpacked bytes.
struct Expected(&'static str, &'static [usize], &'static str);

const FILES: [Expected; 4] = [
    Expected(
        "train-images-idx3-ubyte",
        &[60_000, 28, 28],
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    Expected("train-labels-idx1-ubyte", &[60_000], "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    Expected(
        "t10k-images-idx3-ubyte",
        &[10_000, 28, 28],
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    Expected("t10k-labels-idx1-ubyte", &[10_000], "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
];

impl Load for FashionMnist {
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
        let [train, test] = whole(folder.unwrap_or(Path::new(DEBIAN)))?;
        let (kept, held_out) = hold_out(&train.label, HELD_OUT);
        Ok(Dataset {
            source: name.into(),
            sha256: checksum(),
            input: [28, 28, 1],
            classes: CLASSES.map(String::from).to_vec(),
            scaling: scaling(),
            validation: train.select(&held_out),
            train: train.select(&kept),
            test,
        })
    }
}

/// SHA-256 over the four files' contents in the order of [`FILES`]: hashed as the list of their own checksums.
fn checksum() -> String {
    let mut all = Hasher::new();
    FILES.iter().for_each(|f| all.update(f.2.as_bytes()));
    all.hex()
}

/// The training file's and the test file's images.
pub fn whole(folder: &Path) -> Result<[Images; 2], Problems> {
    let mut problems = Problems::default();
    let mut files = FILES.iter().map(|f| problems.note(file(folder, f).map_err(Problems::from)).unwrap_or_default());
    let mut next = || files.next().unwrap_or_default();
    let (train, train_labels, test, test_labels) = (next(), next(), next(), next());
    drop(files);
    problems.or([Images::numbered(train, train_labels), Images::numbered(test, test_labels)])
}

/// Reads one file and checks size, shape and checksum.
fn file(folder: &Path, expected: &Expected) -> Result<Vec<u8>, Problem> {
    let Expected(name, dims, sha256) = expected;
    let path = idx::find(folder, name).ok_or_else(|| missing(folder, name))?;
    let bytes = idx::read(&path)?;
    let Idx { dims: found, data } = idx::decode(&bytes).map_err(|p| p.in_file(&path))?;
    let wrong =
        |what: String| Problem::new(what).in_file(&path).remedy("install the package `dataset-fashion-mnist` anew");
    let Values::U8(values) = data else { return Err(wrong("not a file of bytes".into())) };
    if found != *dims {
        return Err(wrong(format!("of another size than Fashion-MNIST's {dims:?}")).received(format!("{found:?}")));
    }
    let sum = sha256_hex(&bytes);
    if sum != *sha256 {
        return Err(wrong(format!("not Fashion-MNIST's file: its SHA-256 should be {sha256}")).received(sum));
    }
    Ok(values)
}

fn missing(folder: &Path, name: &str) -> Problem {
    let remedy = "install the Debian package `dataset-fashion-mnist`, or name the folder of its four IDX files with \
                  `--data`; the source `fashion-mnist-subset` needs no files";
    Problem::new(format!("`{name}` is missing, packed (.gz) or not")).in_file(folder).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn told(folder: &Path) -> Vec<String> {
        let error = FashionMnist {}.load("fashion-mnist", Some(folder)).map(|_| ()).unwrap_err();
        error.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn missing_files_are_all_named_with_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let told = told(folder.path());
        assert_eq!(told.len(), 4);
        assert!(told.iter().all(|t| t.contains("dataset-fashion-mnist") && t.contains("is missing")), "{told:?}");
    }

    fn broken(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("train-labels-idx1-ubyte"), bytes).unwrap();
        told(folder.path()).swap_remove(1)
    }

    fn labels(n: usize) -> Vec<u8> {
        idx::encode(&Idx { dims: vec![n], data: Values::U8(vec![3; n]) })
    }

    #[test]
    fn each_way_to_be_broken_is_told_apart() {
        assert!(broken(&labels(60_000)).contains("SHA-256 should be bad3541b"));
        assert!(broken(&labels(9)).contains("another size than Fashion-MNIST's [60000]; received [9]"));
        assert!(broken(&labels(60_000)[..50_000]).contains("cut short"));
        assert!(broken(b"<html>not found</html>").contains("not an IDX file"));
        let wide = idx::encode(&Idx { dims: vec![60_000], data: Values::U32(vec![3; 60_000]) });
        assert!(broken(&wide).contains("not a file of bytes"));
    }

    #[test]
    fn a_cut_gzip_file_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let packed = idx::pack(&labels(60_000)).unwrap();
        fs::write(folder.path().join("train-labels-idx1-ubyte.gz"), &packed[..packed.len() - 9]).unwrap();
        assert!(told(folder.path())[1].contains("not a whole gzip file"));
    }

    /// With the Debian package installed; elsewhere there is nothing to read.
    #[test]
    fn the_full_data_are_split_as_documented() {
        let Ok(data) = FashionMnist {}.load("fashion-mnist", None) else { return };
        assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (55_000, 5_000, 10_000));
        for class in 0..10 {
            assert_eq!(data.validation.label.iter().filter(|&&l| l == class).count(), 500);
        }
        let bytes = data.train.pixels.iter().chain(&data.validation.pixels);
        let mean = bytes.map(|&b| f64::from(b)).sum::<f64>() / (60_000.0 * 784.0 * 255.0);
        assert!((mean - 0.2860).abs() < 1e-4, "{mean}");
    }
}
