//! A panel: a frame with two axes, their ticks and titles, and room kept for them.

use super::{Align, Canvas, Frame, Point, Scale, Stroke, Text, Tick, svg::text_width, text};
use crate::report::theme::{AXIS, GRID, HAIR, SMALL, TEXT};

/// Length of a tick.
const TICK: f64 = 2.0;
/// Gap between a tick and its label, and between labels and titles.
const GAP: f64 = 2.5;
/// Least gap between two labels on one axis.
const APART: f64 = 5.0;

/// One axis: a scale with a title.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its scale.
    pub scale: Scale,
    /// What is marked.
    pub ticks: Vec<Tick>,
    /// What it shows, with its unit.
    pub title: String,
}

impl Axis {
    /// An axis with about `wish` labelled ticks.
    pub fn new(scale: Scale, wish: usize, title: impl Into<String>) -> Self {
        Self { ticks: scale.ticks(wish), scale, title: title.into() }
    }

    fn widest(&self) -> f64 {
        self.ticks.iter().map(|t| text_width(&t.label, SMALL, false)).fold(0.0, f64::max)
    }
}

/// A frame that shows data against two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Where the data are.
    pub frame: Frame,
    /// The axis below.
    pub x: Axis,
    /// The axis on the left.
    pub y: Axis,
    /// A title above, or nothing.
    pub title: String,
}

impl Panel {
    /// A panel whose frame leaves room for axes and title inside `outer`; `left` is the room kept on the left at least.
    pub fn inside(outer: Frame, left: f64, title: &str, x: Axis, y: Axis) -> Self {
        let frame = Frame {
            left: outer.left + left.max(Self::room_left(&y)),
            top: outer.top + if title.is_empty() { 0.5 * SMALL } else { TEXT + 2.0 * GAP },
            right: outer.right - last_overhang(&x),
            bottom: outer.bottom - Self::room_below(&x),
        };
        Self { frame, x, y, title: title.into() }
    }

    /// Room an axis needs on the left.
    pub fn room_left(y: &Axis) -> f64 {
        let title = if y.title.is_empty() { 0.0 } else { TEXT + GAP };
        title + y.widest() + GAP + TICK
    }

    fn room_below(x: &Axis) -> f64 {
        let title = if x.title.is_empty() { 0.0 } else { TEXT + GAP };
        let labels = if x.ticks.iter().any(|t| !t.label.is_empty()) { SMALL + GAP } else { 0.0 };
        title + labels + TICK + 1.0
    }

    /// Where a pair of values is drawn; nowhere if one of them is not finite.
    pub fn at(&self, x: f64, y: f64) -> Option<Point> {
        let point = (self.across(x), self.up(y));
        (point.0.is_finite() && point.1.is_finite()).then_some(point)
    }

    /// Where a value lies on the axis below.
    pub fn across(&self, x: f64) -> f64 {
        self.frame.left + self.x.scale.share(x) * self.frame.width()
    }

    /// Where a value lies on the axis on the left.
    pub fn up(&self, y: f64) -> f64 {
        self.frame.bottom - self.y.scale.share(y) * self.frame.height()
    }

    /// Draws grid, axes, ticks and titles.
    pub fn draw(&self, canvas: &mut Canvas) {
        self.draw_below(canvas);
        self.draw_left(canvas);
        let f = &self.frame;
        let corner = vec![(f.left, f.top), (f.left, f.bottom), (f.right, f.bottom)];
        canvas.line(corner, Stroke::solid(AXIS, HAIR));
        let title = text::fit(&self.title, TEXT, true, f.width());
        canvas.text(Text::new((f.left, f.top - 2.0 * GAP), title).size(TEXT).bold());
    }

    fn draw_below(&self, canvas: &mut Canvas) {
        let f = self.frame;
        let labels = self.labels_below();
        for tick in &self.x.ticks {
            let (x, label) = (self.across(tick.value), labels.contains(&tick));
            if label {
                canvas.line(vec![(x, f.top), (x, f.bottom)], Stroke::solid(GRID, HAIR));
                canvas.text(Text::new((x, f.bottom + TICK + GAP + 0.72 * SMALL), &tick.label).align(Align::Middle));
            }
            let length = if label { TICK } else { TICK / 2.0 };
            canvas.line(vec![(x, f.bottom), (x, f.bottom + length)], Stroke::solid(AXIS, HAIR));
        }
        let below = f.bottom + Self::room_below(&self.x) - 0.25 * TEXT - 1.0;
        canvas.text(Text::new((f.centre().0, below), &self.x.title).size(TEXT).align(Align::Middle));
    }

    /// The ticks whose labels can stand side by side.
    fn labels_below(&self) -> Vec<&Tick> {
        let mut kept: Vec<&Tick> = Vec::new();
        let mut free = f64::MIN;
        for tick in self.x.ticks.iter().filter(|t| !t.label.is_empty()) {
            let (x, half) = (self.across(tick.value), text_width(&tick.label, SMALL, false) / 2.0);
            if x - half >= free {
                kept.push(tick);
                free = x + half + APART;
            }
        }
        kept
    }

    fn draw_left(&self, canvas: &mut Canvas) {
        let f = self.frame;
        for tick in &self.y.ticks {
            let (y, label) = (self.up(tick.value), !tick.label.is_empty());
            if label {
                canvas.line(vec![(f.left, y), (f.right, y)], Stroke::solid(GRID, HAIR));
                let at = (f.left - TICK - GAP, y + 0.34 * SMALL);
                canvas.text(Text::new(at, &tick.label).align(Align::Right));
            }
            let length = if label { TICK } else { TICK / 2.0 };
            canvas.line(vec![(f.left, y), (f.left - length, y)], Stroke::solid(AXIS, HAIR));
        }
        let at = (f.left - Self::room_left(&self.y) + 0.8 * TEXT, f.centre().1);
        canvas.text(Text::new(at, &self.y.title).size(TEXT).align(Align::Middle).upright());
    }
}

/// How far the last label below may stand out on the right of the frame.
fn last_overhang(x: &Axis) -> f64 {
    let last = x.ticks.iter().rev().find(|t| !t.label.is_empty());
    last.map_or(0.0, |t| text_width(&t.label, SMALL, false) / 2.0).max(2.0)
}
