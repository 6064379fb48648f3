//! Inverted residuals with linear bottlenecks (Sandler et al. 2018, MobileNetV2, arXiv 1801.04381), with plain ReLU in place
//! of ReLU6.

use super::{Architecture, Builder, Conv, Op, one, whole};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A network of blocks that widen, convolve each channel by itself, and narrow without a ReLU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inverted {
    /// Channels of the first convolution.
    pub stem: usize,
    /// Its stride: 1 for small images.
    #[serde(default = "stride")]
    pub stem_stride: usize,
    /// Rows of the paper's table 2: expansion, channels, repeats, and the stride of the first repeat.
    pub blocks: Vec<[usize; 4]>,
    /// Channels of a last 1x1 convolution, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<usize>,
    /// All channels are multiplied by this (and rounded), the head's only if it is above 1.
    #[serde(default = "one")]
    pub width: f64,
    /// All repeats are multiplied by this (and rounded up).
    #[serde(default = "one")]
    pub depth: f64,
    /// The input is averaged over squares of so many pixels a side first: a lower resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shrink: Option<usize>,
    /// Taps behind which there is an early answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exits: Vec<String>,
}

fn stride() -> usize {
    1
}

impl Inverted {
    /// The description for some input and number of classes.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Architecture {
        let mut b = Builder::new(input);
        let stem = whole(self.stem, self.width);
        b.layer("stem", conv(stem, 3, self.stem_stride, 1, true), 0, None);
        b.tap("stem");
        let mut channels = stem;
        for (stage, &[expansion, width, repeats, stride]) in (1..).zip(&self.blocks) {
            let width = whole(width, self.width);
            for repeat in b.room(1..=(repeats as f64 * self.depth).ceil() as usize) {
                let stride = if repeat == 1 { stride } else { 1 };
                let name = format!("stage{stage}.block{repeat}");
                block(&mut b, &name, [channels, channels.saturating_mul(expansion), width], stride);
                channels = width;
            }
        }
        if let Some(head) = self.head {
            b.layer("head", conv(whole(head, self.width.max(1.0)), 1, 1, 1, true), b.last(), None);
            b.tap("head");
        }
        b.answer(classes)
    }
}

/// Widens, unless by 1; convolves each channel; narrows, and adds the input where the shape stays.
fn block(b: &mut Builder, name: &str, [from, wide, to]: [usize; 3], stride: usize) {
    let input = b.last();
    if wide != from {
        b.layer(format!("{name}.expand"), conv(wide, 1, 1, 1, true), input, None);
    }
    b.layer(format!("{name}.depthwise"), conv(wide, 3, stride, wide, true), b.last(), None);
    let shortcut = (stride == 1 && from == to).then_some(input);
    b.layer(format!("{name}.project"), conv(to, 1, 1, 1, false), b.last(), shortcut);
    b.tap(name);
}

fn conv(channels: usize, kernel: usize, stride: usize, groups: usize, relu: bool) -> Op {
    Op::Conv(Conv { channels, kernel, stride, pad: kernel / 2, groups, relu })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::counts;

    fn mobilenet_v2(width: f64) -> Inverted {
        let blocks =
            [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]];
        Inverted {
            stem: 32,
            stem_stride: 2,
            blocks: blocks.to_vec(),
            head: Some(1280),
            width,
            depth: 1.0,
            shrink: None,
            exits: vec![],
        }
    }

    /// The paper's table 4: 3.4 M parameters and 300 M multiply-adds; torchvision's `mobilenet_v2` has 3,504,872
    /// parameters (its documentation), the paper's count being without the norms'.
    #[test]
    fn mobilenet_v2_has_the_cited_size() {
        let a = mobilenet_v2(1.0).architecture([224, 224, 3], 1000);
        a.check().unwrap();
        let counts = counts(&a).unwrap();
        assert_eq!(counts.iter().map(|c| c.parameters).sum::<u64>(), 3_504_872);
        assert_eq!((counts.iter().map(|c| c.macs).sum::<u64>() + 500_000) / 1_000_000, 301);
    }

    #[test]
    fn width_and_depth_multiply() {
        let halved = mobilenet_v2(0.5).architecture([64, 64, 3], 10);
        let shape = |a: &Architecture, tap: &str| a.shapes().unwrap()[a.at_tap(tap).unwrap()];
        assert_eq!((shape(&halved, "stem")[2], shape(&halved, "head")[2]), (16, 1280));
        assert_eq!(shape(&halved, "stage2.block2"), [16, 16, 12]);
        let deep = Inverted { depth: 1.5, ..mobilenet_v2(1.0) }.architecture([64, 64, 3], 10);
        assert!(deep.at_tap("stage4.block6").is_ok() && deep.at_tap("stage4.block7").is_err());
        halved.check().unwrap();
        deep.check().unwrap();
    }
}
