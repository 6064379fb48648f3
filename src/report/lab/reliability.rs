//! `reliability`: how often answers of some confidence are right (Guo et al. 2017), confidences calibrated.

use super::data::{Lab, Made};
use super::looks;
use crate::report::draw::{Axis, Canvas, Frame, Panel, Scale, Stroke, series};
use crate::report::figure::Drawing;
use crate::report::theme::{AXIS, HAIR, Look, MM, TWO_COLUMNS};

/// Networks in a row, and at most.
const ACROSS: usize = 4;
const MOST: usize = 12;
/// Bins of equal width, as for the expected calibration error; those with fewer answers are not shown.
const BINS: usize = 15;
const FEWEST: usize = 20;
const HEIGHT: f64 = 44.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<(&Made, Look)> = looks(lab).into_iter().filter(|(m, _)| !m.answers.is_empty()).take(MOST).collect();
    if shown.is_empty() {
        return None;
    }
    let caption = format!(
        "Share of right answers among the test images whose answer had about that confidence, temperature-scaled on \
         validation images, in {BINS} bins of equal width; bins of fewer than {FEWEST} images are not shown. Bars: 95 % \
         intervals over images. On the grey line confidence is what it says."
    );
    Some(Drawing { canvas: canvas(&shown), title: "Reliability".into(), caption })
}

fn canvas(shown: &[(&Made, Look)]) -> Canvas {
    let across = ACROSS.min(shown.len());
    let rows = shown.len().div_ceil(across);
    let width = TWO_COLUMNS * across as f64 / ACROSS as f64;
    let mut canvas = Canvas::new(width, rows as f64 * HEIGHT + 4.0);
    let outer = Frame { left: 2.0, top: 2.0, right: width - 2.0, bottom: rows as f64 * HEIGHT };
    for ((made, look), cell) in shown.iter().zip(outer.grid(across, rows, 8.0)) {
        one(&mut canvas, cell, made, look);
    }
    canvas
}

fn one(canvas: &mut Canvas, cell: Frame, made: &Made, look: &Look) {
    let bins = bins(made);
    let low = bins.iter().flat_map(|b| [b.confidence, b.interval.0]).fold(0.9, f64::min).max(0.0);
    let scale = Scale { log: false, low, high: 1.0 };
    let panel = Panel::inside(cell, 0.0, &made.name, Axis::new(scale, 3, "Confidence"), Axis::new(scale, 4, "Right"));
    panel.draw(canvas);
    if let (Some(from), Some(to)) = (panel.at(low, low), panel.at(1.0, 1.0)) {
        canvas.line(vec![from, to], Stroke::solid(AXIS, HAIR));
    }
    for bin in &bins {
        let Some(at) = panel.at(bin.confidence, bin.right) else { continue };
        series::interval(canvas, (at.0, panel.up(bin.interval.0)), (at.0, panel.up(bin.interval.1)), look);
        series::marker(canvas, at, look, true);
    }
}

struct Bin {
    confidence: f64,
    right: f64,
    interval: (f64, f64),
}

fn bins(made: &Made) -> Vec<Bin> {
    let mut sums = [(0usize, 0usize, 0.0f64); BINS];
    for (label, answer, confidence) in &made.answers {
        let bin = ((f64::from(*confidence) * BINS as f64) as usize).min(BINS - 1);
        let (count, right, sum) = &mut sums[bin];
        (*count, *right, *sum) = (*count + 1, *right + usize::from(label == answer), *sum + f64::from(*confidence));
    }
    // Seeds answer to the same images: together they are no more observations.
    let bin = |(count, right, sum): (usize, usize, f64)| Bin {
        confidence: sum / count as f64,
        right: right as f64 / count as f64,
        interval: crate::stats::wilson((right / made.seeds) as u64, (count / made.seeds) as u64, 0.95),
    };
    sums.into_iter().filter(|s| s.0 >= FEWEST * made.seeds).map(bin).collect()
}
