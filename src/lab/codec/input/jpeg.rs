//! `jpeg-N`: baseline JPEG (ITU-T T.81) of quality N, Huffman tables made for each image, colour halved each way below
//! quality 90. On small images the tables and markers are most of the file.

use super::{InputCodec, of_shape, wrong};
use crate::problem::Problem;
use jpeg_encoder::{ColorType, Encoder};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Pixels as a JPEG file of some quality, from 1 to 100.
#[derive(Clone, Copy, Debug)]
pub struct Jpeg(pub u8);

impl InputCodec for Jpeg {
    fn lossless(&self) -> bool {
        false
    }

    fn encode(&self, image: &[u8], [height, width, channels]: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let (colour, _) = colour(channels)?;
        let large = || Problem::new("JPEG holds images of at most 65535 pixels a side");
        let [width, height] = [width, height].map(|n| u16::try_from(n).map_err(|_| large()));
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, self.0);
        encoder.set_optimized_huffman_tables(true);
        let written = encoder.encode(image, width?, height?, colour);
        written.map_err(|e| Problem::new(format!("the image cannot be written as JPEG: {e}")))?;
        Ok(out)
    }

    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let [height, width, channels] = shape;
        // Decoded pixels must not depend on the processor.
        let options = DecoderOptions::default().set_use_unsafe(false).jpeg_set_out_colorspace(colour(channels)?.1);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        let image = decoder.decode().map_err(|e| wrong("JPEG", format!("{e:?}")))?;
        if decoder.dimensions() != Some((width, height)) {
            return Err(wrong("JPEG", format!("{:?}", decoder.dimensions())));
        }
        of_shape("JPEG", image, shape)
    }
}

fn colour(channels: usize) -> Result<(ColorType, ColorSpace), Problem> {
    match channels {
        1 => Ok((ColorType::Luma, ColorSpace::Luma)),
        3 => Ok((ColorType::Rgb, ColorSpace::RGB)),
        _ => Err(Problem::new("JPEG holds images of 1 or 3 channels").received(format!("{channels} channels"))),
    }
}
