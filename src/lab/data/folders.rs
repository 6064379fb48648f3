//! A folder of images for each class.
//!
//! Classes and images are taken in the order of their names, so the same folders always give the same splits. Names that
//! begin with a dot are passed over; anything else that is no image is told.

use super::split::Unsplit;
use super::{Dataset, Images, Load, Scaling, hold_out, needed};
use crate::problem::{Problem, Problems};
use image::{ImageReader, imageops::FilterType};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// PNG and JPEG files; a folder's name is its class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Folders {
    /// Height and width to which images are resized (linearly); without it, all must be of one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// Colour (transparency is dropped), or grey (by luminance).
    #[serde(default)]
    pub colour: Colour,
    /// Validation: the last so many training images of every class, by name.
    pub hold_out: usize,
    /// Test: the last so many images of every class, by name. Without it, the classes' folders are in `train` and `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// How bytes become the network's input; from the training pixels if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

/// Channels that are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Red, green and blue.
    #[default]
    Rgb,
    /// One channel.
    Grey,
}

/// Files that are told of one by one.
const TOLD: usize = 20;

impl Load for Folders {
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
        let folder = needed(name, folder)?;
        let all = match self.test {
            Some(each) => self.of_one(folder, each)?,
            None => self.of_two(folder)?,
        };
        Ok(all.split(name, self.hold_out, self.scaling.as_ref())?)
    }

    fn complaints(&self) -> Vec<(&'static str, String)> {
        let above = |n: usize| n > 0;
        let all = [
            ("size", self.size.is_none_or(|s| s.into_iter().all(above)), "must be a height and a width above zero"),
            ("hold-out", above(self.hold_out), "must be above zero"),
            ("test", self.test.is_none_or(above), "must be above zero"),
        ];
        all.into_iter().filter(|(_, right, _)| !right).map(|(key, _, why)| (key, why.into())).collect()
    }
}

impl Folders {
    /// Test images by rule.
    fn of_one(&self, folder: &Path, each: usize) -> Result<Unsplit, Problems> {
        let tree = Tree::read(folder)?;
        let (size, images) = self.images(&tree)?;
        let (kept, test) = hold_out(&images.label, each);
        Ok(Unsplit { input: size, classes: tree.classes, train: images.select(&kept), test: images.select(&test) })
    }

    /// Test images by folder.
    fn of_two(&self, folder: &Path) -> Result<Unsplit, Problems> {
        let mut problems = Problems::default();
        let trees = ["train", "test"].map(|part| problems.note(Tree::read(&folder.join(part))).unwrap_or_default());
        let [train, test] = problems.or(trees)?;
        if train.classes != test.classes {
            let problem = Problem::new("`train` and `test` do not hold folders of the same names").in_file(folder);
            return Err(problem.received(format!("{:?} and {:?}", train.classes, test.classes)).into());
        }
        let mut problems = Problems::default();
        let read = [&train, &test].map(|tree| problems.note(self.images(tree)).unwrap_or_default());
        let [(input, images), (other, tests)] = problems.or(read)?;
        if input != other {
            let problem = Problem::new("training and test images are of unlike size").in_file(folder);
            return Err(problem.received(format!("{input:?} and {other:?}")).remedy(RESIZE).into());
        }
        Ok(Unsplit { input, classes: train.classes, train: images, test: tests })
    }

    /// All images of a tree, and their common size.
    fn images(&self, tree: &Tree) -> Result<([usize; 3], Images), Problems> {
        let read = |(path, _): &(PathBuf, u8)| self.image(path);
        let read: Vec<Result<_, Problem>> = tree.files.par_iter().map(read).collect();
        let mut problems = Problems::default();
        let mut images = Images::default();
        let mut common: Option<([usize; 3], &Path)> = None;
        for ((number, (path, label)), image) in (0..).zip(&tree.files).zip(read) {
            let found = image.and_then(|(size, pixels)| {
                let (first, at) = *common.get_or_insert((size, path));
                if first == size { Ok(pixels) } else { Err(unlike(path, size, at, first)) }
            });
            match found {
                Ok(pixels) => {
                    images.number.push(number);
                    images.label.push(*label);
                    images.pixels.extend(pixels);
                }
                Err(problem) if problems.0.len() < TOLD => problems.push(problem),
                Err(_) => {}
            }
        }
        problems.or((common.map_or([0; 3], |c| c.0), images))
    }

    /// Size and bytes of one image.
    fn image(&self, path: &Path) -> Result<([usize; 3], Vec<u8>), Problem> {
        let opened = ImageReader::open(path).and_then(ImageReader::with_guessed_format);
        let image = opened.map_err(|e| Problem::io("read the image", path, &e))?.decode().map_err(|e| {
            let remedy = "PNG and JPEG files are read: replace the file, or take it out of the folder";
            Problem::new(format!("not a whole image: {e}")).in_file(path).remedy(remedy)
        })?;
        let image = match self.size {
            Some([h, w]) if [h, w] != [image.height() as usize, image.width() as usize] => {
                image.resize_exact(w as u32, h as u32, FilterType::Triangle)
            }
            _ => image,
        };
        let [h, w] = [image.height() as usize, image.width() as usize];
        Ok(match self.colour {
            Colour::Rgb => ([h, w, 3], image.into_rgb8().into_raw()),
            Colour::Grey => ([h, w, 1], image.into_luma8().into_raw()),
        })
    }
}

const RESIZE: &str = "state `size = [height, width]`, to which all are then resized";

fn unlike(path: &Path, size: [usize; 3], first_at: &Path, first: [usize; 3]) -> Problem {
    let what = format!("images of unlike size: {} is {} x {}", first_at.display(), first[0], first[1]);
    Problem::new(what).in_file(path).received(format!("{} x {}", size[0], size[1])).remedy(RESIZE)
}

/// Classes and files, in the order of their names.
#[derive(Debug, Default)]
struct Tree {
    classes: Vec<String>,
    files: Vec<(PathBuf, u8)>,
}

impl Tree {
    fn read(folder: &Path) -> Result<Self, Problems> {
        let classes = names(folder)?;
        if !(2..=256).contains(&classes.len()) {
            let problem = Problem::new("needs a folder for each of 2 to 256 classes").in_file(folder);
            return Err(problem.received(format!("{} names", classes.len())).remedy(REMEDY).into());
        }
        let mut problems = Problems::default();
        let mut files = Vec::new();
        for (class, label) in classes.iter().zip(0..) {
            let inside = folder.join(class);
            let found = problems.note(names(&inside)).unwrap_or_default();
            if found.is_empty() && inside.is_dir() {
                problems.push(Problem::new(format!("class `{class}` is empty")).in_file(&inside).remedy(REMEDY));
            }
            files.extend(found.into_iter().map(|name| (inside.join(name), label)));
        }
        problems.or(Self { classes, files })
    }
}

const REMEDY: &str = "put each class's images into a folder of its name, in the folder that `--data` names (or, without \
                      `test` in the recipe, in its folders `train` and `test`)";

/// Names in a folder, sorted, those that begin with a dot left out.
fn names(folder: &Path) -> Result<Vec<String>, Problem> {
    let wrong = |e: std::io::Error| Problem::io("list the folder", folder, &e).remedy(REMEDY);
    let name = |entry: std::io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    let mut names = fs::read_dir(folder).map_err(wrong)?.map(name).collect::<Result<Vec<String>, _>>().map_err(wrong)?;
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use image::{ImageBuffer, Rgb};

    /// An image of one colour with a dark first row.
    fn write(path: &Path, [h, w]: [u32; 2], colour: [u8; 3]) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let pixel = |_, y| if y == 0 { Rgb([0; 3]) } else { Rgb(colour) };
        ImageBuffer::from_fn(w, h, pixel).save(path).unwrap();
    }

    /// Two classes of `n` images, PNG and JPEG in turn.
    pub fn class_folders(folder: &Path, n: u8) {
        for (class, base) in [("cold", [10, 60, 200]), ("warm", [220, 90, 20])] {
            for i in 0..n {
                let ending = if i % 2 == 0 { "png" } else { "jpg" };
                write(&folder.join(class).join(format!("{i:03}.{ending}")), [16, 12], base.map(|v| v + 2 * i.min(10)));
            }
        }
    }

    fn source(test: Option<usize>) -> Folders {
        Folders { size: None, colour: Colour::Rgb, hold_out: 1, test, scaling: None }
    }

    fn load(source: &Folders, folder: &Path) -> Result<Dataset, Problems> {
        source.load("images", Some(folder))
    }

    #[test]
    fn the_last_by_name_are_held_out() {
        let home = tempfile::tempdir().unwrap();
        class_folders(home.path(), 6);
        fs::write(home.path().join("cold/.hidden"), b"").unwrap();
        let data = load(&source(Some(2)), home.path()).unwrap();
        assert_eq!((data.input, &data.classes[..]), ([16, 12, 3], &["cold".to_string(), "warm".into()][..]));
        assert_eq!(data.train.number, [0, 1, 2, 6, 7, 8]);
        assert_eq!((&data.validation.number[..], &data.test.number[..]), (&[3, 9][..], &[4, 5, 10, 11][..]));
        assert_eq!((data.train.label[3], &data.train.image(3)[36..39]), (1, &[220, 90, 20][..]));
        let near = |(a, b): (&u8, u8)| a.abs_diff(b) < 12;
        assert!(data.train.image(1)[150..153].iter().zip([12, 62, 202]).all(near), "JPEG is near");
    }

    #[test]
    fn folders_train_and_test_and_another_size() {
        let home = tempfile::tempdir().unwrap();
        class_folders(&home.path().join("train"), 4);
        class_folders(&home.path().join("test"), 2);
        let small = Folders { size: Some([8, 6]), colour: Colour::Grey, ..source(None) };
        let data = load(&small, home.path()).unwrap();
        assert_eq!((data.input, data.train.len(), data.test.len()), ([8, 6, 1], 6, 4));
        // Luminance of (10, 60, 200) by BT.709, away from the dark row.
        assert!(data.train.image(0)[30].abs_diff(59) <= 1, "{:?}", data.train.image(0));
        assert_ne!(data.sha256, load(&source(None), home.path()).unwrap().sha256);
    }

    fn told(change: impl Fn(&Path)) -> String {
        let home = tempfile::tempdir().unwrap();
        class_folders(home.path(), 6);
        change(home.path());
        load(&source(Some(2)), home.path()).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn each_way_to_be_broken_is_told_apart() {
        let unlike = told(|f| write(&f.join("warm/0.png"), [5, 7], [9; 3]));
        assert!(unlike.contains("images of unlike size") && unlike.contains("received 5 x 7"), "{unlike}");
        assert!(unlike.contains("state `size") && unlike.contains("warm/0.png"), "{unlike}");
        assert!(told(|f| fs::create_dir(f.join("empty")).unwrap()).contains("class `empty` is empty"));
        assert!(told(|f| fs::write(f.join("cold/notes.txt"), b"mine").unwrap()).contains("not a whole image"));
        assert!(told(|f| fs::write(f.join("notes.txt"), b"mine").unwrap()).contains("notes.txt"));
        let cut = told(|f| {
            let path = f.join("cold/000.png");
            fs::write(&path, &fs::read(&path).unwrap()[..60]).unwrap();
        });
        assert!(cut.contains("not a whole image") && cut.contains("cold/000.png"), "{cut}");
        assert!(told(|f| fs::remove_dir_all(f.join("cold")).unwrap()).contains("2 to 256 classes"));
        let home = tempfile::tempdir().unwrap();
        class_folders(home.path(), 2);
        let none = load(&source(None), home.path()).map(|_| ()).unwrap_err().to_string();
        assert!(none.contains("train") && none.contains("test"), "{none}");
        let few = load(&source(Some(2)), home.path()).map(|_| ()).unwrap_err().to_string();
        assert!(few.contains("class `cold` has no training images"), "{few}");
    }
}
