//! CIFAR-100 (Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images), binary version.

use super::cifar::{self, Form};
use super::{Dataset, Load, Scaling, needed};
use crate::problem::{Problem, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A training file of 50,000 and a test file of 10,000 colour images of 32 x 32 pixels, with labels at two levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cifar100 {
    /// Which labels.
    #[serde(default)]
    pub labels: Level,
    /// Images in the training file and in the test file; other numbers are for sets in the same format.
    #[serde(default = "images")]
    pub images: [usize; 2],
    /// Validation: the last so many training images of every class, in file order.
    #[serde(default = "hold_out")]
    pub hold_out: usize,
    /// How bytes become the network's input; from the training pixels if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

/// Labels of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The 100 classes.
    #[default]
    Fine,
    /// The 20 superclasses of five classes each.
    Coarse,
}

fn images() -> [usize; 2] {
    [50_000, 10_000]
}

fn hold_out() -> usize {
    50
}

impl Level {
    /// The byte of a row, the file of names, and how many names there are.
    fn place(self) -> (usize, &'static str, usize) {
        match self {
            Self::Coarse => (0, "coarse_label_names.txt", 20),
            Self::Fine => (1, "fine_label_names.txt", 100),
        }
    }
}

impl Load for Cifar100 {
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
        let folder = needed(name, folder)?;
        let (label, file, count) = self.labels.place();
        let form = Form { files: [&["train.bin"], &["test.bin"]], labels: 2, label };
        let classes = cifar::names(folder, file).unwrap_or_default();
        if classes.len() != count {
            let problem = Problem::new(format!("the file of names should hold {count} lines"));
            let remedy = "name the folder of the unpacked binary version with `--data`";
            return Err(problem.in_file(folder.join(file)).received(classes.len()).remedy(remedy).into());
        }
        let all = cifar::read(folder, &form, self.images, classes)?;
        Ok(all.split(name, self.hold_out, self.scaling.as_ref())?)
    }

    fn complaints(&self) -> Vec<(&'static str, String)> {
        cifar::complaints(self.images, self.hold_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data::cifar::made_up::row;
    use std::fs;

    fn write(folder: &Path) {
        let rows = |n: usize| (0..n).flat_map(|i| row(&[(i % 100 / 5) as u8, (i % 100) as u8], i % 8, i as u64));
        fs::write(folder.join("train.bin"), rows(300).collect::<Vec<u8>>()).unwrap();
        fs::write(folder.join("test.bin"), rows(100).collect::<Vec<u8>>()).unwrap();
        for (file, n) in [("fine_label_names.txt", 100), ("coarse_label_names.txt", 20)] {
            fs::write(folder.join(file), (0..n).map(|i| format!("class{i}\n")).collect::<String>()).unwrap();
        }
    }

    #[test]
    fn both_levels_of_labels() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let source = |labels| Cifar100 { labels, images: [300, 100], hold_out: 1, scaling: None };
        let fine = source(Level::Fine).load("cifar-100", Some(folder.path())).unwrap();
        let coarse = source(Level::Coarse).load("cifar-100", Some(folder.path())).unwrap();
        assert_eq!((fine.classes.len(), fine.test.label[99], fine.validation.len()), (100, 99, 100));
        assert_eq!((coarse.classes.len(), coarse.test.label[99], coarse.validation.len()), (20, 19, 20));
        fs::write(folder.path().join("fine_label_names.txt"), "one\n").unwrap();
        let told = source(Level::Fine).load("cifar-100", Some(folder.path())).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains("should hold 100 lines; received 1"), "{told}");
    }
}
