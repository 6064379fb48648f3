//! Distillation: how a parent teaches. A method is one file here and one line in [`Distil`].

mod kd;

pub use kd::Kd;

use super::network::Executor;
use super::train::Objective;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a parent teaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Distil {
    /// By its softened answers (Hinton, Vinyals, Dean 2015).
    Kd(Kd),
}

impl Distil {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kd(_) => "kd",
        }
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Kd(kd) => kd.complaints(),
        }
    }

    /// What the student's training makes small.
    pub fn objective(&self, teacher: Executor) -> Box<dyn Objective> {
        match self {
            Self::Kd(kd) => Box::new(kd::KdObjective::new(*kd, teacher)),
        }
    }
}
