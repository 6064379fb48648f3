//! `confusion`: which class is taken for which, network by network.

use super::data::{Lab, Made};
use crate::report::draw::{Align, Canvas, Frame, Text, text};
use crate::report::figure::{Drawing, shade};
use crate::report::theme::{INK, MM, SMALL, TEXT, TWO_COLUMNS};

/// Networks in a row, and rows at most.
const ACROSS: usize = 3;
const MOST: usize = 9;
/// Classes whose numbers are still legible.
const CLASSES: usize = 12;
const GAP: f64 = 4.0 * MM;
/// Room for a title and for the labels above and beside.
const HEAD: f64 = 2.6 * TEXT;
const SIDE: f64 = 3.2 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let legible = |made: &&Made| (1..=CLASSES).contains(&made.classes());
    let shown: Vec<&Made> = lab.made.iter().filter(legible).take(MOST).collect();
    if shown.is_empty() {
        return None;
    }
    let left_out = lab.made.len() - shown.len();
    let rest = if left_out > 0 { format!(" {left_out} more networks are not shown.") } else { String::new() };
    let caption = format!(
        "Answers to the test images in per cent of each class: a row is what the images show, a column what was answered, \
         both by label; shares below half a per cent are left blank.{rest}"
    );
    Some(Drawing { canvas: canvas(&shown), title: "Confusion".into(), caption })
}

fn canvas(shown: &[&Made]) -> Canvas {
    let across = ACROSS.min(shown.len());
    let side = (TWO_COLUMNS - 4.0 - GAP * (ACROSS as f64 - 1.0)) / ACROSS as f64;
    let (width, height) = (across as f64 * (side + GAP) - GAP + 4.0, side - SIDE + HEAD + SIDE);
    let rows = shown.len().div_ceil(across);
    let mut canvas = Canvas::new(width, rows as f64 * (height + GAP) - GAP + 4.0);
    for (i, made) in shown.iter().enumerate() {
        let (column, row) = ((i % across) as f64, (i / across) as f64);
        matrix(&mut canvas, made, Frame::sized(2.0 + column * (side + GAP), 2.0 + row * (height + GAP), side, height));
    }
    canvas
}

fn matrix(canvas: &mut Canvas, made: &Made, outer: Frame) {
    let title = text::fit(&made.name, TEXT, true, outer.width());
    canvas.text(Text::new((outer.left + SIDE, outer.top + TEXT), title).size(TEXT).bold());
    let n = made.classes();
    let cell = (outer.width() - SIDE) / n as f64;
    let (left, top) = (outer.left + SIDE, outer.top + HEAD);
    let small = (0.45 * cell).min(SMALL);
    for (row, shares) in shares(made).into_iter().enumerate() {
        let middle = top + (row as f64 + 0.5) * cell + 0.34 * small;
        canvas.text(Text::new((left - 2.0, middle), row.to_string()).size(small).align(Align::Right));
        let above = (left + (row as f64 + 0.5) * cell, top - 2.0);
        canvas.text(Text::new(above, row.to_string()).size(small).align(Align::Middle).colour(INK));
        for (column, share) in shares.into_iter().enumerate() {
            let frame = Frame::sized(left + column as f64 * cell, top + row as f64 * cell, cell - 0.4, cell - 0.4);
            let (colour, ink) = shade(share);
            canvas.area(frame.corners(), colour.into());
            if share >= 0.005 {
                let at = (frame.centre().0, middle);
                canvas
                    .text(Text::new(at, format!("{:.0}", 100.0 * share)).size(small).align(Align::Middle).colour(ink));
            }
        }
    }
}

/// By label and answer, shares of the label's images.
fn shares(made: &Made) -> Vec<Vec<f64>> {
    let n = made.classes();
    let mut counts = vec![vec![0.0; n]; n];
    made.answers.iter().for_each(|(label, answer, _)| counts[*label as usize][*answer as usize] += 1.0);
    for row in &mut counts {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|c| *c /= sum.max(1.0));
    }
    counts
}
