//! Colours that stay apart for every kind of colour vision, and their stand-ins on dark paper.

use super::{AXIS, FRONT, GRID, INK, PAPER};

/// Red, green and blue (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// `#RRGGBB`, as an SVG attribute has it.
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    /// The colour a share `t` (0 to 1) of the way to another.
    pub fn towards(self, other: Self, t: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t.clamp(0.0, 1.0)).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The policies' colours; found by a search for the largest least distance (OKLab) in normal, protan, deutan and
/// tritan vision together with steps in lightness, then toned.
pub const SERIES: [Colour; 8] = [
    INK,
    Colour(0x18, 0x57, 0xf0),
    Colour(0xd4, 0x1c, 0x9c),
    Colour(0x0a, 0x6a, 0x0a),
    Colour(0x2f, 0xb5, 0xf5),
    Colour(0x6c, 0x0a, 0x7a),
    Colour(0xf7, 0x90, 0x9a),
    Colour(0x98, 0x8f, 0x10),
];

/// The same on dark paper, in the same order.
pub const SERIES_DARK: [Colour; 8] = [
    Colour(0xea, 0xea, 0xea),
    Colour(0x3f, 0x74, 0xff),
    Colour(0xf0, 0x52, 0xb8),
    Colour(0x3d, 0xb5, 0x55),
    Colour(0x7f, 0xd8, 0xff),
    Colour(0x9a, 0x55, 0xc8),
    Colour(0xff, 0xae, 0xb8),
    Colour(0xcf, 0xc4, 0x30),
];

/// Dark paper.
pub const DARK_PAPER: Colour = Colour(0x15, 0x18, 0x1c);

/// Every colour of a figure with its stand-in on dark paper.
pub fn dark() -> Vec<(Colour, Colour)> {
    let rest = [
        (AXIS, Colour(0x9a, 0x9a, 0x9a)),
        (GRID, Colour(0x30, 0x35, 0x3b)),
        (FRONT, Colour(0x55, 0x5b, 0x62)),
        (PAPER, DARK_PAPER),
    ];
    SERIES.into_iter().zip(SERIES_DARK).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    /// Machado, Oliveira and Fernandes 2009, severity 1, on linear light: normal, protan, deutan, tritan.
    const VISIONS: [[Rgb; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    fn linear(c: Colour) -> Rgb {
        [c.0, c.1, c.2].map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(m: &[Rgb; 3], v: Rgb) -> Rgb {
        m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>())
    }

    /// Ottosson's OKLab.
    fn oklab(rgb: Rgb) -> Rgb {
        let lms = times(
            &[
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ],
            rgb.map(|v| v.max(0.0)),
        );
        times(
            &[
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ],
            lms.map(f64::cbrt),
        )
    }

    fn distance(a: Colour, b: Colour, vision: &[Rgb; 3]) -> f64 {
        let [a, b] = [a, b].map(|c| oklab(times(vision, linear(c))));
        a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
    }

    fn luminance(c: Colour) -> f64 {
        linear(c).iter().zip([0.2126, 0.7152, 0.0722]).map(|(a, b)| a * b).sum()
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    fn least(colours: &[Colour]) -> f64 {
        let pairs = colours.iter().enumerate().flat_map(|(i, a)| colours[..i].iter().map(move |b| (*a, *b)));
        pairs.flat_map(|(a, b)| VISIONS.iter().map(move |v| distance(a, b, v))).fold(f64::MAX, f64::min)
    }

    #[test]
    fn colours_stay_apart_in_every_vision() {
        assert!(least(&SERIES) > 0.11, "{}", least(&SERIES));
        assert!(least(&SERIES_DARK) > 0.07, "{}", least(&SERIES_DARK));
    }

    #[test]
    fn colours_stand_out_from_their_paper() {
        assert!(SERIES.iter().all(|c| contrast(*c, PAPER) > 2.1));
        assert!(SERIES_DARK.iter().all(|c| contrast(*c, DARK_PAPER) > 3.0));
        assert!(contrast(INK, PAPER) > 12.0 && contrast(SERIES_DARK[0], DARK_PAPER) > 12.0);
    }

    #[test]
    fn stand_ins_are_unambiguous() {
        let dark = dark();
        assert!((0..dark.len()).all(|i| dark[..i].iter().all(|(light, _)| *light != dark[i].0)));
    }
}
