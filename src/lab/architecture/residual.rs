//! Residual networks for small images (He et al. 2016, section 4.2), with 1x1 convolutions where a shortcut changes shape.

use super::{Architecture, Builder, Conv, Op};

/// Three stages of `blocks` residual blocks, `width`, 2 `width` and 4 `width` channels: 6 `blocks` + 2 layers deep.
/// `blocks` 3 and `width` 16 are ResNet-20; `blocks` 1 is the ResNet-8 of MLPerf Tiny.
pub fn residual(input: [usize; 3], classes: usize, blocks: usize, width: usize) -> Architecture {
    let mut b = Builder::new(input);
    b.layer("stem", conv3(width, 1, true), 0, None);
    b.tap("stem");
    for stage in 0..3 {
        for block in b.room(0..blocks) {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let name = format!("stage{}.block{}", stage + 1, block + 1);
            residual_block(&mut b, &name, width.saturating_mul(1 << stage), stride);
        }
    }
    b.answer(classes)
}

/// Two 3x3 convolutions and the sum with the block's input, projected if the block changes the shape.
fn residual_block(b: &mut Builder, name: &str, channels: usize, stride: usize) {
    let input = b.last();
    let first = b.layer(format!("{name}.conv1"), conv3(channels, stride, true), input, None);
    let projection = Conv { channels, kernel: 1, stride, pad: 0, groups: 1, relu: false };
    let shortcut = match stride {
        1 => input,
        _ => b.layer(format!("{name}.shortcut"), Op::Conv(projection), input, None),
    };
    b.layer(format!("{name}.conv2"), conv3(channels, 1, true), first, Some(shortcut));
    b.tap(name);
}

fn conv3(channels: usize, stride: usize, relu: bool) -> Op {
    Op::Conv(Conv { channels, kernel: 3, stride, pad: 1, groups: 1, relu })
}
