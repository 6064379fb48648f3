//! Every figure of a made-up search is drawn, inside its canvas.

use super::data::Trial;
use super::*;
use crate::report::draw::Shape;

fn trial(i: u32, method: &str) -> Trial {
    let size = f64::from(i % 7 + 1);
    Trial {
        method: method.into(),
        spent_macs: 1e9 * f64::from(i),
        accuracy: 0.9 - 0.2 / size - 0.002 * f64::from(i % 3),
        whole: !i.is_multiple_of(4),
        costs: [1e5 * size, 4e3 * size, 1e-4 * size],
        hypervolume: 0.5 + 0.01 * f64::from(i),
    }
}

fn found() -> Found {
    let all = ["halving", "halving", "evolution", "random"];
    let trials = all.iter().flat_map(|method| (1..12).map(move |i| trial(i, method))).collect();
    Found { search: "cells".into(), trials }
}

#[test]
fn every_figure_is_drawn_inside_its_canvas() {
    for figure in ALL {
        let Drawing { canvas, title, .. } = (figure.draw)(&found()).unwrap();
        let inside = |(x, y): &(f64, f64)| (0.0..=canvas.width).contains(x) && (0.0..=canvas.height).contains(y);
        for shape in &canvas.shapes {
            let right = match shape {
                Shape::Line(points, _) | Shape::Area(points, _) => points.iter().all(inside),
                Shape::Disc(at, ..) | Shape::Ring(at, ..) => inside(at),
                Shape::Text(text) => inside(&text.at),
            };
            assert!(right, "{title}: {shape:?}");
        }
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert!(ALL.iter().all(|figure| (figure.draw)(&Found::default()).is_none()));
    assert_eq!(pictures(&found()).unwrap().len(), ALL.len());
}

/// Of settings there are no fronts: all networks cost the same.
#[test]
fn a_search_of_settings_has_a_course_only() {
    let mut found = found();
    for trial in &mut found.trials {
        (trial.costs, trial.hypervolume, trial.method) = ([1e5, 4e3, 1e-4], f64::NAN, "tpe".into());
    }
    assert_eq!(found.sides().len(), 1);
    let drawn: Vec<&str> = ALL.iter().filter(|f| (f.draw)(&found).is_some()).map(|f| f.name).collect();
    assert_eq!(drawn, ["search"]);
}
