//! Drawing: shapes on a canvas, axes, legends and labels. Lengths are in points, x to the right and y down.

pub mod canvas;
mod crc;
mod dash;
pub mod label;
pub mod legend;
pub mod panel;
pub mod png;
pub mod scale;
pub mod series;
pub mod svg;
pub mod text;
pub mod unit;

pub use canvas::{Align, Canvas, Fill, Shape, Stroke, Text};
pub use legend::Legend;
pub use panel::{Axis, Panel};
pub use scale::{Scale, Tick};

/// x and y in points, from the figure's upper left corner.
pub type Point = (f64, f64);

/// A rectangle along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Its left edge.
    pub left: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its right edge.
    pub right: f64,
    /// Its lower edge.
    pub bottom: f64,
}

impl Frame {
    /// A frame from its upper left corner and its size.
    pub fn sized(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Its middle.
    pub fn centre(&self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// Its corners, round.
    pub fn corners(&self) -> Vec<Point> {
        vec![(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
    }

    /// The area that two frames share.
    pub fn overlap(&self, other: &Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    /// Whether another frame lies inside.
    pub fn holds(&self, other: &Self) -> bool {
        other.left >= self.left && other.right <= self.right && other.top >= self.top && other.bottom <= self.bottom
    }

    /// Cuts it into equal columns and rows with a gap between them, row by row.
    pub fn grid(&self, columns: usize, rows: usize, gap: f64) -> Vec<Self> {
        let (c, r) = (columns.max(1) as f64, rows.max(1) as f64);
        let (w, h) = ((self.width() - gap * (c - 1.0)) / c, (self.height() - gap * (r - 1.0)) / r);
        let cell = |i: usize| {
            let (column, row) = ((i % columns) as f64, (i / columns) as f64);
            Self::sized(self.left + column * (w + gap), self.top + row * (h + gap), w, h)
        };
        (0..columns * rows).map(cell).collect()
    }
}
