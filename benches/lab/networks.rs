//! The networks that are timed.

use std::collections::BTreeMap;
use tierwise::lab::architecture::{Architecture, Plain, residual, separable};

const INPUT: [usize; 3] = [28, 28, 1];

/// Names and descriptions, on 28 x 28 grey images with ten classes; only those that the command names, if it does.
pub fn networks() -> Vec<(&'static str, Architecture)> {
    let named = |name: &str| std::env::args().any(|a| a == name);
    let any = all().iter().any(|(name, _)| named(name));
    all().into_iter().filter(|(name, _)| !any || named(name)).collect()
}

fn all() -> Vec<(&'static str, Architecture)> {
    // 130 k parameters, 14.8 MMAC.
    let plain =
        Plain { stacks: vec![[24, 2], [48, 2], [80, 2]], width: 1.0, depth: 1.0, shrink: None, exits: Vec::new() };
    vec![
        ("residual 3x16", residual(INPUT, 10, 3, 16)),
        ("plain 24-48-80", plain.architecture(INPUT, 10)),
        // 11 k parameters, 0.84 MMAC.
        ("separable 24", separable(INPUT, 10, 24, &[[48, 2], [64, 2], [64, 1]])),
        ("residual 1x8", residual(INPUT, 10, 1, 8)),
        ("residual 1x6", residual(INPUT, 10, 1, 6)),
    ]
}

/// All of them, by name.
pub fn json() -> String {
    let all: BTreeMap<&str, Architecture> = networks().into_iter().collect();
    serde_json::to_string(&all).unwrap_or_default()
}
