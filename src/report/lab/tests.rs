//! Every figure of made-up networks is drawn, inside its canvas.

use super::data::{Lab, Made};
use super::*;
use crate::report::draw::Shape;

fn made(name: &str, wrong_every: u32) -> Made {
    let answer =
        |i: u32| (i % 10, if i.is_multiple_of(wrong_every) { (i + 1) % 10 } else { i % 10 }, 0.5 + 0.0004 * i as f32);
    let kinds =
        ["noise", "blur"].iter().flat_map(|k| (1..=5).map(move |s| (k.to_string(), s, 0.9 - 0.1 * f64::from(s))));
    Made {
        name: name.into(),
        architecture: name.into(),
        macs: 1e6 * f64::from(wrong_every),
        bytes: 1e4 * f64::from(wrong_every),
        accuracy: [0.9, 0.88, 0.92],
        epochs: (0..8).map(|e| [2.0 / f64::from(e + 1), 0.8 + 0.01 * f64::from(e)]).collect(),
        answers: (0..1000).map(answer).collect(),
        sensitivity: (0..6).map(|l| (format!("stage1.block{l}"), 0.001 * f64::from(l) - 0.001)).collect(),
        corrupted: kinds.collect(),
    }
}

fn lab() -> Lab {
    Lab { made: vec![made("teacher", 20), made("student", 7), made("a-student-with-quite-a-long-name", 5)] }
}

#[test]
fn every_figure_is_drawn_inside_its_canvas() {
    for figure in ALL {
        let Drawing { canvas, title, .. } = (figure.draw)(&lab()).unwrap();
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
    assert!(ALL.iter().all(|figure| (figure.draw)(&Lab::default()).is_none()));
}

#[test]
fn pictures_are_whole() {
    let names: Vec<String> = pictures(&lab()).unwrap().into_iter().map(|p| p.name).collect();
    assert_eq!(names, ALL.iter().map(|f| f.name).collect::<Vec<_>>());
}
