//! What makes a network, as one hash: equal makings give equal weights (on one instruction set).

use crate::lab::architecture::Architecture;
use crate::lab::distil::subclass::Groups;
use crate::lab::distil::{Distil, Focus, Labels};
use crate::lab::prune::Prune;
use crate::lab::quantise::Quantise;
use crate::lab::train::Train;
use crate::problem::Problem;
use crate::store::hash::sha256_hex;
use serde::Serialize;

/// The version of training: it changes when equal recipes would give other weights.
const STEP: &str = "train-1";

/// Everything that makes a network.
#[derive(Serialize)]
pub struct Making<'a> {
    pub step: &'static str,
    /// What it begins with, where that is not another network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<&'a Architecture>,
    pub train: Option<&'a Train>,
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
    /// How that is pruned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune: Option<&'a Prune>,
    /// How that is quantised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantise: Option<&'a Quantise>,
    /// Whether its file is entropy-coded.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub coded: bool,
    /// Its labels, if not the data's classes, and which classes each is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<(&'a Labels, &'a [Vec<usize>])>,
    /// Classes that are favoured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<&'a Focus>,
    /// The partition that its teacher teaches by, if that is the recipe's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<&'a Groups>,
}

impl<'a> Making<'a> {
    /// A network that nothing is said of yet.
    pub fn new(seed: u64, data: &'a str, images: [usize; 2]) -> Self {
        let (architecture, train, taught, origin, prune, quantise) = (None, None, None, None, None, None);
        let (labels, focus, partition, coded) = (None, None, None, false);
        Self {
            step: STEP,
            architecture,
            train,
            seed,
            data,
            images,
            taught,
            origin,
            prune,
            quantise,
            coded,
            labels,
            focus,
            partition,
        }
    }

    /// SHA-256 over all of it.
    pub fn content(&self) -> Result<String, Problem> {
        Ok(sha256_hex(&serde_json::to_vec(self).map_err(|e| Problem::new(e.to_string()))?))
    }
}
