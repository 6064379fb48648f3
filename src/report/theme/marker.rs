//! Markers: shapes of about equal area around a point.

use std::f64::consts::TAU;

/// A marker's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A triangle on its base.
    Up,
    /// A square on its corner.
    Diamond,
    /// A triangle on its tip.
    Down,
    /// A five-pointed star.
    Star,
    /// A thick plus.
    Plus,
}

/// All markers, in the order in which policies take them.
pub const ALL: [Marker; 7] =
    [Marker::Circle, Marker::Square, Marker::Up, Marker::Diamond, Marker::Down, Marker::Star, Marker::Plus];

impl Marker {
    /// Corners of the shape around `centre` for a disc of the given radius; none for the disc itself.
    pub fn corners(self, centre: (f64, f64), radius: f64) -> Vec<(f64, f64)> {
        match self {
            Self::Circle => Vec::new(),
            Self::Square => ring(centre, &[1.25], 4, 0.125, radius),
            Self::Diamond => ring(centre, &[1.35], 4, 0.0, radius),
            Self::Up => ring(centre, &[1.45], 3, 0.75, radius),
            Self::Down => ring(centre, &[1.45], 3, 0.25, radius),
            Self::Star => ring(centre, &[1.6, 0.7], 10, 0.75, radius),
            Self::Plus => plus(centre, 1.3 * radius, 0.42 * radius),
        }
    }
}

/// `count` corners, from `turn` of a full turn on (down is 0.25), at distances that repeat.
fn ring((x, y): (f64, f64), reach: &[f64], count: usize, turn: f64, radius: f64) -> Vec<(f64, f64)> {
    (0..count)
        .map(|i| {
            let angle = TAU * (turn + i as f64 / count as f64);
            let r = radius * reach[i % reach.len()];
            (x + r * libm::cos(angle), y + r * libm::sin(angle))
        })
        .collect()
}

fn plus((x, y): (f64, f64), r: f64, h: f64) -> Vec<(f64, f64)> {
    let shape =
        [(-h, -r), (h, -r), (h, -h), (r, -h), (r, h), (h, h), (h, r), (-h, r), (-h, h), (-r, h), (-r, -h), (-h, -h)];
    shape.iter().map(|(dx, dy)| (x + dx, y + dy)).collect()
}
