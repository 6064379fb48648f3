//! Depthwise-separable networks (Howard et al. 2017, MobileNet), for the smallest devices.

use super::{Architecture, Builder, Conv, Op};

/// A 3x3 convolution to `stem` channels, then per block `[channels, stride]` a 3x3 depthwise and a 1x1 convolution.
pub fn separable(input: [usize; 3], classes: usize, stem: usize, blocks: &[[usize; 2]]) -> Architecture {
    let mut b = Builder::new(input);
    b.layer("stem", conv(stem, 3, 1, 1), 0, None);
    b.tap("stem");
    let mut width = stem;
    for (i, &[channels, stride]) in blocks.iter().enumerate() {
        let name = format!("block{}", i + 1);
        b.layer(format!("{name}.depthwise"), conv(width, 3, stride, width), b.last(), None);
        b.layer(format!("{name}.pointwise"), conv(channels, 1, 1, 1), b.last(), None);
        b.tap(name);
        width = channels;
    }
    b.answer(classes)
}

fn conv(channels: usize, kernel: usize, stride: usize, groups: usize) -> Op {
    Op::Conv(Conv { channels, kernel, stride, pad: kernel / 2, groups, relu: true })
}
