//! Coded weights as tensors: `weight` (I8, or several codes a byte, U8), `scale` or `table` (F32), `bias` (F32).

use super::{CoarseNetwork, CoarseWeights};
use crate::lab::architecture::Architecture;
use crate::lab::network::{Layout, Role};
use crate::lab::quantise::file::{Tensors, Values, all_taken, take_f32, take_u8};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// What the file's description says beside the architecture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Scheme {
    /// Integers of so many bits, shifted to start from 0.
    Scaled {
        /// Bits of a weight.
        bits: u32,
    },
    /// Positions in tables.
    Shared {
        /// Bits of a position.
        bits: u32,
        /// Values in each layer's table.
        values: Vec<usize>,
    },
}

/// Several codes a byte, the first in the lowest bits.
fn packed(codes: &[u8], bits: u32) -> Vec<u8> {
    let join = |byte: &[u8]| byte.iter().rev().fold(0u8, |byte, code| byte.unbounded_shl(bits) | code);
    codes.chunks((8 / bits) as usize).map(join).collect()
}

fn unpacked(bytes: &[u8], bits: u32, len: usize) -> Vec<u8> {
    let mask = u8::MAX >> (8 - bits);
    let codes = bytes.iter().flat_map(|byte| (0..8 / bits).map(move |i| byte >> (i * bits) & mask));
    codes.take(len).collect()
}

impl CoarseNetwork {
    pub(in super::super) fn scheme(&self) -> Scheme {
        let table = |w: &CoarseWeights| match w {
            CoarseWeights::Shared { table, .. } => Some(table.len()),
            CoarseWeights::Scaled { .. } => None,
        };
        let values: Option<Vec<usize>> = self.layers.iter().map(|(w, _)| table(w)).collect();
        values.map_or(Scheme::Scaled { bits: self.bits }, |values| Scheme::Shared { bits: self.bits, values })
    }

    pub(in super::super) fn tensors(&self) -> Result<Tensors, Problem> {
        let layout = Layout::new(&self.architecture)?;
        let offset = 1i16 << (self.bits - 1);
        let mut tensors = Tensors::new();
        for p in layout.parameters.iter().filter(|p| p.role == Role::Weight) {
            let (weights, bias) = &self.layers[p.layer];
            let (codes, (role, more)) = match weights {
                CoarseWeights::Scaled { weight, scale } => {
                    (weight.iter().map(|w| (i16::from(*w) + offset) as u8).collect(), ("scale", scale))
                }
                CoarseWeights::Shared { code, table } => (code.clone(), ("table", table)),
            };
            let codes = packed(&codes, self.bits);
            let mut put = |role: &str, values: Values, len: usize| {
                let layer = &self.architecture.layers[p.layer].name;
                tensors.insert(format!("{layer}.{role}"), (vec![len], values));
            };
            let len = codes.len();
            put("weight", Values::U8(codes), len);
            put(role, Values::F32(more.clone()), more.len());
            put("bias", Values::F32(bias.clone()), bias.len());
        }
        Ok(tensors)
    }

    pub(in super::super) fn of(
        architecture: Architecture,
        scheme: &Scheme,
        mut tensors: Tensors,
    ) -> Result<Self, Problem> {
        let bits = match scheme {
            Scheme::Scaled { bits } | Scheme::Shared { bits, .. } => *bits,
        };
        if !matches!(bits, 1 | 2 | 4 | 8) {
            return Err(Problem::new("a code's bits must be 1, 2, 4 or 8").received(bits));
        }
        let (layout, shapes) = (Layout::new(&architecture)?, architecture.shapes()?);
        let mut layers = Vec::new();
        for (i, layer) in architecture.layers.iter().enumerate() {
            let name = |role: &str| format!("{}.{role}", layer.name);
            let len = layout.range(i, Role::Weight).len();
            let outputs = if len == 0 { 0 } else { shapes[i + 1][2] };
            let mut codes = Vec::new();
            if len > 0 {
                codes =
                    unpacked(&take_u8(&mut tensors, &name("weight"), len.div_ceil((8 / bits) as usize))?, bits, len);
            }
            let mut floats = |role: &str, n: usize| match len {
                0 => Ok(Vec::new()),
                _ => take_f32(&mut tensors, &name(role), n),
            };
            let weights = match scheme {
                Scheme::Scaled { .. } => {
                    let offset = 1i16 << (bits - 1);
                    let weight = codes.iter().map(|c| (i16::from(*c) - offset) as i8).collect();
                    CoarseWeights::Scaled { weight, scale: floats("scale", outputs)? }
                }
                Scheme::Shared { values, .. } => {
                    let count = values.get(i).copied().unwrap_or(0);
                    if codes.iter().any(|c| usize::from(*c) >= count) {
                        return Err(Problem::new(format!("a weight of `{}` is beyond its table", layer.name)));
                    }
                    CoarseWeights::Shared { code: codes, table: floats("table", count)? }
                }
            };
            layers.push((weights, floats("bias", outputs)?));
        }
        all_taken(&tensors)?;
        Ok(Self { architecture, bits, layers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_codes_come_back(codes in proptest::collection::vec(any::<u8>(), 0..50), width in 0..4u32) {
            let bits = 1 << width;
            let codes: Vec<u8> = codes.into_iter().map(|c| c & (u8::MAX >> (8 - bits))).collect();
            let bytes = packed(&codes, bits);
            prop_assert_eq!(bytes.len(), (codes.len() * bits as usize).div_ceil(8));
            prop_assert_eq!(unpacked(&bytes, bits, codes.len()), codes);
        }
    }
}
