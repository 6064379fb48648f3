//! Short messages whose statistics both sides know beforehand: nothing of a table is sent.
//!
//! A message is planes of bytes, each of rows. How frequent a byte is taken to be depends on its plane and on what stands
//! to its left and above: both the plane's most common byte, or else how large they are on the mean (a context model as
//! lossless image codecs have it: Weinberger, Seroussi, Sapiro 2000, section III, with few contexts).

use super::rans::{Decoder, encode_each};
use super::reader::Reader;
use super::table::Table;
use crate::problem::Problem;

/// What the statistics of all planes together weigh beside a plane's own, in symbols.
const COMMON: u64 = 64;
/// Contexts by the mean of two neighbours.
const BANDS: usize = 8;
const CONTEXTS: usize = BANDS + 1;

type Counts = [u64; 256];

/// Tables of planes, fitted on examples; every byte has a share in each, so that any message can be written.
#[derive(Clone, Debug)]
pub struct Fitted {
    width: usize,
    planes: Vec<Known>,
}

/// What is known of a plane.
#[derive(Clone, Debug)]
struct Known {
    /// Its most common byte.
    usual: u8,
    tables: Vec<Table>,
}

impl Fitted {
    /// Of examples of each plane: rows of `width` bytes, `len` bytes an example, one after another. What a plane rarely
    /// or never showed in a context is taken to be as frequent as in all planes together, and there once more than it was.
    pub fn of(planes: &[Vec<u8>], width: usize, len: usize) -> Self {
        let usual: Vec<u8> = planes.iter().map(|plane| most_common(plane)).collect();
        let own: Vec<Vec<Counts>> = planes.iter().zip(&usual).map(|(p, u)| counted(p, *u, width, len)).collect();
        let common: Vec<Counts> = (0..CONTEXTS).map(|c| summed(own.iter().map(|o| &o[c]))).collect();
        let plane = |(usual, own): (u8, &Vec<Counts>)| {
            let tables = own.iter().zip(&common).map(|(own, common)| mixed(own, common)).collect();
            Known { usual, tables }
        };
        Self { width: width.max(1), planes: usual.into_iter().zip(&own).map(plane).collect() }
    }

    /// A message: one plane for each of the examples'.
    pub fn encode(&self, planes: &[Vec<u8>]) -> Vec<u8> {
        let plane = |(known, plane): (&'_ Known, &Vec<u8>)| -> Vec<(u8, usize)> {
            plane.iter().zip(0..).map(|(symbol, at)| (*symbol, context(plane, at, self.width, known.usual))).collect()
        };
        let contexts: Vec<Vec<(u8, usize)>> = self.planes.iter().zip(planes).map(plane).collect();
        let all = self.planes.iter().zip(&contexts);
        encode_each(all.flat_map(|(known, plane)| plane.iter().map(|(symbol, c)| (*symbol, &known.tables[*c]))))
    }

    /// The planes of a message, each of `len` bytes.
    ///
    /// # Errors
    /// Bytes that are no whole message.
    pub fn decode(&self, bytes: &[u8], len: usize) -> Result<Vec<Vec<u8>>, Problem> {
        let mut reader = Reader(bytes);
        let mut decoder = Decoder::new(&mut reader)?;
        let mut planes = Vec::new();
        for known in &self.planes {
            let mut plane = Vec::with_capacity(len);
            for at in 0..len {
                let c = context(&plane, at, self.width, known.usual);
                plane.push(decoder.next(&known.tables[c])?);
            }
            planes.push(plane);
        }
        decoder.finish()?;
        Ok(planes)
    }
}

/// By what stands to the left of a place and above it; beyond the edge stands what is usual.
fn context(plane: &[u8], at: usize, width: usize, usual: u8) -> usize {
    let left = if at.is_multiple_of(width) { usual } else { plane[at - 1] };
    let above = if at < width { usual } else { plane[at - width] };
    if left == usual && above == usual { BANDS } else { (usize::from(left) + usize::from(above)) * BANDS / 512 }
}

fn most_common(plane: &[u8]) -> u8 {
    let mut counts = [0u64; 256];
    plane.iter().for_each(|s| counts[usize::from(*s)] += 1);
    (0..=255u8).rev().max_by_key(|s| counts[usize::from(*s)]).unwrap_or(0)
}

fn counted(plane: &[u8], usual: u8, width: usize, len: usize) -> Vec<Counts> {
    let mut counts = vec![[0; 256]; CONTEXTS];
    for example in plane.chunks_exact(len.max(1)) {
        let symbols = example.iter().zip(0..);
        symbols.for_each(|(s, at)| counts[context(example, at, width.max(1), usual)][usize::from(*s)] += 1);
    }
    counts
}

/// Every byte once, and as often as it was counted.
fn summed<'a>(all: impl Iterator<Item = &'a Counts>) -> Counts {
    all.fold([1; 256], |sum, counts| std::array::from_fn(|s| sum[s] + counts[s]))
}

/// Own counts, and [`COMMON`] more symbols as frequent as they are in common; in parts of the common sum, to be exact.
fn mixed(own: &Counts, common: &Counts) -> Table {
    let all: u64 = common.iter().sum();
    Table::of_counts(&std::array::from_fn(|s| own[s] * all + COMMON * common[s]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the examples were, any message comes back, and a cut one is told.
        #[test]
        fn messages_come_back(
            examples in proptest::collection::vec(proptest::collection::vec(0..9u8, 0..200), 1..5),
            bytes in proptest::collection::vec(prop_oneof![5 => Just(0u8), 1 => any::<u8>()], 0..240),
            width in 1..9usize,
        ) {
            let fitted = Fitted::of(&examples, width, 3 * width);
            let len = bytes.len() / examples.len();
            let planes: Vec<Vec<u8>> = (0..examples.len()).map(|i| bytes[i * len..(i + 1) * len].to_vec()).collect();
            let coded = fitted.encode(&planes);
            prop_assert_eq!(fitted.decode(&coded, len).unwrap(), planes);
            for cut in 0..coded.len() {
                prop_assert!(fitted.decode(&coded[..cut], len).is_err());
            }
        }
    }

    /// By hand: a row of three below another, 7 being usual.
    #[test]
    fn a_context_is_what_stands_left_and_above() {
        let plane = [7, 200, 7, 7, 7, 100];
        let found: Vec<usize> = (0..6).map(|at| context(&plane, at, 3, 7)).collect();
        // Edges are usual; (200 + 7) · 8 / 512; edge and 7; (7 + 200) · 8 / 512; (7 + 7): both usual.
        assert_eq!(found, [BANDS, BANDS, 3, BANDS, 3, BANDS]);
    }

    /// Symbols without any order take their entropy; the state and its last word come on top.
    #[test]
    fn a_message_takes_its_entropy() {
        use crate::random::{Purpose, Stream};
        let plane = |zeros: u64, seed: u64, n: u64| {
            let stream = Stream::new(seed, 0, Purpose::Image);
            (0..n).map(|i| if stream.draw(i, 0)[0] % 10 < zeros { 0 } else { 200 }).collect::<Vec<u8>>()
        };
        let fitted = Fitted::of(&[plane(9, 1, 64_000), plane(5, 2, 64_000)], 20, 400);
        let message = [plane(9, 3, 4000), plane(5, 4, 4000)];
        let entropy = |plane: &[u8]| {
            let p = plane.iter().filter(|s| **s == 0).count() as f64 / plane.len() as f64;
            -(plane.len() as f64) * (p * p.log2() + (1.0 - p) * (1.0 - p).log2()) / 8.0
        };
        let right: f64 = message.iter().map(|p| entropy(p)).sum();
        let coded = fitted.encode(&message).len() as f64;
        assert!(coded > 0.99 * right && coded < 1.02 * right + 12.0, "{coded} for {right}");
    }
}
