//! Stacks of 3x3 convolutions, each stack after the first begun with a stride of 2 (the all-convolutional network of
//! Springenberg et al. 2015, arXiv 1412.6806, section 2).

use super::{Architecture, Builder, Conv, Op, one, whole};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A network without shortcuts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plain {
    /// Channels and convolutions of each stack.
    pub stacks: Vec<[usize; 2]>,
    /// All channels are multiplied by this (and rounded).
    #[serde(default = "one")]
    pub width: f64,
    /// All numbers of convolutions are multiplied by this (and rounded up).
    #[serde(default = "one")]
    pub depth: f64,
    /// The input is averaged over squares of so many pixels a side first: a lower resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink: Option<usize>,
    /// Taps behind which there is an early answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exits: Vec<String>,
}

impl Plain {
    /// The description for some input and number of classes.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Architecture {
        let mut b = Builder::new(input);
        for (stack, &[channels, convolutions]) in self.stacks.iter().enumerate() {
            let channels = whole(channels, self.width);
            for at in b.room(1..=(convolutions as f64 * self.depth).ceil() as usize) {
                let stride = if stack > 0 && at == 1 { 2 } else { 1 };
                let conv = Conv { channels, kernel: 3, stride, pad: 1, groups: 1, relu: true };
                let name = format!("stack{}.conv{at}", stack + 1);
                b.layer(&name, Op::Conv(conv), b.last(), None);
                b.tap(name);
            }
        }
        b.answer(classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::counts;

    /// By hand, on 28 x 28 x 1: 9·8 weights at 784 places, 72·8 at 784, 72·16 at 196, 16·10 at one.
    #[test]
    fn counts_by_hand() {
        let plain = Plain { stacks: vec![[4, 2], [8, 1]], width: 2.0, depth: 1.0, shrink: None, exits: vec![] };
        let a = plain.architecture([28, 28, 1], 10);
        a.check().unwrap();
        let macs: Vec<u64> = counts(&a).unwrap().iter().map(|c| c.macs).collect();
        assert_eq!(macs, [72 * 784, 576 * 784, 1152 * 196, 0, 160]);
        assert_eq!(Plain { depth: 1.5, ..plain }.architecture([28, 28, 1], 10).layers.len(), 7);
    }
}
