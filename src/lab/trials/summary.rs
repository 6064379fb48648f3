//! What came out of a search.

use super::hyper::trials;
use super::networks::epochs;
use super::shop::Shop;
use crate::lab::graph;
use crate::lab::search::Search;
use crate::lab::trials::history::{End, History, Row};
use crate::problem::{Problem, Problems};
use crate::store::atomic;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// What came out of a search.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// The search's name, and folder.
    pub name: String,
    /// Settings of a variant (`hyper`), or networks (`architecture`).
    pub kind: &'static str,
    /// Trials whose training was begun, or in a dry run at most would be.
    pub trials: usize,
    /// Of these, those that were trained whole.
    pub finished: usize,
    /// What the best sets, and its validation accuracy; of networks, those that no other one beats, the most accurate
    /// first.
    pub best: Vec<(String, f64)>,
    /// What the search covers, and its control.
    pub hypervolume: [Option<f64>; 2],
    /// Error and costs beyond which nothing counts as covered.
    pub reference: Vec<f64>,
    /// Multiply-accumulates that the search spent, and its control.
    pub spent_macs: [f64; 2],
    /// In a dry run: about how long all trainings would take at most.
    #[serde(skip)]
    pub takes: Option<Duration>,
}

/// What a search would be.
pub fn foreseen(shop: &Shop, search: &Search) -> Result<Outcome, Problems> {
    let data = shop.data;
    let form = crate::lab::recipe::pupil(shop.recipe, shop.base, data);
    let told = |all: Vec<(_, Problem)>| Problems(all.into_iter().map(|(_, problem)| problem).collect());
    let pupil = form.map_err(told)?;
    let whole = graph::training_time(&pupil.architecture, None, &shop.train, &pupil.data(data))?;
    let per_epoch = whole.as_secs_f64() / f64::from(shop.epochs().max(1));
    let (trials, epochs) = match search {
        Search::Hyper(hyper) => (trials(hyper), trials(hyper) as f64 * f64::from(shop.epochs())),
        Search::Architecture(networks) => (networks.candidates as usize, epochs(networks, shop.epochs())),
    };
    let takes = Some(Duration::from_secs_f64(per_epoch * epochs));
    Ok(Outcome { name: shop.name.into(), kind: search.kind(), trials, takes, ..Outcome::default() })
}

/// Writes what is best, for people and for recipes.
pub fn write(shop: &Shop, search: &Search, history: &History) -> Result<Outcome, Problems> {
    let finished = || history.rows.iter().filter(|row| row.end == End::Finished);
    let mut best: Vec<&Row> = match search {
        Search::Hyper(_) => finished().collect(),
        Search::Architecture(_) => finished().filter(|row| row.front).collect(),
    };
    best.sort_by(|a, b| b.accuracy.total_cmp(&a.accuracy).then(a.trial.cmp(&b.trial)));
    // The control may have found what the search found.
    let mut seen = BTreeSet::new();
    best.retain(|row| seen.insert(row.content.as_str()));
    if matches!(search, Search::Hyper(_)) {
        best.truncate(1);
    }
    let begun = history.rows.iter().filter(|row| row.epochs > 0 && row.rung == 0);
    let outcome = Outcome {
        name: shop.name.into(),
        kind: search.kind(),
        trials: begun.count(),
        finished: finished().count(),
        best: best.iter().map(|row| (row.settings.clone(), row.accuracy)).collect(),
        hypervolume: [false, true].map(|control| history.volume(control).filter(|v| v.is_finite())),
        reference: history.reference.clone(),
        spent_macs: [false, true].map(|control| history.spent(control)),
        takes: None,
    };
    let text = serde_json::to_string_pretty(&outcome).map_err(|e| Problem::new(e.to_string()))?;
    atomic::write(&shop.folder.join("summary.json"), (text + "\n").as_bytes())?;
    atomic::write(&shop.folder.join("best.toml"), recipe(shop, search, &best).as_bytes())?;
    Ok(outcome)
}

/// Lines to put into a recipe.
fn recipe(shop: &Shop, search: &Search, best: &[&Row]) -> String {
    let entry = |row: &&Row| {
        let head = format!("# {}: validation accuracy {:.4} after {} epochs\n", shop.name, row.accuracy, row.epochs);
        match search {
            Search::Hyper(_) => format!("{head}# in [variants.{}]: {}\n", shop.base, row.settings),
            Search::Architecture(_) => {
                let name = format!("{}-{}{}", shop.name, row.method.chars().next().unwrap_or('x'), row.trial);
                format!("{head}[architectures.{name}]\n{}\n", row.settings)
            }
        }
    };
    best.iter().map(entry).collect::<Vec<_>>().join("\n")
}
