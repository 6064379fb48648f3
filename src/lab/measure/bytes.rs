//! Bytes that a lossless codec needs for each image.

use crate::catalog::Split;
use crate::lab::architecture::INPUT;
use crate::lab::codec::packed;
use crate::lab::data::{Dataset, Images};
use crate::problem::Problem;
use crate::store::parquet::Columns;

/// Its name.
pub const DEFLATE: &str = "deflate";

/// Sizes of every validation and test image under `deflate` (RFC 1951, without a wrapper, best level).
#[derive(Clone, Debug)]
pub struct Sizes {
    parts: [(Split, Vec<u32>, Vec<u32>); 2],
}

/// Packs every image by itself.
///
/// # Errors
/// None that the library documents.
pub fn deflated(data: &Dataset) -> Result<Sizes, Problem> {
    let part = |split, images: &Images| {
        let sizes =
            (0..images.len()).map(|i| Ok(packed(images.image(i))?.len() as u32)).collect::<Result<_, Problem>>()?;
        Ok((split, images.number.clone(), sizes))
    };
    Ok(Sizes { parts: [part(Split::Validation, &data.validation)?, part(Split::Test, &data.test)?] })
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
