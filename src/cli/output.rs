//! The one place that writes to the terminal.

use super::render::render;
use crate::problem::Problems;
use std::io::{IsTerminal, Write, stderr, stdout};

/// Writes a text and a line's end to standard output; ends the program quietly when nobody reads it any more.
pub fn say(text: impl std::fmt::Display) {
    if writeln!(stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Writes problems to standard error, marked in their lines.
pub fn complain(problems: &Problems) {
    let mut to = stderr().lock();
    let count = problems.0.len();
    let _ = writeln!(to, "{}", render(problems, to.is_terminal()));
    if count > 1 {
        let _ = writeln!(to, "\n{count} problems");
    }
}
