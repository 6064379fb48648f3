//! A figure as a list of shapes, before it is written as SVG.

use super::{Frame, Point};
use crate::report::theme::{Colour, INK, PAPER, SMALL};

/// How an outline or a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width in points.
    pub width: f64,
    /// On and off lengths in points; empty for a solid one.
    pub dash: &'static [f64],
}

impl Stroke {
    /// A solid stroke.
    pub fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dash: &[] }
    }
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// Its colour.
    pub colour: Colour,
    /// Its opacity, 0 to 1.
    pub alpha: f64,
}

impl From<Colour> for Fill {
    fn from(colour: Colour) -> Self {
        Self { colour, alpha: 1.0 }
    }
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It starts there.
    Left,
    /// It is centred there.
    Middle,
    /// It ends there.
    Right,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// A point on its baseline.
    pub at: Point,
    /// What it says.
    pub text: String,
    /// Its size in points.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Where it stands relative to the point.
    pub align: Align,
    /// Its colour.
    pub colour: Colour,
    /// Whether it runs upwards.
    pub upright: bool,
}

impl Text {
    /// A small text in ink that starts at a point.
    pub fn new(at: Point, text: impl Into<String>) -> Self {
        Self { at, text: text.into(), size: SMALL, bold: false, align: Align::Left, colour: INK, upright: false }
    }

    /// With another size in points.
    pub fn size(self, size: f64) -> Self {
        Self { size, ..self }
    }

    /// In bold.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// Aligned otherwise.
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// In another colour.
    pub fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// Running upwards.
    pub fn upright(self) -> Self {
        Self { upright: true, ..self }
    }
}

/// One thing on a canvas.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through points.
    Line(Vec<Point>, Stroke),
    /// A filled polygon.
    Area(Vec<Point>, Fill),
    /// A disc: centre, radius.
    Disc(Point, f64, Fill),
    /// A circle's line: centre, radius.
    Ring(Point, f64, Stroke),
    /// A text.
    Text(Text),
}

/// A figure being drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    /// Its width in points.
    pub width: f64,
    /// Its height in points.
    pub height: f64,
    /// What is on it, from the bottom up.
    pub shapes: Vec<Shape>,
}

impl Canvas {
    /// Blank paper of a size in points.
    pub fn new(width: f64, height: f64) -> Self {
        let mut canvas = Self { width, height, shapes: Vec::new() };
        canvas.area(canvas.frame().corners(), PAPER.into());
        canvas
    }

    /// All of it.
    pub fn frame(&self) -> Frame {
        Frame::sized(0.0, 0.0, self.width, self.height)
    }

    /// Draws a line through points.
    pub fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.shapes.push(Shape::Line(points, stroke));
    }

    /// Fills a polygon.
    pub fn area(&mut self, points: Vec<Point>, fill: Fill) {
        self.shapes.push(Shape::Area(points, fill));
    }

    /// Fills a disc.
    pub fn disc(&mut self, centre: Point, radius: f64, fill: Fill) {
        self.shapes.push(Shape::Disc(centre, radius, fill));
    }

    /// Draws a circle's line.
    pub fn ring(&mut self, centre: Point, radius: f64, stroke: Stroke) {
        self.shapes.push(Shape::Ring(centre, radius, stroke));
    }

    /// Writes a text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }
}
