//! Arimo, embedded; how it was subset is written in `font/README.md`.

/// The family as an SVG names it: Arimo, or what has the same widths on the reader's machine.
pub const FAMILY: &str = "Arimo, Arial, Liberation Sans, Helvetica, sans-serif";
/// The regular face (TrueType).
pub const REGULAR: &[u8] = include_bytes!("font/Arimo-Regular.ttf");
/// The bold face (TrueType).
pub const BOLD: &[u8] = include_bytes!("font/Arimo-Bold.ttf");
/// Ascent less descent, in ems: the height that a width measured "at a height" is relative to.
pub const HEIGHT: f64 = (1854.0 + 434.0) / 2048.0;
/// Height of a capital, in ems.
pub const CAPITAL: f64 = 1409.0 / 2048.0;
