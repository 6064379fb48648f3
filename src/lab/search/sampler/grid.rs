//! Every combination of a few settings of each axis.

use crate::lab::search::space::{Point, Space};
use schemars::JsonSchema;
use serde::Deserialize;

/// How fine the grid is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grid {
    /// Settings of an axis of numbers, both ends included; of choices all are taken.
    #[serde(default = "points")]
    pub points: usize,
}

fn points() -> usize {
    3
}

impl Grid {
    /// All points, the last axis changing fastest; those that differ only in what does not count are one.
    pub(super) fn points(&self, space: &Space) -> Vec<Point> {
        let axes: Vec<Vec<f64>> = space.axes.iter().map(|axis| axis.domain.grid(self.points)).collect();
        let mut all: Vec<Vec<f64>> = vec![Vec::new()];
        for axis in &axes {
            let longer = |begun: &Vec<f64>| axis.iter().map(|p| [begun.as_slice(), &[*p]].concat()).collect::<Vec<_>>();
            all = all.iter().flat_map(longer).collect();
        }
        let mut points: Vec<Point> = Vec::new();
        for places in all {
            let point = space.settle(places);
            if !points.contains(&point) {
                points.push(point);
            }
        }
        points
    }

    pub(super) fn ask(&self, space: &Space, trial: usize) -> Option<Point> {
        self.points(space).into_iter().nth(trial)
    }

    pub(super) fn complaints(&self) -> Vec<(&'static str, String)> {
        let right = (1..=100).contains(&self.points);
        if right { Vec::new() } else { vec![("points", "must be from 1 to 100".into())] }
    }
}
