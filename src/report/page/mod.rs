//! `report.html`: one page that needs nothing else. No script, nothing fetched, every text from outside escaped.

mod base64;
mod glossary;
mod provenance;
mod style;
mod table;

use super::{Picture, data::Study};
use crate::problem::Problem;
use minijinja::{Environment, Value, context, syntax::SyntaxConfig, value::Serde};

/// The name ends in `.html`, so values are escaped unless the template says `safe`, as it does for our own figures.
const NAME: &str = "report.html";

/// The page of a study with its figures.
///
/// # Errors
/// If the template fails.
pub fn render(study: &Study, pictures: &[Picture]) -> Result<String, Problem> {
    let failed = |e: minijinja::Error| Problem::new(format!("cannot write the page: {e:#}"));
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
    environment.add_template(NAME, include_str!("report.html")).map_err(failed)?;
    let figures: Vec<Value> = pictures.iter().map(figure).collect();
    let context = context! {
        style => style::css(),
        title => title(study),
        question => study.manifest.question.as_str(),
        summary => Serde(&study.manifest.summary),
        table => Serde(table::of(study)),
        figures,
        provenance => Serde(provenance::of(study)),
        glossary => Serde(glossary::of(study)),
    };
    environment.get_template(NAME).and_then(|t| t.render(context)).map_err(failed)
}

fn title(study: &Study) -> &str {
    if study.manifest.title.is_empty() { "A study without a title" } else { &study.manifest.title }
}

fn figure(p: &Picture) -> Value {
    context! {
        name => p.name.as_str(), title => p.title.as_str(), caption => p.caption.as_str(), svg => p.svg.as_str(),
        mm => p.width_mm,
    }
}
