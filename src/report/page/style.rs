//! The page's style: its own rules, the figures' font, and the figures' colours on dark paper.

use super::base64;
use crate::report::theme::{font, palette};

/// All of it.
pub(super) fn css() -> String {
    let faces = [("normal", font::REGULAR), ("bold", font::BOLD)].map(|(weight, bytes)| face(weight, bytes));
    format!(
        "{}\n{}\n@media screen and (prefers-color-scheme: dark) {{\n{}}}",
        faces.join("\n"),
        include_str!("style.css"),
        dark()
    )
}

fn face(weight: &str, bytes: &[u8]) -> String {
    let data = base64::encode(bytes);
    format!("@font-face {{ font-family: Arimo; font-weight: {weight}; src: url(data:font/ttf;base64,{data}); }}")
}

/// Figures carry their colours as attributes, which a rule overrides.
fn dark() -> String {
    let rule = |attribute: &str, light: &str, dark: &str| {
        format!("figure svg [{attribute}=\"{light}\"] {{ {attribute}: {dark}; }}\n")
    };
    let both = |(light, dark): (palette::Colour, palette::Colour)| {
        rule("fill", &light.hex(), &dark.hex()) + &rule("stroke", &light.hex(), &dark.hex())
    };
    palette::dark().into_iter().map(both).collect()
}
