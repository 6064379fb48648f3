//! Weights on disk: safetensors with one metadata key, `tierwise`, that holds the description as JSON.

use super::executor::Folded;
use super::layout::Role;
use super::op::{Trainee, broken};
use super::pass::Plan;
use crate::lab::architecture::{Architecture, Op};
use crate::lab::data::Scaling;
use crate::problem::Problem;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The metadata key.
const KEY: &str = "tierwise";

/// Which form of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Norms folded into convolutions: what is shipped and measured.
    Shipped,
    /// As trained, norms and running statistics apart: what later steps start from.
    Trained,
}

/// The description that a file carries.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    scaling: Scaling,
    architecture: Architecture,
}

/// Named tensors and what they belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// How bytes become the network's input.
    pub scaling: Scaling,
    /// The description.
    pub architecture: Architecture,
    /// Shape and values by name.
    pub tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Weights {
    /// A trained network's weights, in either form.
    ///
    /// # Errors
    /// candle's own.
    pub fn of(trainee: &Trainee, scaling: Scaling, kind: Kind) -> Result<Self, Problem> {
        let tensors = match kind {
            Kind::Trained => trained(&trainee.plan, &trainee.flat().map_err(broken)?, &trainee.statistics),
            Kind::Shipped => shipped(&trainee.plan, &Folded::of(trainee)?),
        };
        Ok(Self { scaling, architecture: trainee.plan.architecture.clone(), tensors })
    }

    /// The file's bytes; equal weights give equal bytes.
    ///
    /// # Errors
    /// A tensor that cannot be written.
    pub fn encode(&self) -> Result<Vec<u8>, Problem> {
        let head = Head { scaling: self.scaling.clone(), architecture: self.architecture.clone() };
        let head = serde_json::to_string(&head).map_err(|e| Problem::new(e.to_string()))?;
        encode(&self.tensors, head)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn decode(bytes: &[u8]) -> Result<Self, Problem> {
        let (tensors, head) = decode(bytes)?;
        let Head { scaling, architecture } =
            serde_json::from_str(&head).map_err(|e| Problem::new(format!("not weights of this program: {e}")))?;
        architecture.check()?;
        Ok(Self { scaling, architecture, tensors })
    }

    /// The inference form of shipped weights.
    ///
    /// # Errors
    /// A tensor that is missing.
    pub fn folded(&self) -> Result<Folded, Problem> {
        let mut layers = Vec::new();
        for layer in &self.architecture.layers {
            let part = |role: &str| self.values(&format!("{}.{role}", layer.name));
            layers.push(match layer.op {
                Op::GlobalAveragePool | Op::AveragePool { .. } | Op::GroupLogits { .. } => [Vec::new(), Vec::new()],
                _ => [part("weight")?, part("bias")?],
            });
        }
        Ok(Folded { architecture: self.architecture.clone(), layers })
    }

    /// The trainable form of trained weights.
    ///
    /// # Errors
    /// A tensor that is missing or of a wrong size.
    pub fn trainee(&self) -> Result<Trainee, Problem> {
        let plan = Plan::new(self.architecture.clone())?;
        let mut flat = Vec::new();
        for p in &plan.layout.parameters {
            flat.extend(self.values(&p.name)?);
        }
        let mut statistics = Vec::new();
        for layer in self.architecture.layers.iter().filter(|l| matches!(l.op, Op::Conv(_))) {
            statistics.extend(self.values(&format!("{}.mean", layer.name))?);
            statistics.extend(self.values(&format!("{}.variance", layer.name))?);
        }
        if (flat.len(), statistics.len()) != (plan.layout.len(), plan.layout.statistics_len()) {
            return Err(Problem::new("the weights do not fit their architecture"));
        }
        Trainee::with(plan, &flat, statistics).map_err(broken)
    }

    fn values(&self, name: &str) -> Result<Vec<f32>, Problem> {
        let missing = || Problem::new(format!("the weights have no tensor `{name}`"));
        Ok(self.tensors.get(name).ok_or_else(missing)?.1.clone())
    }
}

fn trained(plan: &Plan, flat: &[f32], statistics: &[f32]) -> BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let parameters = plan.layout.parameters.iter();
    let mut out: BTreeMap<_, _> =
        parameters.map(|p| (p.name.clone(), (p.shape.clone(), flat[p.range.clone()].to_vec()))).collect();
    for (layer, range) in plan.architecture.layers.iter().zip(&plan.layout.statistics).filter(|(_, r)| !r.is_empty()) {
        let (mean, variance) = statistics[range.clone()].split_at(range.len() / 2);
        for (name, values) in [("mean", mean), ("variance", variance)] {
            out.insert(format!("{}.{name}", layer.name), (vec![values.len()], values.to_vec()));
        }
    }
    out
}

fn shipped(plan: &Plan, folded: &Folded) -> BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let weights = plan.layout.parameters.iter().filter(|p| p.role == Role::Weight);
    let both = weights.flat_map(|p| {
        let [weight, bias] = &folded.layers[p.layer];
        let name = &plan.architecture.layers[p.layer].name;
        let bias = (format!("{name}.bias"), (vec![bias.len()], bias.clone()));
        [(p.name.clone(), (p.shape.clone(), weight.clone())), bias]
    });
    both.collect()
}

/// Writes tensors and one metadata text as safetensors.
///
/// # Errors
/// A tensor that cannot be written.
pub fn encode(tensors: &BTreeMap<String, (Vec<usize>, Vec<f32>)>, head: String) -> Result<Vec<u8>, Problem> {
    let bytes: Vec<Vec<u8>> = tensors.values().map(|(_, v)| v.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, (shape, _)), bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(|e| Problem::new(e.to_string()))?;
    let metadata = Some(HashMap::from([(KEY.to_string(), head)]));
    safetensors::serialize(views, metadata).map_err(|e| Problem::new(e.to_string()))
}

/// Reads tensors and the metadata text from safetensors.
///
/// # Errors
/// What is wrong with the bytes.
#[allow(clippy::type_complexity)]
pub fn decode(bytes: &[u8]) -> Result<(BTreeMap<String, (Vec<usize>, Vec<f32>)>, String), Problem> {
    let wrong = |e: safetensors::SafeTensorError| Problem::new(format!("not a whole safetensors file: {e}"));
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(wrong)?;
    let head = metadata.metadata().as_ref().and_then(|m| m.get(KEY)).cloned();
    let head = head.ok_or_else(|| Problem::new(format!("the file's metadata have no key `{KEY}`")))?;
    let file = SafeTensors::deserialize(bytes).map_err(wrong)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(Problem::new(format!("tensor `{name}` is not of 32-bit floats")));
        }
        let (words, _) = view.data().as_chunks::<4>();
        tensors
            .insert(name.to_string(), (view.shape().to_vec(), words.iter().map(|w| f32::from_le_bytes(*w)).collect()));
    }
    Ok((tensors, head))
}
