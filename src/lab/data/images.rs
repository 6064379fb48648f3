//! Labelled images in memory, and which of them are taken.

use super::Scaling;

/// Images of one split, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// Each image's number in the file (or the list of files) that it comes from.
    pub number: Vec<u32>,
    /// Labels.
    pub label: Vec<u8>,
    /// Bytes, image after image, height by width by channels.
    pub pixels: Vec<u8>,
}

impl Images {
    /// Images that are numbered from 0.
    pub fn numbered(pixels: Vec<u8>, label: Vec<u8>) -> Self {
        Self { number: (0..label.len() as u32).collect(), label, pixels }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.number.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.number.is_empty()
    }

    /// The bytes of the image at a position.
    pub fn image(&self, position: usize) -> &[u8] {
        let size = self.pixels.len() / self.len().max(1);
        &self.pixels[position * size..][..size]
    }

    /// Those at some positions, in that order.
    pub fn select(&self, positions: &[usize]) -> Self {
        Self {
            number: positions.iter().map(|&p| self.number[p]).collect(),
            label: positions.iter().map(|&p| self.label[p]).collect(),
            pixels: positions.iter().flat_map(|&p| self.image(p)).copied().collect(),
        }
    }

    /// The network's input for all of them, channels last.
    pub fn scaled(&self, scaling: &Scaling) -> Vec<f32> {
        scaled(&self.pixels, &scaling.tables())
    }

    /// How many there are of each of so many classes.
    pub fn of_each(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        self.label.iter().for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }
}

/// Bytes, channels last, by each channel's table.
pub fn scaled(bytes: &[u8], tables: &[[f32; 256]]) -> Vec<f32> {
    match tables {
        [table] => bytes.iter().map(|&b| table[usize::from(b)]).collect(),
        _ => bytes.iter().zip(tables.iter().cycle()).map(|(&b, table)| table[usize::from(b)]).collect(),
    }
}

/// Holds out the last `each` images of every class, in file order: `(kept, held out)` positions, both in file order.
pub fn hold_out(labels: &[u8], each: usize) -> (Vec<usize>, Vec<usize>) {
    let mut left = [0usize; 256];
    labels.iter().for_each(|&label| left[usize::from(label)] += 1);
    let mut is_kept = |label: u8| {
        let left = &mut left[usize::from(label)];
        let kept = *left > each;
        *left -= 1;
        kept
    };
    (0..labels.len()).partition(|&p| is_kept(labels[p]))
}

/// The first `each` images of every class, in file order: their positions.
pub fn first_of_each(labels: &[u8], each: usize) -> Vec<usize> {
    let mut seen = [0usize; 256];
    let mut is_early = |label: u8| {
        let seen = &mut seen[usize::from(label)];
        *seen += 1;
        *seen <= each
    };
    (0..labels.len()).filter(|&p| is_early(labels[p])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_out_the_last_of_each_class() {
        let labels = [0, 1, 0, 1, 0, 1, 0];
        assert_eq!(hold_out(&labels, 1), (vec![0, 1, 2, 3, 4], vec![5, 6]));
        assert_eq!(hold_out(&labels, 9).0, Vec::<usize>::new());
        assert_eq!(first_of_each(&labels, 2), [0, 1, 2, 3]);
    }

    #[test]
    fn each_channel_has_its_scale() {
        let images = Images::numbered(vec![0, 255, 255, 0], vec![0]);
        let scaling = Scaling { mean: vec![0.0, 1.0], deviation: vec![1.0, 0.5] };
        assert_eq!(images.scaled(&scaling), [0.0, 0.0, 1.0, -2.0]);
    }
}
