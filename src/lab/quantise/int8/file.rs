//! The integer network as tensors: of an integer layer `weight` (I8), `scale` (F32) and `bias` (I32), of one in floats
//! `weight` and `bias` (F32).

use super::network::{Int8Network, LayerWeights};
use crate::lab::architecture::{Architecture, Op};
use crate::lab::network::{Layout, Role};
use crate::lab::quantise::file::{Tensors, Values, all_taken, take_f32, take_i8, take_i32};
use crate::lab::quantise::grid::Grid;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// What the file's description says beside the architecture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scheme {
    /// What bytes stand for in each tensor.
    grids: Vec<Grid>,
    /// Names of the layers that stay in floats.
    floats: Vec<String>,
}

impl Int8Network {
    pub(in super::super) fn scheme(&self) -> Scheme {
        let floats = self.architecture.layers.iter().zip(self.floats()).filter(|(_, float)| *float);
        Scheme { grids: self.grids.clone(), floats: floats.map(|(layer, _)| layer.name.clone()).collect() }
    }

    pub(in super::super) fn tensors(&self) -> Result<Tensors, Problem> {
        let layout = Layout::new(&self.architecture)?;
        let mut tensors = Tensors::new();
        for p in layout.parameters.iter().filter(|p| p.role == Role::Weight) {
            let layer = &self.architecture.layers[p.layer].name;
            let mut put = |role: &str, shape: Vec<usize>, values: Values| {
                tensors.insert(format!("{layer}.{role}"), (shape, values));
            };
            match &self.layers[p.layer] {
                LayerWeights::Int8 { weight, scale, bias } => {
                    put("weight", p.shape.clone(), Values::I8(weight.clone()));
                    put("scale", vec![scale.len()], Values::F32(scale.clone()));
                    put("bias", vec![bias.len()], Values::I32(bias.clone()));
                }
                LayerWeights::Float { weight, bias } => {
                    put("weight", p.shape.clone(), Values::F32(weight.clone()));
                    put("bias", vec![bias.len()], Values::F32(bias.clone()));
                }
            }
        }
        Ok(tensors)
    }

    pub(in super::super) fn of(
        architecture: Architecture,
        scheme: Scheme,
        mut tensors: Tensors,
    ) -> Result<Self, Problem> {
        let layout = Layout::new(&architecture)?;
        let shapes = architecture.shapes()?;
        let mut layers = Vec::new();
        for (i, layer) in architecture.layers.iter().enumerate() {
            let float = scheme.floats.contains(&layer.name);
            let name = |role: &str| format!("{}.{role}", layer.name);
            let (weights, outputs) = (layout.range(i, Role::Weight).len(), shapes[i + 1][2]);
            let tensors = &mut tensors;
            layers.push(match (&layer.op, float) {
                (Op::GroupLogits { .. }, _) | (Op::GlobalAveragePool | Op::AveragePool { .. }, false) => {
                    LayerWeights::none()
                }
                (Op::GlobalAveragePool | Op::AveragePool { .. }, true) => {
                    LayerWeights::Float { weight: Vec::new(), bias: Vec::new() }
                }
                (_, true) => LayerWeights::Float {
                    weight: take_f32(tensors, &name("weight"), weights)?,
                    bias: take_f32(tensors, &name("bias"), outputs)?,
                },
                (_, false) => LayerWeights::Int8 {
                    weight: take_i8(tensors, &name("weight"), weights)?,
                    scale: take_f32(tensors, &name("scale"), outputs)?,
                    bias: take_i32(tensors, &name("bias"), outputs)?,
                },
            });
        }
        all_taken(&tensors)?;
        let network = Self { architecture, grids: scheme.grids, layers };
        network.check()?;
        Ok(network)
    }
}
