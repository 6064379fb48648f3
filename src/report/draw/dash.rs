//! Dashes: a line cut into the pieces that are drawn.

use super::Point;

/// The drawn pieces of a line under a pattern of on and off lengths; the line itself if the pattern is empty.
pub(super) fn pieces(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let (Some(&first), false) = (points.first(), pattern.is_empty()) else {
        return vec![points.to_vec()];
    };
    let mut pen = Pen { pattern, phase: 0, left: pattern[0], pieces: vec![vec![first]] };
    points.windows(2).for_each(|pair| pen.go(pair[0], pair[1]));
    pen.pieces.retain(|piece| piece.len() > 1);
    pen.pieces
}

struct Pen<'a> {
    pattern: &'a [f64],
    phase: usize,
    left: f64,
    pieces: Vec<Vec<Point>>,
}

impl Pen<'_> {
    fn go(&mut self, from: Point, to: Point) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = libm::hypot(dx, dy);
        let mut gone = 0.0;
        while length - gone > self.left {
            gone += self.left;
            let at = (from.0 + dx * gone / length, from.1 + dy * gone / length);
            self.mark(at);
            self.turn(at);
        }
        self.left -= length - gone;
        self.mark(to);
    }

    fn down(&self) -> bool {
        self.phase.is_multiple_of(2)
    }

    /// A point reached; it is drawn if the pen is down.
    fn mark(&mut self, at: Point) {
        if self.down()
            && let Some(piece) = self.pieces.last_mut()
        {
            piece.push(at);
        }
    }

    /// On to the next length of the pattern; a piece starts where the pen comes down.
    fn turn(&mut self, at: Point) {
        self.phase = (self.phase + 1) % self.pattern.len();
        self.left = self.pattern[self.phase];
        if self.down() {
            self.pieces.push(vec![at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covers(pieces: &[Vec<Point>], x: f64) -> bool {
        pieces.iter().any(|p| p[0].0 <= x && x <= p[p.len() - 1].0)
    }

    proptest! {
        /// Naive twin: a place on a straight line is drawn iff the pattern is "on" there, wherever the line has its corners.
        #[test]
        fn draws_what_the_pattern_says(steps in proptest::collection::vec(0.01f64..5.0, 1..20), on in 0.5f64..3.0, off in 0.5f64..3.0) {
            let mut points = vec![(0.0, 0.0)];
            for step in steps {
                points.push((points[points.len() - 1].0 + step, 0.0));
            }
            let drawn = pieces(&points, &[on, off]);
            let end = points[points.len() - 1].0;
            for i in 0..200 {
                let x = end * f64::from(i) / 200.0;
                let phase = x % (on + off);
                let near_edge = phase.min((phase - on).abs()).min(on + off - phase) < 1e-6;
                prop_assert!(near_edge || covers(&drawn, x) == (phase < on));
            }
        }
    }

    #[test]
    fn an_empty_pattern_leaves_the_line_whole() {
        let line = [(0.0, 0.0), (3.0, 4.0)];
        assert_eq!(pieces(&line, &[]), vec![line.to_vec()]);
        assert!(pieces(&[], &[1.0, 1.0]).iter().all(Vec::is_empty));
    }
}
