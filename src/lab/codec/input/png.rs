//! `png`: ISO 15948, filters chosen row by row, best level. 57 bytes of it are signature, header and frames of chunks.

use super::{InputCodec, of_shape, wrong};
use crate::problem::Problem;
use ::png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};
use std::io::Cursor;

/// Pixels as a PNG file.
#[derive(Clone, Copy, Debug)]
pub struct Png;

impl InputCodec for Png {
    fn lossless(&self) -> bool {
        true
    }

    fn encode(&self, image: &[u8], [height, width, channels]: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let colour = colour(channels)?;
        let mut out = Vec::new();
        let mut write = || {
            let mut encoder = Encoder::new(&mut out, width as u32, height as u32);
            encoder.set_color(colour);
            encoder.set_depth(BitDepth::Eight);
            encoder.set_compression(Compression::High);
            encoder.set_filter(Filter::Adaptive);
            let mut writer = encoder.write_header()?;
            writer.write_image_data(image)?;
            writer.finish()
        };
        write().map_err(|e| Problem::new(format!("the image cannot be written as PNG: {e}")))?;
        Ok(out)
    }

    fn decode(&self, bytes: &[u8], shape: [usize; 3]) -> Result<Vec<u8>, Problem> {
        let [height, width, channels] = shape;
        let read = || {
            let mut decoder = Decoder::new(Cursor::new(bytes));
            decoder.set_transformations(Transformations::IDENTITY);
            let mut reader = decoder.read_info()?;
            let mut image = vec![0; reader.output_buffer_size().unwrap_or(0)];
            let info = reader.next_frame(&mut image)?;
            Ok((image, info))
        };
        let (image, info) = read().map_err(|e: ::png::DecodingError| wrong("PNG", e))?;
        let told = (info.height as usize, info.width as usize, info.color_type, info.bit_depth);
        if told != (height, width, colour(channels)?, BitDepth::Eight) {
            return Err(wrong("PNG", format!("{told:?}")));
        }
        of_shape("PNG", image, shape)
    }
}

fn colour(channels: usize) -> Result<ColorType, Problem> {
    match channels {
        1 => Ok(ColorType::Grayscale),
        2 => Ok(ColorType::GrayscaleAlpha),
        3 => Ok(ColorType::Rgb),
        4 => Ok(ColorType::Rgba),
        _ => Err(Problem::new("PNG holds images of 1 to 4 channels").received(format!("{channels} channels"))),
    }
}
