//! Names beside their points, without overlaps: each tries places around its point and takes the cheapest, in turns,
//! until nothing moves.

use super::{Align, Canvas, Fill, Frame, Point, Stroke, Text, series::RADIUS, svg::text_width, text};
use crate::report::theme::{AXIS, Colour, HAIR, PAPER, SMALL};

/// A name and the point it belongs to.
pub struct Label {
    /// The point.
    pub at: Point,
    /// The name.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
}

/// Directions a name may stand in, best first: x and y, 1 = right or down.
const SIDES: [(f64, f64); 8] =
    [(1.0, 0.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (-1.0, -1.0), (-1.0, 1.0)];
/// Distances from the point; beyond the first a leader joins the two.
const REACH: [f64; 6] = [RADIUS + 4.0, 10.0, 16.0, 25.0, 36.0, 50.0];
/// Longest name, in points.
const LONGEST: f64 = 82.0;
/// Rounds of improvement.
const ROUNDS: usize = 12;

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    frame: Frame,
    rank: usize,
    far: bool,
}

/// Draws names inside `frame`, before their markers: off each other, off all the points and, if there is room, off straight `lines`.
pub fn draw(canvas: &mut Canvas, frame: &Frame, labels: &[Label], lines: &[[Point; 2]]) {
    let names: Vec<String> = labels.iter().map(|l| text::short(&l.name, SMALL, LONGEST.min(frame.width()))).collect();
    let points: Vec<Point> = labels.iter().map(|l| l.at).collect();
    let places = arrange(frame, &points, &names, lines);
    for ((label, name), place) in labels.iter().zip(names).zip(places) {
        if place.far {
            canvas.line(vec![label.at, nearest(&place.frame, label.at)], Stroke::solid(AXIS, 0.7 * HAIR));
        }
        let at = (place.frame.left, place.frame.bottom - 0.24 * SMALL);
        canvas.area(place.frame.corners(), Fill { colour: PAPER, alpha: 0.75 });
        canvas.text(Text::new(at, name).align(Align::Left).colour(label.colour));
    }
}

/// A place for every name.
fn arrange(frame: &Frame, points: &[Point], names: &[String], lines: &[[Point; 2]]) -> Vec<Place> {
    let choices: Vec<Vec<Place>> = points.iter().zip(names).map(|(p, n)| places(frame, *p, n)).collect();
    let alone = |(i, all): (usize, &Vec<Place>)| all.iter().map(|p| alone(p, i, points, lines)).collect();
    let fixed: Vec<Vec<f64>> = choices.iter().enumerate().map(alone).collect();
    let mut taken = vec![0usize; points.len()];
    for _ in 0..ROUNDS {
        let before = taken.clone();
        for i in 0..points.len() {
            let cost = |c: usize| fixed[i][c] + beside(&choices[i][c], i, points, &choices, &taken);
            taken[i] = (0..choices[i].len()).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(0);
        }
        if taken == before {
            break;
        }
    }
    taken.iter().zip(&choices).map(|(t, c)| c[*t]).collect()
}

fn mark((x, y): Point) -> Frame {
    let r = RADIUS + 1.0;
    Frame::sized(x - r, y - r, 2.0 * r, 2.0 * r)
}

/// All places for a name around a point, moved inside the frame.
fn places(frame: &Frame, at: Point, name: &str) -> Vec<Place> {
    let (w, h) = (text_width(name, SMALL, false), SMALL);
    let place = |(rank, (reach, (dx, dy))): (usize, (f64, (f64, f64)))| {
        let slant = if dx != 0.0 && dy != 0.0 { 0.75 } else { 1.0 };
        let left = at.0 + dx * slant * reach + (dx - 1.0) / 2.0 * w;
        let top = at.1 + dy * slant * reach + (dy - 1.0) / 2.0 * h;
        let left = left.min(frame.right - w).max(frame.left + 1.0);
        let top = top.min(frame.bottom - h - 1.0).max(frame.top);
        Place { frame: Frame::sized(left, top, w, h), rank, far: rank >= SIDES.len() }
    };
    REACH.into_iter().flat_map(|reach| SIDES.map(|side| (reach, side))).enumerate().map(place).collect()
}

/// What a place costs whatever other names do: points and lines it covers, points its leader crosses, distance.
fn alone(place: &Place, i: usize, points: &[Point], lines: &[[Point; 2]]) -> f64 {
    let wide = grown(&place.frame);
    let hit: f64 = points.iter().map(|p| wide.overlap(&mark(*p))).sum();
    let lined = lines.iter().filter(|[from, to]| crosses(*from, *to, &wide)).count();
    let led = |j: usize| j != i && place.far && crosses(points[i], nearest(&place.frame, points[i]), &mark(points[j]));
    let led = (0..points.len()).filter(|j| led(*j)).count();
    20.0 * hit + 25.0 * lined as f64 + 60.0 * led as f64 + place.rank as f64
}

/// What a place costs beside the other names: overlaps above all, then leaders that cross names.
fn beside(place: &Place, i: usize, points: &[Point], choices: &[Vec<Place>], taken: &[usize]) -> f64 {
    let others = (0..taken.len()).filter(|j| *j != i).map(|j| (points[j], &choices[j][taken[j]]));
    let wide = grown(&place.frame);
    let names: f64 = others.clone().map(|(_, o)| wide.overlap(&o.frame)).sum();
    let crossed = others.filter(|(at, o)| {
        let theirs = o.far && crosses(*at, nearest(&o.frame, *at), &wide);
        theirs || (place.far && crosses(points[i], nearest(&place.frame, points[i]), &o.frame))
    });
    20.0 * names + 150.0 * crossed.count() as f64
}

fn grown(f: &Frame) -> Frame {
    Frame { left: f.left - 1.0, top: f.top - 0.3, right: f.right + 1.0, bottom: f.bottom + 0.3 }
}

/// Whether a straight line passes through a frame: the stretch of it that is inside in x and in y is not empty.
fn crosses(from: Point, to: Point, frame: &Frame) -> bool {
    let x = inside(from.0, to.0, frame.left, frame.right);
    let y = inside(from.1, to.1, frame.top, frame.bottom);
    x.0.max(y.0).max(0.0) < x.1.min(y.1).min(1.0)
}

/// From which to which share of the way from `a` to `b` one is between `low` and `high`.
fn inside(a: f64, b: f64, low: f64, high: f64) -> (f64, f64) {
    if a == b {
        return if low < a && a < high { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let (s, t) = ((low - a) / (b - a), (high - a) / (b - a));
    (s.min(t), s.max(t))
}

/// The point of a frame nearest to another.
fn nearest(frame: &Frame, (x, y): Point) -> Point {
    (x.max(frame.left).min(frame.right), y.max(frame.top).min(frame.bottom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(frame: &Frame, points: &[Point], names: &[String]) -> f64 {
        let places = arrange(frame, points, names, &[]);
        assert!(places.iter().all(|p| frame.holds(&p.frame)));
        let pair = |i: usize| places[..i].iter().map(|o| o.frame.overlap(&places[i].frame)).sum::<f64>();
        let hits = |p: &Place| points.iter().map(|at| mark(*at).overlap(&p.frame)).sum::<f64>();
        (0..places.len()).map(pair).sum::<f64>() + places.iter().map(hits).sum::<f64>()
    }

    #[test]
    fn names_of_crowded_points_do_not_overlap() {
        let frame = Frame::sized(0.0, 0.0, 150.0, 130.0);
        let names: Vec<String> = (0..7).map(|i| format!("policy {i}")).collect();
        let crowd: Vec<Point> = (0..7).map(|i| (70.0 + f64::from(i), 60.0 + 2.0 * f64::from(i))).collect();
        assert_eq!(overlaps(&frame, &crowd, &names), 0.0);
        let corner: Vec<Point> = (0..7).map(|i| (148.0, 3.0 + 3.0 * f64::from(i))).collect();
        assert_eq!(overlaps(&frame, &corner, &names), 0.0);
    }

    proptest! {
        /// Naive twin: some of many points of the line are inside.
        #[test]
        fn crossings_are_found(ends in proptest::array::uniform4(-10i8..10), size in (1u8..8, 1u8..8)) {
            let [x0, y0, x1, y1] = ends.map(|v| f64::from(v) + 0.25);
            let frame = Frame::sized(-3.0, -3.0, f64::from(size.0), f64::from(size.1));
            let at = |t: f64| (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
            let inside = |(x, y): Point| x > frame.left && x < frame.right && y > frame.top && y < frame.bottom;
            let sampled = (0..=4000).any(|i| inside(at(f64::from(i) / 4000.0)));
            let near = |grow: f64| {
                let f = Frame { left: frame.left - grow, top: frame.top - grow, right: frame.right + grow, bottom: frame.bottom + grow };
                crosses((x0, y0), (x1, y1), &f)
            };
            prop_assert!(!sampled || near(0.0));
            prop_assert!(sampled || !near(-0.02));
        }
    }

    #[test]
    fn one_point_alone_has_its_name_on_the_right() {
        let place = arrange(&Frame::sized(0.0, 0.0, 100.0, 100.0), &[(50.0, 50.0)], &["a".into()], &[])[0];
        assert!(place.frame.left > 50.0 && !place.far);
    }
}
