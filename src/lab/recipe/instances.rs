//! Every variant with each of its seeds.

use super::Recipe;

/// A variant with one of its seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The variant's name, followed by the seed where there are several: the profile's folder.
    pub name: String,
    /// The variant's name.
    pub variant: String,
    /// Its seed.
    pub seed: u64,
}

/// A variant's seeds; its parent's where it names none.
pub fn seeds(recipe: &Recipe, name: &str) -> Vec<u64> {
    let mut at = name;
    for _ in 0..=recipe.variants.len() {
        let Some(variant) = recipe.variants.get(at) else { break };
        let own: Vec<u64> = variant.seed.into_iter().chain(variant.seeds.iter().copied()).collect();
        match &variant.parent {
            Some(parent) if own.is_empty() => at = parent,
            _ => return own,
        }
    }
    Vec::new()
}

/// A variant's instances, in the order of its seeds.
pub fn instances(recipe: &Recipe, variant: &str) -> Vec<Instance> {
    let seeds = seeds(recipe, variant);
    let several = seeds.len() > 1;
    let named = |seed| if several { format!("{variant}-{seed}") } else { variant.into() };
    seeds.into_iter().map(|seed| Instance { name: named(seed), variant: variant.into(), seed }).collect()
}

/// Which instance of another variant goes with a seed: the one with that seed, or the only one.
pub fn beside(recipe: &Recipe, variant: &str, seed: u64) -> Option<Instance> {
    let mut all = instances(recipe, variant);
    match all.len() {
        1 => all.pop(),
        _ => all.into_iter().find(|i| i.seed == seed),
    }
}
