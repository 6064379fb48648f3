//! CIFAR-10 (Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images), binary version.

use super::cifar::{self, Form};
use super::{Dataset, Load, Scaling, needed};
use crate::problem::Problems;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Five training files and a test file of 10,000 colour images of 32 x 32 pixels each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cifar10 {
    /// Images in all training files and in the test file; other numbers are for sets in the same format.
    #[serde(default = "images")]
    pub images: [usize; 2],
    /// Validation: the last so many training images of every class, in file order.
    #[serde(default = "hold_out")]
    pub hold_out: usize,
    /// How bytes become the network's input; from the training pixels if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

fn images() -> [usize; 2] {
    [50_000, 10_000]
}

fn hold_out() -> usize {
    500
}

/// Names of the classes, by label.
const CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const TRAIN: [&str; 5] =
    ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];
const FORM: Form = Form { files: [&TRAIN, &["test_batch.bin"]], labels: 1, label: 0 };

impl Load for Cifar10 {
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
        let classes = CLASSES.map(String::from).to_vec();
        let all = cifar::read(needed(name, folder)?, &FORM, self.images, classes)?;
        Ok(all.split(name, self.hold_out, self.scaling.as_ref())?)
    }

    fn complaints(&self) -> Vec<(&'static str, String)> {
        cifar::complaints(self.images, self.hold_out)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::lab::data::cifar::made_up::row;
    use std::fs;

    /// Files of so many images of each class.
    pub fn write(folder: &Path, train: usize, test: usize) {
        let rows = |from: usize, n: usize| {
            (0..10 * n).flat_map(move |i| row(&[(i % 10) as u8], i % 10, (from + i) as u64)).collect::<Vec<u8>>()
        };
        for (i, name) in TRAIN.iter().enumerate() {
            fs::write(folder.join(name), rows(10 * train * i, train)).unwrap();
        }
        fs::write(folder.join("test_batch.bin"), rows(1_000_000, test)).unwrap();
    }

    fn source() -> Cifar10 {
        Cifar10 { images: [100, 10], hold_out: 2, scaling: None }
    }

    #[test]
    fn files_follow_one_another_and_planes_become_pixels() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 2, 1);
        let data = source().load("cifar-10", Some(folder.path())).unwrap();
        assert_eq!((data.input, data.train.len(), data.validation.len(), data.test.len()), ([32, 32, 3], 80, 20, 10));
        assert_eq!((data.train.number[79], data.validation.number[0], data.classes[3].as_str()), (79, 80, "cat"));
        let first = row(&[0], 0, 0);
        assert_eq!(data.train.image(0)[..6], [first[1], first[1025], first[2049], first[2], first[1026], first[2050]]);
        assert_eq!(data.scaling.channels(), 3);
    }

    fn told(change: impl Fn(&Path)) -> String {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 2, 1);
        change(folder.path());
        source().load("cifar-10", Some(folder.path())).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn each_way_to_be_broken_is_told_apart() {
        let cut = |f: &Path, n: usize| {
            let path = f.join("data_batch_2.bin");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..n]).unwrap();
        };
        assert!(told(|f| cut(f, 4000)).contains("not whole rows of 3073 bytes"));
        assert!(told(|f| cut(f, 0)).contains("data_batch_2.bin"));
        assert!(told(|f| cut(f, 3073)).contains("should hold 100 images; received 81"));
        let missing = told(|f| fs::remove_file(f.join("test_batch.bin")).unwrap());
        assert!(missing.contains("test_batch.bin") && missing.contains("--data"), "{missing}");
        let stray = told(|f| fs::write(f.join("test_batch.bin"), row(&[10], 0, 0)).unwrap());
        assert!(stray.contains("a label beyond the 10 classes") && stray.contains("label 10 of image 0"), "{stray}");
    }
}
