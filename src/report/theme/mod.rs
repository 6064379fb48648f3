//! How figures look: sizes, text, ink, and what tells policies apart. Lengths are in points (1/72 inch).

pub mod font;
pub mod marker;
pub mod palette;

pub use marker::Marker;
pub use palette::Colour;

/// Points in a millimetre.
pub const MM: f64 = 72.0 / 25.4;
/// Width of a figure that fills one column of a paper: 85 mm.
pub const ONE_COLUMN: f64 = 85.0 * MM;
/// Width of a figure that fills both columns: 178 mm.
pub const TWO_COLUMNS: f64 = 178.0 * MM;
/// Text of ticks, legends and labels.
pub const SMALL: f64 = 7.0;
/// Text of axes and of panels' titles.
pub const TEXT: f64 = 7.5;
/// Width of a curve.
pub const CURVE: f64 = 1.1;
/// Width of axes and of intervals.
pub const HAIR: f64 = 0.5;

/// Text, and the first policy.
pub const INK: Colour = Colour(0x22, 0x22, 0x22);
/// Axes and leaders.
pub const AXIS: Colour = Colour(0x77, 0x77, 0x77);
/// Lines behind the data.
pub const GRID: Colour = Colour(0xe4, 0xe4, 0xe4);
/// Pareto fronts.
pub const FRONT: Colour = Colour(0xc6, 0xc6, 0xc6);
/// What is drawn on.
pub const PAPER: Colour = Colour(0xff, 0xff, 0xff);

/// How one policy (or model) is drawn in every figure of a study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Colour of its curve and marker.
    pub colour: Colour,
    /// Shape of its marker.
    pub marker: Marker,
    /// On and off lengths of its curve in points; empty for a solid one.
    pub dash: &'static [f64],
}

/// Dash patterns; their number shares no divisor with the palette's or the markers', so that no two of the first 280
/// looks are equal and neighbours differ in all three ways, in print without colour too.
const DASHES: [&[f64]; 5] = [&[], &[4.0, 1.6], &[1.2, 1.2], &[6.0, 1.4, 1.2, 1.4], &[2.4, 1.0]];

/// The look of the policy with this index in the study's list.
pub fn look(index: usize) -> Look {
    Look {
        colour: palette::SERIES[index % palette::SERIES.len()],
        marker: marker::ALL[index % marker::ALL.len()],
        dash: DASHES[index % DASHES.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_280_looks_differ_and_neighbours_differ_in_every_way() {
        for i in 0..280 {
            let (a, b) = (look(i), look(i + 1));
            assert!(a.colour != b.colour && a.marker != b.marker && a.dash != b.dash);
            assert!((0..i).all(|j| look(j) != a), "look {i} occurs before");
        }
    }
}
