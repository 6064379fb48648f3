//! A subset of Fashion-MNIST inside the program, so that everything runs without a download: 4,000 + 1,000 images.
//!
//! Per class and in file order: the first 350 images of the full data's training split, the first 50 of its validation
//! split, the first 100 of its test file. Images keep their numbers, so tables of both sources can be joined.
//! The files are written by [`derive`]; their notice is in `fashion-mnist-subset/LICENSE-data`.

use super::fashion_mnist::{CLASSES, scaling, whole};
use super::idx::{self, Idx, Values};
use super::{Dataset, Images, Load, first_of_each, hold_out};
use crate::problem::{Problem, Problems};
use crate::store::hash::Hasher;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The subset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Embedded {}

/// Images of each class: trained on, held out for choices, held out for results.
const EACH: [usize; 3] = [350, 50, 100];

macro_rules! packed {
    ($name:literal) => {
        ($name, include_bytes!(concat!("fashion-mnist-subset/", $name, ".gz")))
    };
}

/// Name and packed bytes of each file.
static FILES: [(&str, &[u8]); 6] = [
    packed!("train-images-idx3-ubyte"),
    packed!("train-labels-idx1-ubyte"),
    packed!("train-numbers-idx1-int"),
    packed!("t10k-images-idx3-ubyte"),
    packed!("t10k-labels-idx1-ubyte"),
    packed!("t10k-numbers-idx1-int"),
];

impl Load for Embedded {
    fn load(&self, name: &str, _: Option<&Path>) -> Result<Dataset, Problems> {
        let unpacked = FILES.iter().map(|f| idx::unpack(f.1)).collect::<Result<Vec<_>, _>>()?;
        let train = images(&unpacked[..3])?;
        let (kept, held_out) = hold_out(&train.label, EACH[1]);
        let mut all = Hasher::new();
        unpacked.iter().for_each(|bytes| all.update(bytes));
        Ok(Dataset {
            source: name.into(),
            sha256: all.hex(),
            input: [28, 28, 1],
            classes: CLASSES.map(String::from).to_vec(),
            scaling: scaling(),
            validation: train.select(&held_out),
            train: train.select(&kept),
            test: images(&unpacked[3..])?,
        })
    }
}

fn images(files: &[Vec<u8>]) -> Result<Images, Problem> {
    let mut values = files.iter().map(|bytes| idx::decode(bytes).map(|idx| idx.data));
    let (pixels, label, number) = (values.next(), values.next(), values.next());
    match (pixels.transpose()?, label.transpose()?, number.transpose()?) {
        (Some(Values::U8(pixels)), Some(Values::U8(label)), Some(Values::U32(number))) => {
            Ok(Images { number, label, pixels })
        }
        _ => Err(Problem::new("the embedded images are of the wrong type")),
    }
}

/// Name and packed bytes of the subset's six files, from a folder of the full data: what `fashion-mnist-subset/` holds.
///
/// # Errors
/// As for loading the full data.
pub fn derive(folder: &Path) -> Result<Vec<(&'static str, Vec<u8>)>, Problems> {
    let [train, test] = whole(folder)?;
    let (kept, held_out) = hold_out(&train.label, 500);
    let mut positions = early(&train, &kept, EACH[0]);
    positions.extend(early(&train, &held_out, EACH[1]));
    positions.sort_unstable();
    let chosen = [train.select(&positions), test.select(&first_of_each(&test.label, EACH[2]))];
    let files = chosen.iter().flat_map(written);
    let packed = |idx: &Idx| idx::pack(&idx::encode(idx)).map_err(|e| Problem::new(format!("cannot pack: {e}")));
    FILES.iter().zip(files).map(|((name, _), idx)| Ok((*name, packed(&idx)?))).collect()
}

/// The first `each` of every class among some positions.
fn early(images: &Images, among: &[usize], each: usize) -> Vec<usize> {
    let labels: Vec<u8> = among.iter().map(|&p| images.label[p]).collect();
    first_of_each(&labels, each).into_iter().map(|i| among[i]).collect()
}

fn written(images: &Images) -> [Idx; 3] {
    let n = images.len();
    [
        Idx { dims: vec![n, 28, 28], data: Values::U8(images.pixels.clone()) },
        Idx { dims: vec![n], data: Values::U8(images.label.clone()) },
        Idx { dims: vec![n], data: Values::U32(images.number.clone()) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data::fashion_mnist::FashionMnist;

    #[test]
    fn the_subset_is_stratified_and_numbered() {
        let data = Embedded {}.load("fashion-mnist-subset", None).unwrap();
        for (images, each) in [&data.train, &data.validation, &data.test].into_iter().zip(EACH) {
            assert_eq!(images.len(), 10 * each);
            assert!((0..10).all(|class| images.label.iter().filter(|&&l| l == class).count() == each));
            assert!(images.number.is_sorted());
            assert_eq!(images.pixels.len(), images.len() * 784);
        }
    }

    /// With the Debian package installed. `SNAPSHOTS=overwrite` writes the files.
    #[test]
    fn the_files_derive_from_the_full_data() {
        let Ok(derived) = derive(Path::new("/usr/share/datasets/fashion-mnist")) else { return };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lab/data/fashion-mnist-subset");
        for ((name, packed), (_, embedded)) in derived.into_iter().zip(&FILES) {
            if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
                std::fs::write(format!("{folder}/{name}.gz"), &packed).unwrap();
            } else {
                assert!(idx::unpack(embedded).unwrap() == idx::unpack(&packed).unwrap(), "{name} is stale");
            }
        }
    }

    #[test]
    fn both_sources_split_alike() {
        let (Ok(full), Ok(subset)) = (FashionMnist {}.load("fashion-mnist", None), Embedded {}.load("fashion-mnist-subset", None)) else { return };
        for (whole, part) in
            [(&full.train, &subset.train), (&full.validation, &subset.validation), (&full.test, &subset.test)]
        {
            for (i, number) in part.number.iter().enumerate() {
                let at = whole.number.binary_search(number).expect("an image changed its split");
                assert_eq!((whole.image(at), whole.label[at]), (part.image(i), part.label[i]));
            }
        }
    }
}
