//! `accuracy_macs`, `accuracy_bytes`: networks by accuracy and by what they cost.

use super::data::Lab;
use crate::report::figure::Drawing;
use crate::report::figure::accuracy_cost::{self, Model};

pub fn by_macs(lab: &Lab) -> Option<Drawing> {
    draw(lab, |made| made.macs, "Multiply-adds", "MAC")
}

pub fn by_bytes(lab: &Lab) -> Option<Drawing> {
    draw(lab, |made| made.bytes, "Shipped file", "B")
}

fn draw(lab: &Lab, cost: fn(&super::Made) -> f64, title: &str, unit: &str) -> Option<Drawing> {
    let model = |made: &super::Made| Model {
        name: made.name.clone(),
        family: made.architecture.clone(),
        cost: cost(made),
        accuracy: made.accuracy[0],
        interval: (made.accuracy[1], made.accuracy[2]),
    };
    accuracy_cost::draw(&lab.made.iter().map(model).collect::<Vec<_>>(), title, unit)
}
