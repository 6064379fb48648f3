//! What is drawn inside a panel: curves, bands, intervals, markers.

use super::{Canvas, Fill, Point, Stroke};
use crate::report::theme::{CURVE, FRONT, HAIR, Look, Marker, PAPER};

/// Radius of a marker, in points.
pub const RADIUS: f64 = 2.0;
/// What a marker's radius grows by for each other one on top of it, at most three times.
const NESTED: f64 = 0.9;

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

/// A marker to draw: where, how, and whether it is full.
pub type Mark = (Point, Look, bool);

/// Markers in order; those under others at the same place are larger, so that each shows.
pub fn markers(canvas: &mut Canvas, marks: &[Mark]) {
    for (i, (at, look, full)) in marks.iter().enumerate() {
        let above = marks[i + 1..].iter().filter(|(other, ..)| close(*at, *other)).count();
        sized_marker(canvas, *at, look, *full, RADIUS + NESTED * above.min(3) as f64);
    }
}

/// Whether two markers would cover each other.
fn close(a: Point, b: Point) -> bool {
    libm::hypot(a.0 - b.0, a.1 - b.1) < RADIUS / 2.0
}

/// A marker, full or hollow.
pub fn marker(canvas: &mut Canvas, at: Point, look: &Look, full: bool) {
    sized_marker(canvas, at, look, full, RADIUS);
}

fn sized_marker(canvas: &mut Canvas, at: Point, look: &Look, full: bool, radius: f64) {
    let fill = if full { look.colour } else { PAPER };
    let outline = Stroke::solid(look.colour, 0.8);
    if look.marker == Marker::Circle {
        canvas.disc(at, radius, fill.into());
        return canvas.ring(at, radius, outline);
    }
    let mut corners = look.marker.corners(at, radius);
    canvas.area(corners.clone(), fill.into());
    corners.push(corners[0]);
    canvas.line(corners, outline);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{draw::Shape, theme};

    #[test]
    fn the_lower_of_two_markers_at_one_place_is_larger() {
        let mut canvas = Canvas::new(50.0, 50.0);
        let look = theme::look(0);
        markers(&mut canvas, &[((20.0, 20.0), look, true), ((20.1, 20.0), look, true), ((40.0, 20.0), look, true)]);
        let radius = |s: &Shape| if let Shape::Disc(_, r, _) = s { Some(*r) } else { None };
        assert_eq!(canvas.shapes.iter().filter_map(radius).collect::<Vec<_>>(), [RADIUS + NESTED, RADIUS, RADIUS]);
    }
}
