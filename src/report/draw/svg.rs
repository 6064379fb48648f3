//! A canvas written as SVG. The only file that knows plotters.
//!
//! plotters places things on whole pixels, so a point is drawn [`PER_POINT`] pixels wide and the size is rewritten to
//! millimetres over a `viewBox`.

use super::{Align, Canvas, Fill, Point, Shape, Stroke, Text, dash};
use crate::{
    problem::Problem,
    report::theme::{Colour, MM, font},
};
use plotters::{
    backend::{DrawingBackend, SVGBackend},
    style::{
        FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};
use std::{fmt::Display, sync::OnceLock};

/// Pixels in a point.
pub const PER_POINT: f64 = 20.0;
/// plotters writes a font size divided by this.
const FONT_DIVISOR: f64 = 1.24;
/// plotters puts the baseline of a text that hangs from its point this many ems below it.
const HANG: f64 = 0.76;

/// Writes a canvas as an SVG document whose size is in millimetres; `name` is what a screen reader says.
///
/// # Errors
/// If the fonts cannot be read or plotters refuses a shape.
pub fn write(canvas: &Canvas, name: &str) -> Result<String, Problem> {
    fonts()?;
    let size = (pixels(canvas.width) as u32, pixels(canvas.height) as u32);
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, size);
    canvas.shapes.iter().try_for_each(|shape| draw(&mut backend, shape))?;
    backend.present().map_err(refused)?;
    drop(backend);
    Ok(in_millimetres(&text, size, name))
}

/// The width of a line of text in points.
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    const EM: f64 = 1000.0;
    if fonts().is_err() {
        return 0.6 * size * text.chars().count() as f64;
    }
    let face = if bold { FontStyle::Bold } else { FontStyle::Normal };
    let desc = FontDesc::new(FontFamily::Name(font::FAMILY), EM, face);
    let measured = desc.layout_box(text).map_or(0, |(_, (width, _))| width);
    // It takes the size for the face's height from descent to ascent, not for its em.
    f64::from(measured) / EM * font::HEIGHT * size
}

/// Registers both faces, once.
fn fonts() -> Result<(), Problem> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let register = || {
        let faces = [(FontStyle::Normal, font::REGULAR), (FontStyle::Bold, font::BOLD)];
        faces.into_iter().all(|(style, bytes)| register_font(font::FAMILY, style, bytes).is_ok())
    };
    if *DONE.get_or_init(register) { Ok(()) } else { Err(Problem::new("the embedded fonts cannot be read")) }
}

/// Replaces the first tag by one with a size in millimetres.
fn in_millimetres(svg: &str, (width, height): (u32, u32), name: &str) -> String {
    let rest = svg.split_once('>').map_or("", |(_, rest)| rest);
    let mm = |pixels: u32| f64::from(pixels) / PER_POINT / MM;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" width=\"{:.2}mm\" height=\"{:.2}mm\" \
         viewBox=\"0 0 {width} {height}\">{rest}",
        escape(name),
        mm(width),
        mm(height),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn pixels(points: f64) -> i32 {
    (points * PER_POINT).round() as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (pixels(x), pixels(y))
}

fn refused(error: impl Display) -> Problem {
    Problem::new(format!("cannot draw a figure: {error}"))
}

fn colour(Colour(r, g, b): Colour, alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

fn stroke(s: &Stroke) -> ShapeStyle {
    ShapeStyle { color: colour(s.colour, 1.0), filled: false, stroke_width: pixels(s.width).max(1) as u32 }
}

fn fill(f: &Fill) -> ShapeStyle {
    ShapeStyle { color: colour(f.colour, f.alpha), filled: true, stroke_width: 0 }
}

fn draw(backend: &mut SVGBackend<'_>, shape: &Shape) -> Result<(), Problem> {
    match shape {
        Shape::Line(points, s) => return line(backend, points, s),
        Shape::Text(t) => return text(backend, t),
        Shape::Area(points, f) => backend.fill_polygon(points.iter().map(|p| place(*p)), &fill(f)),
        Shape::Disc(at, r, f) => backend.draw_circle(place(*at), pixels(*r) as u32, &fill(f), true),
        Shape::Ring(at, r, s) => backend.draw_circle(place(*at), pixels(*r) as u32, &stroke(s), false),
    }
    .map_err(refused)
}

fn line(backend: &mut SVGBackend<'_>, points: &[Point], s: &Stroke) -> Result<(), Problem> {
    let pieces = dash::pieces(points, s.dash);
    pieces.iter().try_for_each(|piece| backend.draw_path(merged(piece), &stroke(s))).map_err(refused)
}

/// Pixels of a path, without repetitions.
fn merged(points: &[Point]) -> Vec<(i32, i32)> {
    let mut all: Vec<(i32, i32)> = points.iter().map(|p| place(*p)).collect();
    all.dedup();
    if all.len() == 1 {
        all.push(all[0]);
    }
    all
}

fn text(backend: &mut SVGBackend<'_>, t: &Text) -> Result<(), Problem> {
    let (x, y) = t.at;
    let hang = HANG * t.size;
    let (at, turn) =
        if t.upright { ((x - hang, y), FontTransform::Rotate270) } else { ((x, y - hang), FontTransform::None) };
    let face = if t.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(font::FAMILY), t.size * PER_POINT * FONT_DIVISOR, face).transform(turn);
    let mut style = font.color(&colour(t.colour, 1.0));
    style.pos = Pos::new(side(t.align), VPos::Top);
    backend.draw_text(&t.text, &style, place(at)).map_err(refused)
}

fn side(align: Align) -> HPos {
    match align {
        Align::Left => HPos::Left,
        Align::Middle => HPos::Center,
        Align::Right => HPos::Right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_the_face_s_own() {
        // Advances of Arimo, as of Arial: digits 1139 of 2048, M 1706, i 455; bold digits the same, bold M 1706.
        for (word, units) in [("0", 1139.0), ("M", 1706.0), ("i", 455.0), ("000000", 6.0 * 1139.0)] {
            let width = text_width(word, 10.0, false);
            assert!((width - units / 204.8).abs() < 0.02, "{word}: {width}");
        }
        assert!(text_width("a", 10.0, true) >= text_width("a", 10.0, false));
    }

    #[test]
    fn the_document_is_as_large_as_it_says() {
        let svg = write(&Canvas::new(85.0 * MM, 40.0 * MM), "a \"b\" <c>").unwrap();
        assert!(svg.contains("width=\"85.00mm\" height=\"40.00mm\""), "{svg}");
        assert!(svg.contains("aria-label=\"a &quot;b&quot; &lt;c&gt;\""));
    }

    #[test]
    fn texts_are_escaped() {
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.text(Text::new((0.0, 5.0), "<script>&'\""));
        let svg = write(&canvas, "x").unwrap();
        assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"));
    }
}
