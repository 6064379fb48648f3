//! From a source's images to the three splits.

use super::{Dataset, Images, Scaling, hold_out};
use crate::problem::Problem;
use crate::store::hash::Hasher;

/// What a source has read, before choices are held out.
pub struct Unsplit {
    /// Height, width and channels of each image.
    pub input: [usize; 3],
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// The images that may be trained on.
    pub train: Images,
    /// The images that results are read from.
    pub test: Images,
}

impl Unsplit {
    /// Holds out the last `each` training images of every class for choices; scales by the others' pixels unless
    /// `scaling` says how. The checksum is over all that comes out.
    ///
    /// # Errors
    /// A class without images in one of the splits, a scaling that does not fit.
    pub fn split(self, source: &str, each: usize, scaling: Option<&Scaling>) -> Result<Dataset, Problem> {
        let Self { input, classes, train, test } = self;
        let (kept, held_out) = hold_out(&train.label, each);
        let (train, validation) = (train.select(&kept), train.select(&held_out));
        for (name, images) in [("training", &train), ("validation", &validation), ("test", &test)] {
            peopled(name, images, &classes, each)?;
        }
        let complaint = scaling.and_then(|s| s.complaint(input[2]));
        if let Some(complaint) = complaint {
            return Err(Problem::new(format!("`scaling` {complaint}")).received(format!("{scaling:?}")));
        }
        let scaling = scaling.cloned().map_or_else(|| Scaling::of(&train.pixels, input[2]), Ok)?;
        let sha256 = checksum(&input, &classes, &scaling, [&train, &validation, &test]);
        Ok(Dataset { source: source.into(), sha256, input, classes, scaling, train, validation, test })
    }
}

/// Checks that every class has images.
fn peopled(split: &str, images: &Images, classes: &[String], each: usize) -> Result<(), Problem> {
    let counts = images.of_each(classes.len());
    let Some(empty) = counts.iter().position(|&n| n == 0) else { return Ok(()) };
    let what = format!("class `{}` has no {split} images", classes[empty]);
    let remedy = match split {
        "test" => "give every class test images".to_string(),
        _ => format!("give every class more than `hold-out` = {each} training images, and hold out one or more"),
    };
    Err(Problem::new(what).received(format!("{} {split} images in all", images.len())).remedy(remedy))
}

/// SHA-256 over sizes, names, scale, and each split's numbers, labels and pixels.
fn checksum(input: &[usize; 3], classes: &[String], scaling: &Scaling, splits: [&Images; 3]) -> String {
    let mut all = Hasher::new();
    input.iter().for_each(|&n| all.update(&(n as u64).to_le_bytes()));
    classes.iter().for_each(|name| all.field(name));
    scaling.mean.iter().chain(&scaling.deviation).for_each(|v| all.update(&v.to_le_bytes()));
    for images in splits {
        all.update(&(images.len() as u64).to_le_bytes());
        images.number.iter().for_each(|n| all.update(&n.to_le_bytes()));
        all.update(&images.label);
        all.update(&images.pixels);
    }
    all.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsplit() -> Unsplit {
        let images = |n: u8| Images::numbered((0..4 * n).collect(), (0..n).map(|i| i % 2).collect());
        Unsplit { input: [2, 2, 1], classes: vec!["a".into(), "b".into()], train: images(8), test: images(2) }
    }

    #[test]
    fn choices_are_held_out_and_pixels_of_the_others_scale() {
        let data = unsplit().split("made-up", 1, None).unwrap();
        assert_eq!((data.train.len(), &data.validation.number[..], data.test.len()), (6, &[6, 7][..], 2));
        assert!((f64::from(data.scaling.mean[0]) - 11.5 / 255.0).abs() < 1e-7);
    }

    #[test]
    fn the_checksum_sees_everything() {
        let base = unsplit().split("made-up", 1, None).unwrap().sha256;
        assert_eq!(base, unsplit().split("otherwise", 1, None).unwrap().sha256);
        let changed = |change: fn(&mut Unsplit)| {
            let mut other = unsplit();
            change(&mut other);
            other.split("made-up", 1, Some(&Scaling::grey(0.5, 0.5))).unwrap().sha256
        };
        let all = [
            base,
            unsplit().split("made-up", 2, None).unwrap().sha256,
            changed(|_| ()),
            changed(|u| u.classes[0].push('a')),
            changed(|u| u.test.pixels[0] = 99),
            changed(|u| u.train.label.swap(0, 1)),
            changed(|u| u.test.number[1] = 7),
        ];
        assert_eq!(std::collections::BTreeSet::from(all.clone()).len(), all.len());
    }

    #[test]
    fn an_empty_class_is_told() {
        let told = |u: Unsplit, each| u.split("made-up", each, None).unwrap_err().to_string();
        let mut no_test = unsplit();
        no_test.test.label = vec![0, 0];
        assert!(told(no_test, 1).contains("class `b` has no test images"));
        assert!(told(unsplit(), 4).contains("class `a` has no training images"));
        assert!(told(unsplit(), 0).contains("class `a` has no validation images"));
        let mut wide = unsplit();
        wide.input = [2, 1, 2];
        let told = wide.split("made-up", 1, Some(&Scaling::grey(0.5, 0.5))).unwrap_err().to_string();
        assert!(told.contains("`scaling` needs 2 means"), "{told}");
    }
}
