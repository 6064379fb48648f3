//! Problems as a terminal shows them.

use crate::problem::{Problem, Problems, Source, floor_boundary};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// Renders problems for a terminal: place, the line itself with the culprit marked, what was received, the remedy.
pub fn render(problems: &Problems, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let each: Vec<String> = problems.0.iter().map(|p| one(p, &renderer)).collect();
    each.join("\n\n")
}

fn one(problem: &Problem, renderer: &Renderer) -> String {
    let title = headline(problem);
    let path = problem.place.as_ref().map(|p| p.source.path.display().to_string());
    let mut group = Level::ERROR
        .primary_title(title.as_str())
        .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    if let Some(place) = &problem.place {
        let mark = AnnotationKind::Primary.span(clamp(&place.source, &place.span));
        group = group
            .element(Snippet::source(&place.source.text).path(path.as_deref().unwrap_or_default()).annotation(mark));
    }
    if let Some(remedy) = &problem.remedy {
        group = group.element(Level::HELP.message(remedy.as_str()));
    }
    renderer.render(&[group])
}

fn headline(problem: &Problem) -> String {
    let file = match (&problem.place, &problem.file) {
        (None, Some(file)) => format!("{}: ", file.display()),
        _ => String::new(),
    };
    let received = problem.received.as_ref().map(|r| format!("; received {r}")).unwrap_or_default();
    format!("{file}{}{received}", problem.what)
}

/// The renderer panics on spans that leave the text or cut a character.
fn clamp(source: &Source, span: &Range<usize>) -> Range<usize> {
    let start = floor_boundary(&source.text, span.start);
    let end = floor_boundary(&source.text, span.end).max(start);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_spans_past_the_end_and_inside_characters() {
        let source = Source::new("a.toml", "ä = 1");
        for (start, end) in [(0, 99), (50, 60), (1, 2), (3, 1)] {
            let problem = Problem::new("odd").at(&source, start..end);
            assert!(render(&problem.into(), false).contains("a.toml"));
        }
        assert!(render(&Problem::new("odd").at(&Source::new("e", ""), 0..4).into(), false).contains("odd"));
    }
}
