//! A legend in columns, outside the data.

use super::{Canvas, Stroke, Text, series, svg::text_width, text};
use crate::report::theme::{CURVE, Look, SMALL};

/// Length of a sample of a curve.
const SAMPLE: f64 = 20.0;
/// Gap between sample and name.
const GAP: f64 = 3.0;
/// Gap between columns.
const COLUMNS: f64 = 10.0;
/// Height of a row.
const ROW: f64 = 1.45 * SMALL;

/// Names with their looks.
pub struct Legend {
    entries: Vec<(String, Look)>,
    curves: bool,
    column: f64,
    columns: usize,
}

impl Legend {
    /// A legend for a width; `curves` says whether samples show a curve or a marker alone.
    pub fn new(entries: Vec<(String, Look)>, width: f64, curves: bool) -> Self {
        let sample = if curves { SAMPLE } else { SMALL };
        let name = |n: &String| sample + GAP + text_width(n, SMALL, false) + COLUMNS;
        let column = entries.iter().map(|(n, _)| name(n)).fold(1.0, f64::max).min(width + COLUMNS);
        let columns = (((width + COLUMNS) / column) as usize).clamp(1, entries.len().max(1));
        let rows = entries.len().div_ceil(columns);
        Self { columns: entries.len().div_ceil(rows.max(1)).max(1), entries, curves, column }
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.entries.len().div_ceil(self.columns) as f64 * ROW
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.columns as f64 * self.column - COLUMNS
    }

    /// Draws it from its upper left corner, row by row.
    pub fn draw(&self, canvas: &mut Canvas, left: f64, top: f64) {
        for (i, (name, look)) in self.entries.iter().enumerate() {
            let x = left + (i % self.columns) as f64 * self.column;
            let y = top + (i / self.columns) as f64 * ROW + 0.6 * ROW;
            self.entry(canvas, x, y, name, look);
        }
    }

    fn entry(&self, canvas: &mut Canvas, x: f64, y: f64, name: &str, look: &Look) {
        let sample = if self.curves { SAMPLE } else { SMALL };
        let middle = y - 0.34 * SMALL;
        if self.curves {
            let stroke = Stroke { colour: look.colour, width: CURVE, dash: look.dash };
            canvas.line(vec![(x, middle), (x + SAMPLE, middle)], stroke);
        }
        series::marker(canvas, (x + sample / 2.0, middle), look, true);
        let room = self.column - COLUMNS - sample - GAP;
        canvas.text(Text::new((x + sample + GAP, y), text::short(name, SMALL, room + 0.01)));
    }
}
