//! What is drawn inside a panel: curves, bands, intervals, markers.

use super::{Canvas, Fill, Point, Stroke};
use crate::report::theme::{CURVE, FRONT, HAIR, Look, Marker, PAPER};

/// Radius of a marker, in points.
pub const RADIUS: f64 = 2.0;

/// A curve through points.
pub fn curve(canvas: &mut Canvas, points: Vec<Point>, look: &Look) {
    canvas.line(points, Stroke { colour: look.colour, width: CURVE, dash: look.dash });
}

/// The band between an upper and a lower line.
pub fn band(canvas: &mut Canvas, upper: &[Point], lower: &[Point], look: &Look) {
    let outline = upper.iter().chain(lower.iter().rev()).copied().collect();
    canvas.area(outline, Fill { colour: look.colour, alpha: 0.16 });
}

/// An interval as a thin line from end to end.
pub fn interval(canvas: &mut Canvas, from: Point, to: Point, look: &Look) {
    canvas.line(vec![from, to], Stroke::solid(look.colour, HAIR));
}

/// A Pareto front as a staircase through its points, from the left; gives its straight pieces.
pub fn front(canvas: &mut Canvas, mut points: Vec<Point>) -> Vec<[Point; 2]> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let last = points.last().copied();
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    let stairs: Vec<Point> = corners.chain(last).collect();
    let pieces = stairs.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    canvas.line(stairs, Stroke::solid(FRONT, 1.4));
    pieces
}

/// A marker, full or hollow.
pub fn marker(canvas: &mut Canvas, at: Point, look: &Look, full: bool) {
    let fill = if full { look.colour } else { PAPER };
    let outline = Stroke::solid(look.colour, 0.8);
    if look.marker == Marker::Circle {
        canvas.disc(at, RADIUS, fill.into());
        return canvas.ring(at, RADIUS, outline);
    }
    let mut corners = look.marker.corners(at, RADIUS);
    canvas.area(corners.clone(), fill.into());
    corners.push(corners[0]);
    canvas.line(corners, outline);
}
