//! The binary format of CIFAR (Krizhevsky 2009): rows of one or two label bytes, then a red, a green and a blue plane of
//! 32 x 32 bytes.

use super::Images;
use super::split::Unsplit;
use crate::problem::{Problem, Problems};
use std::fs;
use std::path::Path;

/// Side of an image, pixels.
const SIDE: usize = 32;
/// Bytes of an image.
const IMAGE: usize = 3 * SIDE * SIDE;

/// How a data set is laid out.
pub struct Form<'a> {
    /// Training files, in order, then the test file.
    pub files: [&'a [&'a str]; 2],
    /// Label bytes of a row.
    pub labels: usize,
    /// Which of them counts.
    pub label: usize,
}

/// Reads all files.
pub fn read(folder: &Path, form: &Form, images: [usize; 2], classes: Vec<String>) -> Result<Unsplit, Problems> {
    let mut problems = Problems::default();
    let mut parts = form
        .files
        .iter()
        .zip(images)
        .map(|(names, count)| problems.note(part(folder, form, names, count, classes.len())).unwrap_or_default());
    let (train, test) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    drop(parts);
    problems.or(Unsplit { input: [SIDE, SIDE, 3], classes, train, test })
}

/// One split from its files.
fn part(folder: &Path, form: &Form, names: &[&str], count: usize, classes: usize) -> Result<Images, Problems> {
    let mut problems = Problems::default();
    let (mut pixels, mut label) = (Vec::new(), Vec::new());
    for name in names {
        let rows = problems.note(rows(folder, form, name, classes).map_err(Problems::from)).unwrap_or_default();
        for row in rows.chunks_exact(form.labels + IMAGE) {
            label.push(row[form.label]);
            interleave(&row[form.labels..], &mut pixels);
        }
    }
    let remedy = "fetch the files anew, or state how many `images` there are";
    if problems.is_empty() && label.len() != count {
        let what = format!("{} should hold {count} images", names.join(", "));
        problems.push(Problem::new(what).in_file(folder).received(label.len()).remedy(remedy));
    }
    problems.or(Images::numbered(pixels, label))
}

/// A file's bytes: whole rows with known labels.
fn rows(folder: &Path, form: &Form, name: &str, classes: usize) -> Result<Vec<u8>, Problem> {
    let path = folder.join(name);
    let remedy = "name the folder of the unpacked binary version with `--data`";
    let bytes = fs::read(&path).map_err(|e| Problem::io("read the file", &path, &e).remedy(remedy))?;
    let row = form.labels + IMAGE;
    if bytes.is_empty() || !bytes.len().is_multiple_of(row) {
        let what = format!("not whole rows of {row} bytes: cut short, or not in CIFAR's binary format");
        let received = format!("{} bytes, {} too many", bytes.len(), bytes.len() % row);
        return Err(Problem::new(what).in_file(&path).received(received).remedy("fetch the file anew"));
    }
    let stray = bytes.chunks_exact(row).position(|r| usize::from(r[form.label]) >= classes);
    match stray {
        Some(at) => Err(Problem::new(format!("a label beyond the {classes} classes"))
            .in_file(&path)
            .received(format!("label {} of image {at}", bytes[at * row + form.label]))
            .remedy("fetch the file anew: it is corrupt, or of another data set")),
        None => Ok(bytes),
    }
}

/// Planes to pixels.
fn interleave(planes: &[u8], out: &mut Vec<u8>) {
    let (red, rest) = planes.split_at(SIDE * SIDE);
    let (green, blue) = rest.split_at(SIDE * SIDE);
    red.iter().zip(green).zip(blue).for_each(|((r, g), b)| out.extend([*r, *g, *b]));
}

/// Names of classes from a file of lines, if it is there.
pub fn names(folder: &Path, file: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(folder.join(file)).ok()?;
    Some(text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect())
}

/// What makes no sense among the settings of either set.
pub fn complaints(images: [usize; 2], hold_out: usize) -> Vec<(&'static str, String)> {
    let zero = |key, n: usize| (n == 0).then(|| (key, "must be above zero".to_string()));
    [zero("images", images[0].min(images[1])), zero("hold-out", hold_out)].into_iter().flatten().collect()
}

#[cfg(test)]
pub mod made_up {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// A row of a class: its colour is the class, with noise.
    pub fn row(labels: &[u8], class: usize, number: u64) -> Vec<u8> {
        let stream = Stream::new(class as u64, 0, Purpose::Image);
        let noise = |i: usize| (stream.draw(number, i as u64)[0] % 60) as u8;
        let level = |channel: usize| if class >> channel & 1 == 1 { 180 } else { 20 };
        let pixel = |i: usize| level(i / (SIDE * SIDE)) + noise(i);
        labels.iter().copied().chain((0..IMAGE).map(pixel)).collect()
    }
}
