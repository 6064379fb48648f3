//! Bytes that a lossless codec needs for each image.

use crate::catalog::Split;
use crate::lab::architecture::INPUT;
use crate::lab::data::{Dataset, Images};
use crate::store::parquet::Columns;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Its name.
pub const DEFLATE: &str = "deflate";

/// Sizes of every validation and test image under `deflate` (RFC 1951, without a wrapper, best level).
#[derive(Clone, Debug)]
pub struct Sizes {
    parts: [(Split, Vec<u32>, Vec<u32>); 2],
}

/// Packs every image by itself.
pub fn deflated(data: &Dataset) -> Sizes {
    let part = |split, images: &Images| {
        let sizes = (0..images.len()).map(|i| packed(images.image(i)) as u32).collect();
        (split, images.number.clone(), sizes)
    };
    Sizes { parts: [part(Split::Validation, &data.validation), part(Split::Test, &data.test)] }
}

fn packed(bytes: &[u8]) -> usize {
    let mut state = Compress::new(Compression::best(), false);
    // A stored block adds a few bytes at most.
    let mut out = Vec::with_capacity(2 * bytes.len() + 64);
    match state.compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => out.len(),
        _ => bytes.len() + 5,
    }
}

impl Sizes {
    /// The mean over the test images.
    pub fn mean(&self) -> f64 {
        let sizes = &self.parts[1].2;
        sizes.iter().map(|&b| f64::from(b)).sum::<f64>() / (sizes.len() as f64).max(1.0)
    }

    /// The table `bytes.parquet`.
    pub fn columns(&self) -> Columns {
        let rows = self.parts.iter().map(|p| p.1.len()).sum();
        Columns::new()
            .u32("image", self.parts.iter().flat_map(|p| p.1.clone()).collect())
            .str("split", self.parts.iter().flat_map(|p| p.1.iter().map(|_| p.0.name())))
            .str("tap", vec![INPUT; rows])
            .str("codec", vec![DEFLATE; rows])
            .u32("bytes", self.parts.iter().flat_map(|p| p.2.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn sizes_are_those_of_a_stream() {
        for bytes in [vec![0u8; 784], (0..784u32).map(|i| (i * i * 31 % 251) as u8).collect()] {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&bytes).unwrap();
            assert_eq!(packed(&bytes), encoder.finish().unwrap().len());
        }
        assert!(packed(&[0; 784]) < 20);
    }
}
