//! Images as a training step sees them: mirrored, shifted, partly blotted out; each a function of (seed, epoch, image).

use super::settings::Train;
use crate::lab::data::{Images, Scaling};
use crate::random::{Purpose, Rng, Stream};

/// Changes images.
#[derive(Debug)]
pub struct Augment<'a> {
    settings: &'a Train,
    stream: Stream,
    tables: Vec<[f32; 256]>,
    image: [usize; 3],
}

/// How an image is mirrored and shifted; no shift is at half of all.
struct Look {
    flip: bool,
    down: usize,
    right: usize,
}

impl<'a> Augment<'a> {
    /// For images of height, width and channels.
    pub fn new(settings: &'a Train, seed: u64, scaling: &Scaling, image: [usize; 3]) -> Self {
        let stream = Stream::new(seed, 0, Purpose::Augmentation);
        Self { settings, stream, tables: scaling.tables(), image }
    }

    /// Writes a batch of images at some positions, as the network takes them.
    pub fn fill(&self, images: &Images, positions: &[u32], epoch: u64, out: &mut [f32]) {
        let size = self.image.iter().product();
        for (&position, out) in positions.iter().zip(out.chunks_exact_mut(size)) {
            self.one(images.image(position as usize), &mut self.rng(position, epoch), out);
        }
    }

    /// A number for each of these images and its look, by the image's own number: equal where they are the same. None
    /// where a rectangle may be blotted out anywhere.
    pub fn looks(&self, images: &Images, positions: &[u32], epoch: u64) -> Vec<u64> {
        if self.settings.erase.is_some() {
            return Vec::new();
        }
        let side = 2 * u64::from(self.settings.shift) + 1;
        let number = |&position: &u32| {
            let Look { flip, down, right } = self.look(&mut self.rng(position, epoch));
            let image = u64::from(images.number[position as usize]);
            ((image * 2 + u64::from(flip)) * side + down as u64) * side + right as u64
        };
        positions.iter().map(number).collect()
    }

    fn rng(&self, position: u32, epoch: u64) -> Rng {
        Rng::new(self.stream, u64::from(position), epoch as u32)
    }

    fn look(&self, rng: &mut Rng) -> Look {
        let flip = self.settings.flip && rng.chance(0.5);
        let [down, right] = [(); 2].map(|()| rng.index(2 * self.settings.shift as usize + 1));
        Look { flip, down, right }
    }

    fn one(&self, image: &[u8], rng: &mut Rng, out: &mut [f32]) {
        let [h, w, c] = self.image;
        let Look { flip, down, right } = self.look(rng);
        let [down, right] = [down, right].map(|by| by as isize - self.settings.shift as isize);
        for y in 0..h {
            for x in 0..w {
                let from_x = x as isize - right;
                let from_x = if flip { w as isize - 1 - from_x } else { from_x };
                let from = at(y as isize - down, h).zip(at(from_x, w)).map(|(y, x)| (y * w + x) * c);
                for channel in 0..c {
                    out[(y * w + x) * c + channel] =
                        self.tables[channel][from.map_or(0, |p| usize::from(image[p + channel]))];
                }
            }
        }
        self.erase(rng, out);
    }

    /// The mean is 0 once scaled.
    fn erase(&self, rng: &mut Rng, out: &mut [f32]) {
        let Some(erase) = self.settings.erase.filter(|e| rng.chance(e.chance)) else { return };
        let [h, w, c] = self.image;
        let [short, long] = erase.sides.map(|s| s as usize);
        let [height, width] = [(); 2].map(|()| short + rng.index(long - short + 1));
        let (top, left) = (rng.index(h - height + 1), rng.index(w - width + 1));
        for y in top..top + height {
            out[(y * w + left) * c..][..width * c].fill(0.0);
        }
    }
}

/// A coordinate inside the image; outside it is black.
fn at(coordinate: isize, size: usize) -> Option<usize> {
    usize::try_from(coordinate).ok().filter(|&c| c < size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::train::Erase;

    fn images() -> Images {
        Images { number: vec![0], label: vec![0], pixels: (1..=20).collect() }
    }

    fn seen(settings: &Train, epoch: u64) -> Vec<i64> {
        let mut out = vec![f32::NAN; 20];
        Augment::new(settings, 1, &Scaling::grey(0.0, 1.0 / 255.0), [4, 5, 1]).fill(&images(), &[0], epoch, &mut out);
        out.iter().map(|v| v.round() as i64).collect()
    }

    fn plain() -> Train {
        Train { flip: false, shift: 0, erase: None, ..super::super::tests::settings(1) }
    }

    #[test]
    fn without_changes_the_image_is_itself() {
        assert_eq!(seen(&plain(), 3), (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn half_are_mirrored() {
        let settings = Train { flip: true, ..plain() };
        let mirrored = (0..200).map(|e| seen(&settings, e)).filter(|v| v[..5] == [5, 4, 3, 2, 1]).count();
        assert!((70..130).contains(&mirrored), "{mirrored}");
    }

    #[test]
    fn shifts_reach_every_place_and_fill_with_black() {
        let settings = Train { shift: 1, ..plain() };
        let all: std::collections::BTreeSet<_> = (0..400).map(|e| seen(&settings, e)).collect();
        assert_eq!(all.len(), 9);
        let right_and_down: Vec<i64> = vec![0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 6, 7, 8, 9, 0, 11, 12, 13, 14];
        assert!(all.contains(&right_and_down));
    }

    #[test]
    fn equal_looks_are_equal_pixels() {
        let settings = Train { flip: true, shift: 1, ..plain() };
        let augment = Augment::new(&settings, 1, &Scaling::grey(0.0, 1.0 / 255.0), [4, 5, 1]);
        let both = |epoch| (augment.looks(&images(), &[0], epoch)[0], seen(&settings, epoch));
        let all: std::collections::BTreeMap<_, _> = (0..600).map(both).collect();
        assert_eq!((all.len(), all.values().collect::<std::collections::BTreeSet<_>>().len()), (18, 18));
        assert!((0..600).map(both).all(|(look, pixels)| all[&look] == pixels));
        let erased = Train { erase: Some(Erase { chance: 0.1, sides: [1, 1] }), ..settings };
        let erased = Augment::new(&erased, 1, &Scaling::grey(0.0, 1.0), [4, 5, 1]);
        assert!(erased.looks(&images(), &[0], 0).is_empty());
    }

    #[test]
    fn a_rectangle_is_blotted_out() {
        let settings = Train { erase: Some(Erase { chance: 1.0, sides: [2, 3] }), ..plain() };
        for epoch in 0..100 {
            let gone = seen(&settings, epoch).iter().filter(|&&v| v == 0).count();
            assert!([4, 6, 9].contains(&gone), "{gone}");
        }
    }
}
