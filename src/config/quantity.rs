//! Quantities by the unit that a schema names.

use crate::units::{BitsPerSec, Bytes, BytesPerSec, Joules, Macs, MacsPerSec, PerSec, SimTime, UnitError, Watts};

type Parse = fn(&str) -> Result<f64, UnitError>;

/// Each base unit (`x-unit` in schemas) with its reader into that unit.
const QUANTITIES: &[(&str, Parse)] = &[
    ("s", |text| Ok(text.parse::<SimTime>()?.secs())),
    ("B", |text| Ok(text.parse::<Bytes>()?.0 as f64)),
    ("MAC", |text| Ok(text.parse::<Macs>()?.0 as f64)),
    ("bit/s", |text| Ok(text.parse::<BitsPerSec>()?.0 as f64)),
    ("B/s", |text| Ok(text.parse::<BytesPerSec>()?.0)),
    ("MAC/s", |text| Ok(text.parse::<MacsPerSec>()?.0)),
    ("1/s", |text| Ok(text.parse::<PerSec>()?.0)),
    ("J", |text| Ok(text.parse::<Joules>()?.0)),
    ("W", |text| Ok(text.parse::<Watts>()?.0)),
];

/// Reads a quantity of this base unit; `None` where nobody knows the unit.
pub(super) fn read(unit: &str, text: &str) -> Option<Result<f64, UnitError>> {
    QUANTITIES.iter().find(|(name, _)| *name == unit).map(|(_, parse)| parse(text))
}

/// A text as a number in its base unit, and that unit: `"20 ms"` is 0.02 and `s`. No unit is a quantity of two kinds.
pub fn in_base_unit(text: &str) -> Option<(f64, &'static str)> {
    QUANTITIES.iter().find_map(|(unit, parse)| parse(text).ok().map(|value| (value, *unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_quantity_by_its_unit() {
        for (text, value, unit) in [
            ("20 ms", 0.02, "s"),
            ("2 kB", 2000.0, "B"),
            ("5 Mbit/s", 5e6, "bit/s"),
            ("1 kB/s", 1000.0, "B/s"),
            ("3 /min", 0.05, "1/s"),
            ("90 mW", 0.09, "W"),
            ("1.5 GMAC/s", 1.5e9, "MAC/s"),
        ] {
            let (read, found) = in_base_unit(text).unwrap();
            assert!((read - value).abs() < 1e-9 * value && found == unit, "{text}: {read} {found}");
        }
        assert_eq!(in_base_unit("local"), None);
        assert_eq!(in_base_unit("12"), None);
    }
}
