//! A PNG of an SVG document, drawn by resvg with the embedded fonts alone: the same bytes on every machine.

use super::crc::crc32;
use crate::{problem::Problem, report::theme::font};
use resvg::{tiny_skia, usvg};

/// Pixels in an inch.
pub const DPI: f32 = 300.0;

/// Draws an SVG document at [`DPI`].
///
/// # Errors
/// If the document cannot be read or has no size.
pub fn write(svg: &str) -> Result<Vec<u8>, Problem> {
    let tree = usvg::Tree::from_str(svg, &options()).map_err(|e| Problem::new(format!("cannot read a figure: {e}")))?;
    let size = tree.size().to_int_size();
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| Problem::new("a figure has no size").received(format!("{size:?}")))?;
    resvg::render(&tree, tiny_skia::Transform::default(), &mut pixels.as_mut());
    let png = pixels.encode_png().map_err(|e| Problem::new(format!("cannot write a PNG: {e}")))?;
    Ok(with_density(&png))
}

fn options() -> usvg::Options<'static> {
    let mut options = usvg::Options { dpi: DPI, font_family: "Arimo".into(), ..usvg::Options::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(font::REGULAR.to_vec());
    fonts.load_font_data(font::BOLD.to_vec());
    options
}

/// Adds the chunk that says how large a pixel is, after the header (8 bytes of signature, 25 of the header's chunk).
fn with_density(png: &[u8]) -> Vec<u8> {
    const HEADER: usize = 33;
    let per_metre = (f64::from(DPI) / 0.0254).round() as u32;
    let [a, b] = [per_metre.to_be_bytes(); 2];
    let body = [b"pHYs", &a[..], &b[..], &[1]].concat();
    let chunk = [&9u32.to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat();
    [&png[..HEADER.min(png.len())], &chunk, &png[HEADER.min(png.len())..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::{Canvas, Text, svg};

    #[test]
    fn a_figure_has_300_pixels_an_inch_and_says_so() {
        let canvas = Canvas::new(144.0, 72.0);
        let png = write(&svg::write(&canvas, "x").unwrap()).unwrap();
        let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
        assert_eq!((number(16), number(20)), (600, 300));
        assert_eq!((&png[37..41], number(41)), (&b"pHYs"[..], 11811));
    }

    #[test]
    fn text_is_drawn_with_the_embedded_font() {
        let mut canvas = Canvas::new(40.0, 20.0);
        let blank = write(&svg::write(&canvas, "x").unwrap()).unwrap();
        canvas.text(Text::new((5.0, 15.0), "MWM"));
        let written = write(&svg::write(&canvas, "x").unwrap()).unwrap();
        assert!(written.len() > blank.len() + 100);
        assert_eq!(written, write(&svg::write(&canvas, "x").unwrap()).unwrap());
    }
}
