//! Every instruction set against the definitions, bit for bit.

use proptest::prelude::*;

use super::*;
use crate::kernel::shape::ConvShape;
use crate::kernel::testing::config;

/// Reproducible bytes.
fn noise(len: usize, seed: u32) -> Vec<u8> {
    let numbers = crate::kernel::testing::noise(len, seed);
    numbers.into_iter().map(|v| ((v + 1.0) * 128.0).min(255.0) as u8).collect()
}

/// Reproducible weights, from -127 to 127.
fn weights(len: usize, seed: u32) -> Vec<i8> {
    noise(len, seed).into_iter().map(|b| (i16::from(b) - 128).max(-127) as i8).collect()
}

/// Any small convolution that gives anything; `groups` is 1, some, or one a channel.
fn shapes() -> impl Strategy<Value = ConvShape> {
    let image = (1..4_usize, 1..12_usize, 1..31_usize);
    let kernel = (1..6_usize, 1..7_usize, 1..4_usize, 0..3_usize);
    let channels = prop_oneof![
        (1..40_usize, 1..70_usize).prop_map(|(i, o)| (i, o, 1)),
        (1..5_usize, 1..8_usize, 1..20_usize).prop_map(|(g, i, o)| (g * i, g * o, g)),
        (1..90_usize).prop_map(|c| (c, c, c)),
        (1..20_usize, 2..4_usize).prop_map(|(c, m)| (c, c * m, c)),
    ];
    let all = (image, kernel, channels).prop_map(|((n, h, w), (kh, kw, stride, pad), (c_in, c_out, groups))| {
        ConvShape { n, h, w, c_in, c_out, kh, kw, stride, pad, groups }
    });
    all.prop_filter("gives nothing", |s| s.output_len() > 0)
}

/// The definition: one product at a time, none outside the image.
fn naive(s: &ConvShape, zero: u8, x: &[u8], w: &[i8]) -> Vec<i32> {
    let (oh, ow, gi, go) = (s.out_h(), s.out_w(), s.group_in(), s.group_out());
    let one = |at: usize| {
        let (n, oy, ox, o) = (at / s.c_out / ow / oh, at / s.c_out / ow % oh, at / s.c_out % ow, at % s.c_out);
        let mut sum = 0;
        for (ky, kx) in (0..s.kh).flat_map(|ky| (0..s.kw).map(move |kx| (ky, kx))) {
            let (y, x_) = (oy * s.stride + ky, ox * s.stride + kx);
            if y < s.pad || x_ < s.pad || y - s.pad >= s.h || x_ - s.pad >= s.w {
                continue;
            }
            for i in 0..gi {
                let from = ((n * s.h + y - s.pad) * s.w + x_ - s.pad) * s.c_in + o / go * gi + i;
                let weight = w[((ky * s.kw + kx) * gi + i) * s.c_out + o];
                sum += (i32::from(x[from]) - i32::from(zero)) * i32::from(weight);
            }
        }
        sum
    };
    (0..s.output_len()).map(one).collect()
}

/// An end with unlike channels.
fn end(channels: usize, depth: usize, zero: u8, relu: bool, residual: Option<Residual>) -> Requantise {
    let bias: Vec<i32> = (0..channels as i32).map(|c| c * 131 % 997 - 500).collect();
    let step = |c: usize| (0.02 + (c % 7) as f64 * 0.01) / (depth as f64).sqrt().max(1.0);
    Requantise::new(&(0..channels).map(step).collect::<Vec<_>>(), &bias, zero, relu, residual)
}

fn agrees(s: &ConvShape, zeros: [u8; 3], relu: bool, adds: bool) {
    let (x, w) = (noise(s.input_len(), 1), weights(s.weight_len(), 2));
    let right = naive(s, zeros[0], &x, &w);
    let residual = adds.then(|| noise(s.output_len(), 3));
    let added = adds.then_some(Residual { ratio: 0.7, zero: zeros[2] });
    let end = end(s.c_out, s.kh * s.kw * s.group_in(), zeros[1], relu, added);
    let each = |(i, &sum): (usize, &i32)| end.one(i % s.c_out, sum, residual.as_ref().map(|r| r[i]));
    let bytes: Vec<u8> = right.iter().enumerate().map(each).collect();
    for isa in Int8Isa::available() {
        let product = Int8Product::new_on(isa, s, zeros[0], &w);
        let (mut sums, mut y) = (vec![i32::MAX; right.len()], vec![77; right.len()]);
        product.run(&x, &mut sums);
        assert!(sums == right, "sums on {isa:?} of {s:?}");
        Int8Conv::new(product, &end).run(&x, residual.as_deref(), &mut y);
        assert!(y == bytes, "bytes on {isa:?} of {s:?}");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn every_instruction_set_agrees_with_the_definition(
        s in shapes(),
        zeros in any::<[u8; 3]>(),
        (relu, adds) in any::<(bool, bool)>(),
    ) {
        agrees(&s, zeros, relu, adds);
    }

    #[test]
    fn pooling_agrees_with_the_definition(
        (n, c, zero) in (1..4_usize, 1..40_usize, any::<u8>()),
        (height, width, rows, columns) in (1..8_usize, 1..8_usize, 1..4_usize, 1..4_usize),
    ) {
        let (h, w) = (height * rows, width * columns);
        let x = noise(n * h * w * c, 4);
        let end = end(c, (height * width).pow(2), 9, false, None);
        let mut y = vec![77; n * rows * columns * c];
        Int8Pool::new([h, w], [height, width], zero, end.clone()).run(&x, &mut y);
        for (i, y) in y.into_iter().enumerate() {
            let (image, row, column) = (i / c / columns / rows, i / c / columns % rows, i / c % columns);
            let pixels = (0..height).flat_map(|dy| (0..width).map(move |dx| (row * height + dy, column * width + dx)));
            let sum = pixels.map(|(y, at)| i32::from(x[((image * h + y) * w + at) * c + i % c]) - i32::from(zero)).sum();
            prop_assert_eq!(y, end.one(i % c, sum, None));
        }
    }
}

/// The layers of the networks that the lab makes, whole bands of rows and all.
#[test]
fn layers_of_usual_sizes_agree() {
    let s = |h, c_in, c_out, k, stride| ConvShape {
        n: 2,
        h,
        w: h,
        c_in,
        c_out,
        kh: k,
        kw: k,
        stride,
        pad: k / 2,
        groups: 1,
    };
    for s in [s(28, 1, 16, 3, 1), s(28, 16, 16, 3, 1), s(28, 16, 32, 3, 2), s(14, 64, 64, 1, 1), s(28, 16, 32, 1, 2)] {
        agrees(&s, [0, 3, 200], true, true);
    }
    for c in [8, 16, 24, 64] {
        for stride in [1, 2] {
            agrees(&ConvShape { groups: c, ..s(28, c, c, 3, stride) }, [10, 0, 0], true, false);
        }
    }
}

/// Where two products of bytes do not fit 16 bits.
#[test]
fn the_largest_sums_are_exact() {
    let s = ConvShape { n: 1, h: 5, w: 5, c_in: 64, c_out: 33, kh: 3, kw: 3, stride: 1, pad: 1, groups: 1 };
    for (zero, weight) in [(0, 127), (255, 127), (0, -127)] {
        let (x, w) = (vec![255 - zero; s.input_len()], vec![weight; s.weight_len()]);
        let right = naive(&s, zero, &x, &w);
        for isa in Int8Isa::available() {
            let mut sums = vec![0; right.len()];
            Int8Product::new_on(isa, &s, zero, &w).run(&x, &mut sums);
            assert_eq!(sums, right);
        }
    }
}

#[test]
#[should_panic(expected = "a weight of -128")]
fn a_weight_beyond_the_range_is_refused() {
    let s = ConvShape { n: 1, h: 1, w: 1, c_in: 1, c_out: 1, kh: 1, kw: 1, stride: 1, pad: 0, groups: 1 };
    Int8Product::new(&s, 0, &[-128]);
}
