//! The one error type: what is wrong, where, what was received, and the remedy.
//!
//! Problems are collected ([`Problems`]), so that a user sees everything that is wrong with a file at once.

use std::{fmt, ops::Range, path::PathBuf, sync::Arc};

/// A text file that problems point into.
#[derive(Debug)]
pub struct Source {
    /// Where it was read from, as the user named it.
    pub path: PathBuf,
    /// All of its text.
    pub text: String,
}

impl Source {
    /// A source that many problems can share.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    /// Line and column (both from 1, columns in characters) of a byte offset; past the end gives the end.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..floor_boundary(&self.text, offset)];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// The nearest character boundary at or before `offset`, inside the text.
pub fn floor_boundary(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    (0..=end).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// A stretch of a source.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Bytes in it.
    pub span: Range<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.line_column(self.span.start);
        write!(f, "{}:{line}:{column}", self.source.path.display())
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// What is wrong, in a few words without a full stop.
    pub what: String,
    /// Where, if it is in a text file.
    pub place: Option<Place>,
    /// The file, where no line can be named.
    pub file: Option<PathBuf>,
    /// What was received.
    pub received: Option<String>,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Problem {
    /// A problem, so far without a place.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// Says where in a text file.
    pub fn at(mut self, source: &Arc<Source>, span: Range<usize>) -> Self {
        self.place = Some(Place { source: source.clone(), span });
        self
    }

    /// Says in which file, where no line can be named.
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Says whose work met it, where no place and no file tell.
    pub fn met_by(mut self, name: &str) -> Self {
        if self.place.is_none() && self.file.is_none() {
            self.what = format!("`{name}`: {}", self.what);
        }
        self
    }

    /// Says what was received.
    pub fn received(mut self, received: impl fmt::Display) -> Self {
        self.received = Some(received.to_string());
        self
    }

    /// Says what to do.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// An input or output error on a file.
    pub fn io(doing: &str, path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {doing}: {error}")).in_file(path)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, &self.file) {
            (Some(place), _) => write!(f, "{place}: ")?,
            (None, Some(file)) => write!(f, "{}: ", file.display())?,
            (None, None) => {}
        }
        write!(f, "{}", self.what)?;
        if let Some(received) = &self.received {
            write!(f, "; received {received}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// All that is wrong, in the order it was found.
#[derive(Clone, Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Notes one more.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Keeps the value of a success, notes the problems of a failure.
    pub fn note<T>(&mut self, result: Result<T, impl Into<Problems>>) -> Option<T> {
        result.map_err(|e| self.0.extend(e.into().0)).ok()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` if nothing is wrong.
    ///
    /// # Errors
    /// These problems, if there are any.
    pub fn or<T>(self, value: T) -> Result<T, Problems> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// The candidate nearest to a mistyped word, if one is near enough to suggest.
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(word, c), c))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, c)| c)
}

/// `"did you mean `x`?"`, or the list of what is known when nothing is near.
pub fn remedy_for_name<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    remedy_among(word, &known.into_iter().collect::<Vec<_>>())
}

fn remedy_among(word: &str, known: &[&str]) -> String {
    match suggestion(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let source = Source::new("a.toml", "ä = 1\nkey = 2\n");
        let place = Place { source, span: 7..10 };
        assert_eq!(place.to_string(), "a.toml:2:1");
        assert_eq!(place.source.line_column(3), (1, 3));
        assert_eq!(place.source.line_column(999), (3, 1));
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(suggestion("lokal", ["local", "cloud"]), Some("local"));
        assert_eq!(suggestion("zzz", ["local", "cloud"]), None);
    }

    #[test]
    fn says_everything_in_one_line() {
        let problem = Problem::new("unknown key").received("`cuont`").remedy("did you mean `count`?").in_file("x.toml");
        assert_eq!(problem.to_string(), "x.toml: unknown key; received `cuont`; did you mean `count`?");
    }
}
