//! The IDX format: two zero bytes, a type code, the number of dimensions, each dimension as a big-endian `u32`, data.

use crate::problem::Problem;
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Type code of unsigned bytes.
const U8: u8 = 0x08;
/// Type code of big-endian 32-bit integers.
const I32: u8 = 0x0C;

/// A decoded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// Its dimensions, outermost first.
    pub dims: Vec<usize>,
    /// Its data.
    pub data: Values,
}

/// The data of an IDX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Unsigned bytes.
    U8(Vec<u8>),
    /// 32-bit integers, here always counts.
    U32(Vec<u32>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U32(v) => v.len(),
        }
    }
}

/// Finds `name` or `name.gz` in a folder.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_string(), format!("{name}.gz")].iter().map(|n| folder.join(n)).find(|p| p.is_file())
}

/// Reads a file, unpacked if its name ends in `.gz`.
///
/// # Errors
/// A [`Problem`] that names the file: it cannot be read, or is no whole gzip stream.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let bytes = fs::read(path).map_err(|e| Problem::io("read the file", path, &e))?;
    if path.extension().is_some_and(|e| e == "gz") { unpack(&bytes).map_err(|p| p.in_file(path)) } else { Ok(bytes) }
}

/// Unpacks a gzip stream.
///
/// # Errors
/// A [`Problem`] if it is corrupt or ends early.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    let mut decoder = GzDecoder::new(bytes);
    let broken = |e: std::io::Error, n: usize| {
        Problem::new(format!("not a whole gzip file: {e}"))
            .received(format!("{} packed bytes, of which {n} bytes could be unpacked", bytes.len()))
            .remedy("fetch the file anew: it is corrupt or was cut short")
    };
    match decoder.read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(e) => Err(broken(e, out.len())),
    }
}

/// Packs bytes as gzip, without name or time, so that equal bytes give equal files.
pub fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Decodes a file's bytes.
///
/// # Errors
/// A [`Problem`]: no IDX header, an unknown type, or not as much data as the dimensions say.
pub fn decode(bytes: &[u8]) -> Result<Idx, Problem> {
    let [0, 0, kind, rank, rest @ ..] = bytes else {
        return Err(Problem::new("not an IDX file: it does not start with two zero bytes").received(format!(
            "{} bytes starting with {:02x?}",
            bytes.len(),
            &bytes[..bytes.len().min(4)]
        )));
    };
    let rank = usize::from(*rank);
    if rank == 0 || rest.len() < 4 * rank {
        return Err(Problem::new(format!("the IDX header of {rank} dimensions is cut short"))
            .received(format!("{} bytes", bytes.len())));
    }
    let (head, data) = rest.split_at(4 * rank);
    let dims: Vec<usize> = words(head).map(|n| n as usize).collect();
    let data = values(*kind, data)?;
    let expected = dims.iter().try_fold(1usize, |a, &b| a.checked_mul(b));
    if expected != Some(data.len()) {
        let found = if expected.is_some_and(|n| n > data.len()) { "cut short" } else { "too long" };
        return Err(Problem::new(format!("the IDX data are {found}: the header says {}", product(&dims)))
            .received(format!("{} values", data.len()))
            .remedy("fetch the file anew"));
    }
    Ok(Idx { dims, data })
}

fn values(kind: u8, data: &[u8]) -> Result<Values, Problem> {
    match kind {
        U8 => Ok(Values::U8(data.to_vec())),
        I32 if data.len().is_multiple_of(4) => Ok(Values::U32(words(data).collect())),
        I32 => Err(Problem::new("the IDX data end inside a value").received(format!("{} bytes", data.len()))),
        _ => {
            Err(Problem::new("unknown IDX data type").received(format!("0x{kind:02x}")).remedy("0x08 or 0x0c is read"))
        }
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|&word| u32::from_be_bytes(word))
}

fn product(dims: &[usize]) -> String {
    dims.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ")
}

/// Encodes values as a file's bytes.
pub fn encode(idx: &Idx) -> Vec<u8> {
    let kind = if matches!(idx.data, Values::U8(_)) { U8 } else { I32 };
    let mut out = vec![0, 0, kind, idx.dims.len() as u8];
    out.extend(idx.dims.iter().flat_map(|&n| (n as u32).to_be_bytes()));
    match &idx.data {
        Values::U8(v) => out.extend_from_slice(v),
        Values::U32(v) => out.extend(v.iter().flat_map(|n| n.to_be_bytes())),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..Default::default() })]

        #[test]
        fn reads_what_it_wrote(dims in prop::collection::vec(0..5usize, 1..4), wide: bool) {
            let n = dims.iter().product::<usize>() as u32;
            let data = if wide { Values::U32((0..n).map(|i| i * 70_001).collect()) }
                else { Values::U8((0..n).map(|i| i as u8).collect()) };
            let idx = Idx { dims, data };
            let packed = pack(&encode(&idx)).unwrap();
            prop_assert_eq!(decode(&unpack(&packed).unwrap()).unwrap(), idx);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            if let Ok(idx) = decode(&bytes) {
                prop_assert_eq!(&encode(&idx), &bytes);
            }
            let _ = unpack(&bytes);
        }

        #[test]
        fn no_cut_goes_unnoticed(at in 0..30usize) {
            let bytes = encode(&Idx { dims: vec![2, 9], data: Values::U8(vec![7; 18]) });
            prop_assert!(at >= bytes.len() || decode(&bytes[..at]).is_err());
            let packed = pack(&bytes).unwrap();
            prop_assert!(at >= packed.len() || unpack(&packed[..at]).is_err());
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let told = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert!(told(&[1, 2, 3, 4, 5]).contains("two zero bytes"));
        assert!(told(&[0, 0, 8, 2, 0, 0, 0, 1]).contains("header of 2 dimensions is cut short"));
        assert!(told(&[0, 0, 8, 1, 0, 0, 0, 3, 9]).contains("cut short: the header says 3; received 1 values"));
        assert!(told(&[0, 0, 8, 1, 0, 0, 0, 1, 9, 9]).contains("too long"));
        assert!(told(&[0, 0, 13, 1, 0, 0, 0, 1, 9]).contains("0x0d"));
    }
}
