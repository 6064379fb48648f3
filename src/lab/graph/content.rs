//! What makes a network, as one hash: equal makings give equal weights (on one instruction set).

use crate::lab::architecture::Architecture;
use crate::lab::distil::Distil;
use crate::lab::train::Train;
use crate::problem::Problem;
use crate::store::hash::sha256_hex;
use serde::Serialize;

/// The version of training: it changes when equal recipes would give other weights.
const STEP: &str = "train-1";

/// Everything that makes a network.
#[derive(Serialize)]
pub struct Making<'a> {
    pub architecture: &'a Architecture,
    pub train: &'a Option<Train>,
    pub seed: u64,
    /// SHA-256 of the data.
    pub data: &'a str,
    /// How many are trained on, and held out.
    pub images: [usize; 2],
    /// How it is taught, and the content of its teacher.
    pub taught: Option<(&'a Distil, &'a str)>,
    /// The content of the network it begins from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'a str>,
}

#[derive(Serialize)]
struct Versioned<'a> {
    step: &'static str,
    #[serde(flatten)]
    making: &'a Making<'a>,
}

impl Making<'_> {
    /// SHA-256 over all of it.
    pub fn content(&self) -> Result<String, Problem> {
        let text = serde_json::to_vec(&Versioned { step: STEP, making: self });
        Ok(sha256_hex(&text.map_err(|e| Problem::new(e.to_string()))?))
    }
}
