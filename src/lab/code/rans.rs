//! Range asymmetric numeral systems with static tables (Duda 2014, arXiv 1311.2540, section 2.3; the form with a state
//! of 63 bits and words of 32).

use super::reader::Reader;
use super::table::{BITS, Table};
use crate::problem::Problem;

/// The least state between symbols.
const LEAST: u64 = 1 << 31;

/// Codes planes, each by its table, as one stream: the state, then the words in the order of decoding.
pub(super) fn encode(planes: &[(&[u8], &Table)]) -> Vec<u8> {
    encode_each(planes.iter().flat_map(|(plane, table)| plane.iter().map(move |symbol| (*symbol, *table))))
}

/// The same of symbols, each by its table.
pub(super) fn encode_each<'a>(symbols: impl DoubleEndedIterator<Item = (u8, &'a Table)>) -> Vec<u8> {
    let (mut state, mut words) = (LEAST, Vec::new());
    // The decoder pops what was pushed last.
    for (symbol, table) in symbols.rev() {
        let (share, before) =
            (u64::from(table.share[usize::from(symbol)]), u64::from(table.before[usize::from(symbol)]));
        if state >= (LEAST >> BITS << 32) * share {
            words.push(state as u32);
            state >>= 32;
        }
        state = ((state / share) << BITS) + state % share + before;
    }
    let words = words.into_iter().rev().flat_map(u32::to_le_bytes);
    state.to_le_bytes().into_iter().chain(words).collect()
}

/// Decodes planes of given lengths, each by its table, and the whole stream.
pub(super) fn decode(reader: &mut Reader, planes: &[(usize, &Table)]) -> Result<Vec<Vec<u8>>, Problem> {
    let mut decoder = Decoder::new(reader)?;
    let plane = |(len, table): &(usize, &Table)| (0..*len).map(|_| decoder.next(table)).collect();
    let out = planes.iter().map(plane).collect::<Result<_, _>>()?;
    decoder.finish()?;
    Ok(out)
}

/// What decodes a stream, symbol by symbol.
pub(super) struct Decoder<'a, 'b> {
    state: u64,
    reader: &'a mut Reader<'b>,
}

impl<'a, 'b> Decoder<'a, 'b> {
    pub fn new(reader: &'a mut Reader<'b>) -> Result<Self, Problem> {
        Ok(Self { state: word(reader)? | word(reader)? << 32, reader })
    }

    /// The next symbol, by the table that it was coded by.
    pub fn next(&mut self, table: &Table) -> Result<u8, Problem> {
        let at = self.state as u32 & ((1 << BITS) - 1);
        let symbol = table.symbol(at);
        self.state = u64::from(table.share[symbol]) * (self.state >> BITS) + u64::from(at - table.before[symbol]);
        if self.state < LEAST {
            self.state = self.state << 32 | word(self.reader)?;
        }
        Ok(symbol as u8)
    }

    /// Whether this was all.
    pub fn finish(self) -> Result<(), Problem> {
        let whole = self.state == LEAST && self.reader.0.is_empty();
        if whole { Ok(()) } else { Err(Problem::new("the coded file is broken")) }
    }
}

fn word(reader: &mut Reader) -> Result<u64, Problem> {
    let bytes = reader.take(4)?;
    Ok(bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream, sample::normal};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn planes_come_back(
            planes in proptest::collection::vec(
                proptest::collection::vec(prop_oneof![4 => Just(0u8), 2 => 0..9u8, 1 => any::<u8>()], 1..300), 0..5),
        ) {
            let tables: Vec<Table> = planes.iter().map(|p| Table::of([&p[..]]).unwrap()).collect();
            let coded = encode(&planes.iter().map(|p| &p[..]).zip(&tables).collect::<Vec<_>>());
            let lens: Vec<_> = planes.iter().map(Vec::len).zip(&tables).collect();
            prop_assert_eq!(decode(&mut Reader(&coded), &lens).unwrap(), planes);
            for cut in 0..coded.len() {
                prop_assert!(decode(&mut Reader(&coded[..cut]), &lens).is_err());
            }
        }
    }

    /// Weights as quantisation gives them, nine of ten pruned: within 0.1 % of the entropy, and the state.
    #[test]
    fn the_length_is_the_entropy() {
        let stream = Stream::new(1, 0, Purpose::Weights);
        let weight = |i: u64| {
            let bits = stream.draw(i, 0);
            if bits[0] % 10 < 9 { 0 } else { (normal(stream.draw(i, 1)) * 30.0).clamp(-127.0, 127.0) as i8 }
        };
        for count in [300_000u64, 20_000] {
            let plane: Vec<u8> = (0..count).map(|i| weight(i).cast_unsigned()).collect();
            let mut counts = [0.0f64; 256];
            plane.iter().for_each(|s| counts[usize::from(*s)] += 1.0);
            let own = counts.iter().filter(|c| **c > 0.0);
            let entropy: f64 = own.map(|c| -c * (c / count as f64).log2()).sum::<f64>() / 8.0;
            let table = Table::of([&plane[..]]).unwrap();
            let coded = encode(&[(&plane, &table)]).len() as f64;
            assert!(coded >= entropy && coded <= 1.001 * entropy + 12.0, "{coded} bytes for {entropy}");
            assert!((table.bits(&plane) / 8.0 - coded).abs() < 12.0);
        }
    }
}
