//! `deflate`: RFC 1951, without a wrapper, best level.

use super::{InputCodec, of_shape, wrong};
use crate::problem::Problem;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// Pixels, deflated.
#[derive(Clone, Copy, Debug)]
pub struct Deflate;

impl InputCodec for Deflate {
    fn lossless(&self) -> bool {
        true
    }

    fn encode(&self, image: &[u8], _: [usize; 3]) -> Result<Vec<u8>, Problem> {
        packed(image)
    }

    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        of_shape("deflate", inflated(bytes, shape.iter().product())?, shape)
    }
}

/// Deflates.
///
/// # Errors
/// None that the library documents.
pub fn packed(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    // Stored blocks add five bytes to each 64 KiB at most.
    let mut out = Vec::with_capacity(2 * bytes.len() + 64);
    match Compress::new(Compression::best(), false).compress_vec(bytes, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(out),
        other => Err(Problem::new("bytes could not be deflated").received(format!("{other:?}"))),
    }
}

/// Inflates what must become at most `most` bytes.
///
/// # Errors
/// Bytes that are not a whole stream, or become more.
pub fn inflated(bytes: &[u8], most: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::with_capacity(most + 1);
    match Decompress::new(false).decompress_vec(bytes, &mut out, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) if out.len() <= most => Ok(out),
        other => Err(wrong("deflate", format!("{other:?}"))),
    }
}
