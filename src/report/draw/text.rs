//! Fitting text into a width.

use super::svg::text_width;

/// The text, or as much of its beginning as fits with an ellipsis.
pub fn fit(text: &str, size: f64, bold: bool, width: f64) -> String {
    if text_width(text, size, bold) <= width {
        return text.into();
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    let cut = |end: usize| format!("{}…", text[..end].trim_end());
    let best = ends.iter().rev().map(|end| cut(*end)).find(|short| text_width(short, size, bold) <= width);
    best.unwrap_or_else(|| "…".into())
}

/// The name, or as much of its beginning and its end as fits around an ellipsis: names often differ at the end.
pub fn short(name: &str, size: f64, width: f64) -> String {
    if text_width(name, size, false) <= width {
        return name.into();
    }
    let letters: Vec<char> = name.chars().collect();
    let ends = |n: usize| -> String {
        let (head, tail) = (&letters[..n.div_ceil(2)], &letters[letters.len() - n / 2..]);
        head.iter().chain(&['…']).chain(tail).collect()
    };
    let fits = |text: &String| text_width(text, size, false) <= width;
    (0..letters.len()).rev().map(ends).find(fits).unwrap_or_else(|| "…".into())
}

/// At most `lines` lines that fit, broken at spaces, hyphens and underscores; the last one is cut if need be.
pub fn wrap(text: &str, size: f64, bold: bool, width: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive([' ', '-', '_']) {
        let longer = format!("{line}{word}");
        if line.is_empty() || text_width(longer.trim_end(), size, bold) <= width || done.len() + 1 >= lines {
            line = longer;
        } else {
            done.push(std::mem::replace(&mut line, word.into()));
        }
    }
    done.push(line);
    done.iter().map(|l| fit(l.trim_end(), size, bold, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_fitted_fits(text in "\\PC{0,40}", width in 12.0f64..200.0) {
            prop_assert!(text_width(&fit(&text, 7.0, false, width), 7.0, false) <= width);
            prop_assert!(text_width(&short(&text, 7.0, width), 7.0, false) <= width);
            let lines = wrap(&text, 7.0, true, width, 3);
            prop_assert!(lines.len() <= 3);
            prop_assert!(lines.iter().all(|l| text_width(l, 7.0, true) <= width));
        }
    }

    #[test]
    fn breaks_between_words() {
        assert_eq!(wrap("greedy latency", 7.0, false, 30.0, 2), ["greedy", "latency"]);
        assert_eq!(fit("local", 7.0, false, 100.0), "local");
        assert_eq!(short("policy number one", 7.0, 40.0), "polic…r one");
    }
}
