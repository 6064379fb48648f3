//! What the columns mean: those that the study has.

use crate::report::data::{
    Study,
    metric::{self, UTILISATION},
};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Word {
    title: String,
    column: String,
    unit: String,
    meaning: String,
}

/// The glossary of a study.
pub(super) fn of(study: &Study) -> Vec<Word> {
    let mut words: Vec<Word> = study.metrics().into_iter().filter_map(|column| word(study, column)).collect();
    if study.metrics().iter().any(|m| m.starts_with(UTILISATION)) {
        words.push(Word {
            title: "Utilisation".into(),
            column: format!("{UTILISATION}…"),
            unit: "share".into(),
            meaning: "share of the time that a group's servers or a link's direction (of a half-duplex link also both \
                      together) were busy"
                .into(),
        });
    }
    words
}

fn word(study: &Study, column: &str) -> Option<Word> {
    let known = metric::find(column)?;
    let unit = study.unit(column);
    Some(Word {
        title: known.title.into(),
        column: known.column.into(),
        unit: if unit == "1" { "share".into() } else { unit.into() },
        meaning: known.meaning.into(),
    })
}
