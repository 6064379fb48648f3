//! `training`: loss and validation accuracy, epoch by epoch.

use super::data::Lab;
use super::looks;
use crate::report::draw::{Axis, Canvas, Frame, Legend, Panel, Scale, series};
use crate::report::figure::Drawing;
use crate::report::theme::{Look, MM, TWO_COLUMNS};

const HEIGHT: f64 = 58.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<(&str, Look, &[[f64; 2]])> = looks(lab)
        .into_iter()
        .filter(|(made, _)| made.epochs.len() > 1)
        .map(|(made, look)| (made.name.as_str(), look, made.epochs.as_slice()))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let caption = "Mean training loss and accuracy on the validation images after each epoch. Losses of unlike methods are \
                   not of one kind: they are to be read curve by curve.";
    Some(Drawing { canvas: canvas(&shown), title: "Training".into(), caption: caption.into() })
}

fn canvas(shown: &[(&str, Look, &[[f64; 2]])]) -> Canvas {
    let entries = shown.iter().map(|(name, look, _)| ((*name).to_string(), *look)).collect();
    let legend = Legend::new(entries, TWO_COLUMNS - 4.0, true);
    let mut canvas = Canvas::new(TWO_COLUMNS, HEIGHT + legend.height() + 6.0);
    let cells = Frame::sized(2.0, 2.0, TWO_COLUMNS - 4.0, HEIGHT - 2.0).grid(2, 1, 12.0);
    for (which, (cell, title)) in cells.into_iter().zip(["Training loss", "Validation accuracy (%)"]).enumerate() {
        let factor = if which == 0 { 1.0 } else { 100.0 };
        let longest = shown.iter().map(|(_, _, epochs)| epochs.len()).max().unwrap_or(1);
        let x = Axis::new(Scale::linear_around(1.0, longest as f64), 6, "Epoch");
        let values = shown.iter().flat_map(|(_, _, epochs)| epochs.iter().map(|e| factor * e[which]));
        let panel = Panel::inside(cell, 0.0, "", x, Axis::new(Scale::around(values), 6, title));
        panel.draw(&mut canvas);
        for (_, look, epochs) in shown {
            let at = |(i, epoch): (usize, &[f64; 2])| panel.at(i as f64 + 1.0, factor * epoch[which]);
            let points: Vec<_> = epochs.iter().enumerate().filter_map(at).collect();
            let last = points.last().copied();
            series::curve(&mut canvas, points, look);
            last.into_iter().for_each(|at| series::marker(&mut canvas, at, look, true));
        }
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, HEIGHT + 3.0);
    canvas
}
