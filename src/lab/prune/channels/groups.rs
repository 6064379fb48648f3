//! Which channels depend on which (the dependency groups of Fang et al. 2023, arXiv 2301.12900), from the description.

use crate::lab::architecture::{Architecture, Op};
use crate::problem::Problem;
use std::collections::BTreeMap;

/// Channels that can only go together, as (tensor, channel), rising.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The channels.
    pub channels: Vec<(usize, usize)>,
}

/// Units of the same tensors: each can go in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tensors, rising.
    pub tensors: Vec<usize>,
    /// The units, in the order of their first channels.
    pub units: Vec<Unit>,
}

/// All channels that can go; the input's, the answers' and what is tied to them stay.
///
/// # Errors
/// As for [`Architecture::shapes`].
pub fn groups(architecture: &Architecture) -> Result<Vec<Group>, Problem> {
    let widths: Vec<usize> = architecture.shapes()?.iter().map(|s| s[2]).collect();
    let mut groups: BTreeMap<Vec<usize>, Vec<Unit>> = BTreeMap::new();
    for channels in Ties::of(architecture, &widths).units() {
        let mut tensors: Vec<usize> = channels.iter().map(|c| c.0).collect();
        tensors.dedup();
        groups.entry(tensors).or_default().push(Unit { channels });
    }
    groups.retain(|tensors, _| tensors.iter().all(|&t| can_go(architecture, t)));
    Ok(groups.into_iter().map(|(tensors, units)| Group { tensors, units }).collect())
}

fn can_go(architecture: &Architecture, tensor: usize) -> bool {
    let writer = tensor.checked_sub(1).map(|i| &architecture.layers[i].op);
    writer.is_some_and(|op| !matches!(op, Op::Linear { .. } | Op::GroupLogits { .. }))
}

/// A forest over all channels: a channel points to one that it depends on, a root to itself.
struct Ties {
    starts: Vec<usize>,
    parent: Vec<usize>,
}

impl Ties {
    fn of(architecture: &Architecture, widths: &[usize]) -> Self {
        let starts: Vec<usize> = widths.iter().scan(0, |sum, w| Some(std::mem::replace(sum, *sum + w))).collect();
        let mut ties = Self { parent: (0..widths.iter().sum()).collect(), starts };
        for (i, layer) in architecture.layers.iter().enumerate() {
            let (from, to) = (layer.from, i + 1);
            match &layer.op {
                Op::Conv(conv) if conv.groups > 1 => ties.grouped(from, to, conv.groups, [widths[from], widths[to]]),
                Op::Conv(_) | Op::Linear { .. } | Op::GroupLogits { .. } => {}
                Op::GlobalAveragePool | Op::AveragePool { .. } => ties.alike(from, to, widths[to]),
            }
            if let Some(added) = layer.add {
                ties.alike(added, to, widths[to]);
            }
        }
        ties
    }

    /// Each channel of one tensor depends on the same one of another.
    fn alike(&mut self, a: usize, b: usize, width: usize) {
        (0..width).for_each(|c| self.tie(self.starts[a] + c, self.starts[b] + c));
    }

    /// All that a group of a convolution reads and writes belongs together.
    fn grouped(&mut self, from: usize, to: usize, groups: usize, widths: [usize; 2]) {
        for (tensor, width) in [from, to].into_iter().zip(widths) {
            let first = |c: usize| self.starts[from] + c * groups / width * (widths[0] / groups);
            let pairs: Vec<[usize; 2]> = (0..width).map(|c| [first(c), self.starts[tensor] + c]).collect();
            pairs.into_iter().for_each(|[a, b]| self.tie(a, b));
        }
    }

    fn tie(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    fn root(&self, mut at: usize) -> usize {
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    /// The channels of each tree, trees in the order of their first ones.
    fn units(&self) -> impl Iterator<Item = Vec<(usize, usize)>> {
        let mut trees: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (tensor, &start) in self.starts.iter().enumerate() {
            let end = self.starts.get(tensor + 1).copied().unwrap_or(self.parent.len());
            (start..end).for_each(|at| trees.entry(self.root(at)).or_default().push((tensor, at - start)));
        }
        trees.into_values()
    }
}
