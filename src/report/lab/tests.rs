//! Every figure of made-up networks is drawn, inside its canvas.

use super::data::{Gain, Lab, Made, Spent};
use super::*;
use crate::report::draw::Shape;
use crate::store::parquet::{Columns, Table};

fn made(name: &str, wrong_every: u32) -> Made {
    let answer =
        |i: u32| (i % 10, if i.is_multiple_of(wrong_every) { (i + 1) % 10 } else { i % 10 }, 0.5 + 0.0004 * i as f32);
    let kinds =
        ["noise", "blur"].iter().flat_map(|k| (1..=5).map(move |s| (k.to_string(), s, 0.9 - 0.1 * f64::from(s))));
    Made {
        name: name.into(),
        variant: name.into(),
        architecture: name.into(),
        seeds: 1,
        macs: 1e6 * f64::from(wrong_every),
        bytes: 1e4 * f64::from(wrong_every),
        accuracy: [0.9, 0.88, 0.92],
        epochs: (0..8).map(|e| [2.0 / f64::from(e + 1), 0.8 + 0.01 * f64::from(e)]).collect(),
        answers: (0..1000).map(answer).collect(),
        sensitivity: (0..6).map(|l| (format!("stage1.block{l}"), 0.001 * f64::from(l) - 0.001)).collect(),
        corrupted: kinds.collect(),
        calibration: Some([[0.03, 0.01], [0.3, 0.25], [0.12, 0.11]]),
        energy: energy(wrong_every).collect(),
    }
}

fn energy(cost: u32) -> impl Iterator<Item = Spent> {
    let spent = move |(i, device): (usize, &&str)| Spent {
        device: (*device).into(),
        joules: 1e-4 * f64::from(cost) * (i + 1) as f64,
        extrapolated: i == 1,
    };
    ["small", "middle", "large", "largest"].iter().enumerate().map(spent)
}

/// Two comparisons: in one, the other side says nothing of classes.
fn gains() -> Vec<Gain> {
    let gain = |i: usize, control: &str| Gain {
        variant: "student".into(),
        control: control.into(),
        partition: "halves".into(),
        name: format!("class-{i}"),
        superclass: ["odd", "even"][i % 2].into(),
        class: if control == "blind" { [f64::NAN; 3] } else { [0.01 * i as f64 - 0.04, 0.01 * i as f64 - 0.06, 0.01] },
        superclass_gain: [0.004 * i as f64, f64::NAN, f64::NAN],
    };
    ["other", "blind"].iter().flat_map(|control| (0..10).map(move |i| gain(i, control))).collect()
}

/// Over two seeds: means, and intervals by the t of one degree of freedom; rows without a control are left out.
#[test]
fn gains_are_read_over_seeds() {
    let home = tempfile::tempdir().unwrap();
    let text = |v: [&str; 5]| v.map(String::from);
    let t = Columns::new()
        .str("variant", text(["a"; 5]))
        .str("control_variant", text(["b", "b", "b", "", "b"]))
        .str("partition", text(["p"; 5]))
        .str("split", text(["test", "test", "validation", "test", "test"]))
        .str("subclass", text(["x", "x", "x", "x", "y"]))
        .str("superclass", text(["s"; 5]))
        .f64("gain", vec![0.1, 0.3, 9.0, 9.0, f64::NAN])
        .f64("superclass_gain", vec![0.5, 0.5, 9.0, 9.0, 0.25]);
    t.write(&home.path().join("subclass.parquet")).unwrap();
    let found = data::gains(&Table::read(&home.path().join("subclass.parquet")).unwrap()).unwrap();
    let [x, y] = &found[..] else { panic!("{found:?}") };
    // 0.2 ± 12.7062 · 0.141421 / √2.
    assert!((x.class[0] - 0.2).abs() < 1e-12 && (x.class[2] - 1.470_620_5).abs() < 1e-6, "{x:?}");
    assert_eq!(x.superclass_gain, [0.5; 3]);
    assert!(y.class[0].is_nan() && y.superclass_gain[0] == 0.25 && y.superclass_gain[1].is_nan());
}

fn lab() -> Lab {
    Lab {
        gains: gains(),
        made: vec![made("teacher", 20), made("student", 7), made("a-student-with-quite-a-long-name", 5)],
    }
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
