//! Residual networks of bottlenecks (He et al. 2016, figure 5): 1x1, 3x3, 1x1. The 3x3 convolution has the stride.

use super::{Architecture, Builder, Conv, Op};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stages of residual blocks that narrow, convolve and widen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bottleneck {
    /// Blocks of each stage; each stage after the first halves height and width.
    pub blocks: Vec<usize>,
    /// Channels inside the first stage's blocks; each further stage has twice as many.
    pub width: usize,
    /// Channels between blocks, in multiples of those inside.
    #[serde(default = "expansion")]
    pub expansion: usize,
    /// The input is averaged over squares of so many pixels a side first: a lower resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink: Option<usize>,
    /// Taps behind which there is an early answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exits: Vec<String>,
}

fn expansion() -> usize {
    4
}

impl Bottleneck {
    /// The description for some input and number of classes: a 3x3 convolution, the stages, the answer.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Architecture {
        let mut b = Builder::new(input);
        b.layer("stem", conv(self.width, 3, 1, true), 0, None);
        b.tap("stem");
        let mut channels = self.width;
        for (stage, &blocks) in self.blocks.iter().enumerate() {
            let inside = (0..stage).fold(self.width, |width, _| width.saturating_mul(2));
            for block in b.room(0..blocks) {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let name = format!("stage{}.block{}", stage + 1, block + 1);
                let widths = [channels, inside, inside.saturating_mul(self.expansion)];
                self::block(&mut b, &name, widths, stride);
                channels = widths[2];
            }
        }
        b.answer(classes)
    }
}

/// The sum with the block's input, projected where the block changes the shape.
fn block(b: &mut Builder, name: &str, [from, inside, to]: [usize; 3], stride: usize) {
    let input = b.last();
    b.layer(format!("{name}.conv1"), conv(inside, 1, 1, true), input, None);
    let second = b.layer(format!("{name}.conv2"), conv(inside, 3, stride, true), b.last(), None);
    let shortcut = match stride == 1 && from == to {
        true => input,
        false => b.layer(format!("{name}.shortcut"), conv(to, 1, stride, false), input, None),
    };
    b.layer(format!("{name}.conv3"), conv(to, 1, 1, true), second, Some(shortcut));
    b.tap(name);
}

fn conv(channels: usize, kernel: usize, stride: usize, relu: bool) -> Op {
    Op::Conv(Conv { channels, kernel, stride, pad: kernel / 2, groups: 1, relu })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::counts;

    /// torchvision's `resnet50` has 25,557,032 parameters (its documentation) for 1,000 classes, of which 9,536 are its
    /// 7x7 stem's (64 · 147 weights and a norm); a 3x3 stem on three channels has 1,856.
    #[test]
    fn resnet50_has_the_cited_parameters() {
        let a = Bottleneck { blocks: vec![3, 4, 6, 3], width: 64, expansion: 4, shrink: None, exits: vec![] }
            .architecture([56, 56, 3], 1000);
        a.check().unwrap();
        let parameters: u64 = counts(&a).unwrap().iter().map(|c| c.parameters).sum();
        assert_eq!(parameters, 25_557_032 - 9_536 + 1_856);
    }
}
