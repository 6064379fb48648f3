//! Any four IDX files: training images and labels, test images and labels.

use super::idx::{self, Idx, Values};
use super::split::Unsplit;
use super::{Dataset, Images, Load, Scaling, needed};
use crate::problem::{Problem, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Images in IDX files, packed (.gz) or not, grey or in colour (a fourth dimension).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IdxFolder {
    /// Height and width of an image, and its channels unless there is one.
    pub size: Vec<usize>,
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// Validation: the last so many training images of every class, in file order.
    pub hold_out: usize,
    /// Names of the files, without `.gz`: training images and labels, test images and labels.
    #[serde(default = "names")]
    pub files: [String; 4],
    /// How bytes become the network's input; from the training pixels if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

fn names() -> [String; 4] {
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
        .map(String::from)
}

impl Load for IdxFolder {
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
        let folder = needed(name, folder)?;
        let mut problems = Problems::default();
        let pairs = [[&self.files[0], &self.files[1]], [&self.files[2], &self.files[3]]];
        let [train, test] = pairs.map(|pair| problems.note(self.images(folder, pair)).unwrap_or_default());
        let all = Unsplit { input: self.input(), classes: self.classes.clone(), train, test };
        Ok(problems.or(all)?.split(name, self.hold_out, self.scaling.as_ref())?)
    }

    fn complaints(&self) -> Vec<(&'static str, String)> {
        let size = (2..=3).contains(&self.size.len()) && !self.size.contains(&0);
        let all = [
            ("size", size, "must be height and width, and channels unless there is one".into()),
            ("classes", (2..=256).contains(&self.classes.len()), "must be the names of 2 to 256 classes".into()),
            ("hold-out", self.hold_out > 0, "must be above zero".into()),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why)).collect()
    }
}

impl IdxFolder {
    fn input(&self) -> [usize; 3] {
        match self.size[..] {
            [h, w, c] => [h, w, c],
            [h, w] => [h, w, 1],
            _ => [0; 3],
        }
    }

    /// The images of two files, checked against each other and the settings.
    fn images(&self, folder: &Path, [images, labels]: [&String; 2]) -> Result<Images, Problems> {
        let mut problems = Problems::default();
        let [pixels, label] = [images, labels].map(|name| problems.note(bytes(folder, name)).unwrap_or_default());
        let (pixels, label) = problems.or((pixels, label))?;
        let [h, w, c] = self.input();
        let fits = |dims: &[usize]| matches!(*dims, [_, y, x] if [y, x, 1] == [h, w, c]) || matches!(*dims, [_, y, x, z] if [y, x, z] == [h, w, c]);
        if !fits(&pixels.dims) {
            let what = format!("`{images}` holds other images than `size` = {:?} says", self.size);
            return Err(told(folder, images, what, format!("{:?}", pixels.dims), "state their size").into());
        }
        if label.dims != pixels.dims[..1] {
            let what = format!("`{labels}` does not hold a label for each of {} images", pixels.dims[0]);
            return Err(told(folder, labels, what, format!("{:?}", label.dims), "fetch both files anew").into());
        }
        let classes = self.classes.len();
        if let Some(at) = label.bytes.iter().position(|&l| usize::from(l) >= classes) {
            let what = format!("`{labels}` has labels beyond the {classes} names in `classes`");
            let received = format!("label {} of image {at}", label.bytes[at]);
            return Err(told(folder, labels, what, received, "name every class, by label from 0 on").into());
        }
        Ok(Images::numbered(pixels.bytes, label.bytes))
    }
}

fn told(folder: &Path, name: &str, what: String, received: String, remedy: &str) -> Problem {
    Problem::new(what).in_file(folder.join(name)).received(received).remedy(remedy)
}

#[derive(Default)]
struct Bytes {
    dims: Vec<usize>,
    bytes: Vec<u8>,
}

fn bytes(folder: &Path, name: &str) -> Result<Bytes, Problem> {
    let missing = || {
        let remedy = "name the folder of the four IDX files with `--data`, and the files themselves in `files`";
        Problem::new(format!("`{name}` is missing, packed (.gz) or not")).in_file(folder).remedy(remedy)
    };
    let path = idx::find(folder, name).ok_or_else(missing)?;
    match idx::decode(&idx::read(&path)?).map_err(|p| p.in_file(&path))? {
        Idx { dims, data: Values::U8(bytes) } => Ok(Bytes { dims, bytes }),
        _ => Err(Problem::new("not a file of bytes").in_file(&path).remedy("write pixels and labels as type 0x08")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn source() -> IdxFolder {
        let classes = vec!["dark".into(), "light".into()];
        IdxFolder { size: vec![2, 3, 3], classes, hold_out: 1, files: names(), scaling: None }
    }

    /// `n` images of 2 x 3 pixels in colour, classes in turn.
    fn write(folder: &Path, n: usize, which: usize, packed: bool) {
        let pixels = (0..n * 18).map(|i| (i * 7 + i / 18 % 2 * 90) as u8).collect();
        let labels = (0..n).map(|i| (i % 2) as u8).collect();
        let files = [Idx { dims: vec![n, 2, 3, 3], data: Values::U8(pixels) }, Idx { dims: vec![n], data: Values::U8(labels) }];
        for (i, idx) in files.iter().enumerate() {
            let (name, bytes) = (&names()[2 * which + i], idx::encode(idx));
            match packed {
                true => fs::write(folder.join(format!("{name}.gz")), idx::pack(&bytes).unwrap()).unwrap(),
                false => fs::write(folder.join(name), bytes).unwrap(),
            }
        }
    }

    fn told(change: impl Fn(&Path, &mut IdxFolder)) -> String {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 8, 0, false);
        write(folder.path(), 4, 1, true);
        let mut source = source();
        change(folder.path(), &mut source);
        source.load("idx", Some(folder.path())).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn colour_from_any_folder() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 8, 0, false);
        write(folder.path(), 4, 1, true);
        let data = source().load("idx", Some(folder.path())).unwrap();
        assert_eq!((data.input, data.train.len(), data.validation.len(), data.test.len()), ([2, 3, 3], 6, 2, 4));
        assert_eq!((&data.validation.number[..], data.train.image(1)[2]), (&[6, 7][..], (20 * 7 + 90) as u8));
        assert_eq!((data.scaling.channels(), data.source.as_str()), (3, "idx"));
    }

    #[test]
    fn each_way_to_be_broken_is_told_apart() {
        assert!(told(|f, _| fs::remove_file(f.join(&names()[1])).unwrap()).contains("is missing, packed (.gz) or not"));
        assert!(told(|_, s| s.size = vec![3, 2, 3]).contains("holds other images than `size` = [3, 2, 3] says"));
        assert!(told(|_, s| drop(s.classes.pop())).contains("label 1 of image 1"));
        assert!(told(|_, s| s.classes.push("grey".into())).contains("class `grey` has no training images"));
        let unlike = told(|f, _| fs::write(f.join(&names()[1]), idx::encode(&Idx { dims: vec![7], data: Values::U8(vec![0; 7]) })).unwrap());
        assert!(unlike.contains("does not hold a label for each of 8 images; received [7]"), "{unlike}");
        let cut = told(|f, _| fs::write(f.join(&names()[0]), [0, 0, 8, 1, 0, 0, 0, 9, 1]).unwrap());
        assert!(cut.contains("cut short") && cut.contains("train-images"), "{cut}");
        let none = source().load("idx", None).map(|_| ()).unwrap_err().to_string();
        assert!(none.contains("`idx` needs files") && none.contains("--data"), "{none}");
        let senseless = IdxFolder { size: vec![2], hold_out: 0, classes: vec![], ..source() };
        assert_eq!(senseless.complaints().len(), 3);
    }
}
