//! What is searched: axes, some of which count only where another one is set to some choice.

mod domain;
mod point;
#[cfg(test)]
mod tests;

pub use domain::{Domain, Setting};
pub use point::Point;

use crate::random::Rng;

/// An axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// What it may be set to.
    pub domain: Domain,
    /// The earlier axis, and its choice, without which this one does not count.
    pub when: Option<(usize, usize)>,
}

/// All axes, those first on which others depend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    /// In the order in which they were named.
    pub axes: Vec<Axis>,
}

impl Space {
    /// The point at places within 0 and 1, one for each axis: each goes to where its setting lies, and those that do not
    /// count are left out.
    pub fn settle(&self, places: impl IntoIterator<Item = f64>) -> Point {
        let mut point = Point::default();
        for (axis, place) in self.axes.iter().zip(places) {
            let counts = axis.when.is_none_or(|(other, choice)| self.is(&point, other, choice));
            point.0.push(counts.then(|| axis.domain.place(axis.domain.setting(place))));
        }
        point
    }

    fn is(&self, point: &Point, axis: usize, choice: usize) -> bool {
        self.setting(point, axis) == Some(Setting::Choice(choice))
    }

    /// What a point sets an axis to; nothing where it does not count.
    pub fn setting(&self, point: &Point, axis: usize) -> Option<Setting> {
        Some(self.axes.get(axis)?.domain.setting((*point.0.get(axis)?)?))
    }

    /// Points with one axis at an end, or at one of its choices, and the others in their middle, unless it would not count.
    pub fn ends(&self) -> Vec<Point> {
        let all = self.axes.iter().enumerate();
        all.flat_map(|(i, axis)| axis.domain.grid(2).into_iter().map(move |place| self.settle(self.around(i, place))))
            .collect()
    }

    fn around(&self, axis: usize, place: f64) -> Vec<f64> {
        let mut places = vec![0.5; self.axes.len()];
        places[axis] = place;
        let mut at = axis;
        while let Some((other, choice)) = self.axes[at].when {
            places[other] = self.axes[other].domain.place(Setting::Choice(choice));
            at = other;
        }
        places
    }

    /// A point anywhere, each place as likely.
    pub fn anywhere(&self, rng: &mut Rng) -> Point {
        let places: Vec<f64> = self.axes.iter().map(|_| rng.unit()).collect();
        self.settle(places)
    }
}
