//! Units on axes and in tables: an SI prefix that keeps numbers short, and numbers written for a reader.

/// How values in a base unit are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    /// What a value is multiplied by.
    pub factor: f64,
    /// The unit's symbol, prefix included; empty for a plain number.
    pub symbol: String,
}

/// Prefixes: symbol and size, ascending.
const PREFIXES: [(&str, f64); 8] =
    [("n", 1e-9), ("µ", 1e-6), ("m", 1e-3), ("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)];

impl Display {
    /// How to show values in `unit` of about this size. `1` is shown in per cent, an empty unit is a plain number.
    pub fn of(unit: &str, size: f64) -> Self {
        match unit {
            "1" => Self { factor: 100.0, symbol: "%".into() },
            "s" => prefixed(unit, size, 1.0),
            "bytes" => Self::of("B", size),
            "B" | "MAC" | "FLOP" => prefixed(unit, size.max(1.0), f64::MAX),
            "J" | "W" | "bit/s" => prefixed(unit, size, f64::MAX),
            _ => Self { factor: 1.0, symbol: unit.into() },
        }
    }

    /// The symbol in brackets after a space; nothing for a plain number.
    pub fn suffix(&self) -> String {
        if self.symbol.is_empty() { String::new() } else { format!(" ({})", self.symbol) }
    }
}

/// The largest prefix, up to `most`, at which a value of this size is still 1 or more.
fn prefixed(unit: &str, size: f64, most: f64) -> Display {
    // A value just under a prefix (0.9995) would be written as 1000 of the smaller.
    let fits = |&&(_, scale): &&(&str, f64)| scale <= most && size.abs() * 1.0005 >= scale;
    let (prefix, scale) =
        PREFIXES.iter().rev().find(fits).copied().unwrap_or(if size > 0.0 { PREFIXES[0] } else { ("", 1.0) });
    Display { factor: 1.0 / scale, symbol: format!("{prefix}{unit}") }
}

/// A number with this many decimals, a real minus sign and no negative zero.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.into(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A number with three significant digits, in a power of ten where it would be long; a dash where there is none.
pub fn three(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".into();
    }
    if size != 0.0 && !(1e-3..99_999.5).contains(&size) {
        return scientific(value);
    }
    fixed(value, decimals_of_three(size))
}

fn decimals_of_three(size: f64) -> usize {
    if size == 0.0 {
        return 0;
    }
    (2 - libm::floor(libm::log10(size * 1.0005)) as i32).clamp(0, 5) as usize
}

/// `2.5×10⁻⁴`, or `10⁶` for a whole power.
pub fn scientific(value: f64) -> String {
    let exponent = libm::floor(libm::log10(value.abs()) + 1e-12) as i32;
    let digits = value / libm::exp10(f64::from(exponent));
    let digits = fixed(digits, if (digits - digits.round()).abs() < 1e-9 { 0 } else { 2 });
    if digits == "1" { power(exponent) } else { format!("{digits}×{}", power(exponent)) }
}

/// A power of ten with a raised exponent.
pub fn power(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |d| RAISED[d as usize]);
    format!("10{}", exponent.to_string().chars().map(raise).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unit: &str, value: f64) -> String {
        let display = Display::of(unit, value);
        format!("{} {}", three(value * display.factor), display.symbol)
    }

    #[test]
    fn prefixes_keep_numbers_short() {
        assert_eq!(shown("s", 0.0123), "12.3 ms");
        assert_eq!(shown("s", 4321.0), "4321 s");
        assert_eq!(shown("J", 2.5e-6), "2.50 µJ");
        assert_eq!(shown("J", 12e6), "12.0 MJ");
        assert_eq!(shown("B", 784.0), "784 B");
        assert_eq!(shown("bytes", 25e6), "25.0 MB");
        assert_eq!(shown("B", 0.3), "0.300 B");
        assert_eq!(shown("MAC", 12_501_632.0), "12.5 MMAC");
        assert_eq!(shown("1", 0.9312), "93.1 %");
        assert_eq!(shown("s", 0.0), "0 s");
        assert_eq!(shown("s", 0.9999), "1.00 s");
        assert_eq!(shown("frames", 7.0), "7.00 frames");
        assert_eq!(Display::of("s", f64::NAN).symbol, "s");
    }

    #[test]
    fn numbers_are_written_for_readers() {
        assert_eq!(three(f64::NAN), "–");
        assert_eq!(three(-0.5), "−0.500");
        assert_eq!(three(999.9), "1000");
        assert_eq!(three(2.5e-4), "2.50×10⁻⁴");
        assert_eq!(scientific(1e6), "10⁶");
        assert_eq!(scientific(-3e-7), "−3×10⁻⁷");
        assert_eq!(fixed(-0.001, 1), "0.0");
        assert_eq!(power(-12), "10⁻¹²");
    }
}
