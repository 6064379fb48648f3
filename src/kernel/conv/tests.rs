use proptest::prelude::*;

use super::*;
use crate::kernel::norm::affine_on;
use crate::kernel::testing::{close, config, in_pool, noise};
use crate::kernel::threads;

/// Any small convolution, ragged in every way; `groups` is 1, some, or one a channel.
pub(super) fn shapes() -> impl Strategy<Value = ConvShape> {
    let image = (1..4_usize, 1..12_usize, 1..31_usize);
    let kernel = (1..6_usize, 1..6_usize, 1..4_usize, 0..3_usize);
    let channels = prop_oneof![
        (1..40_usize, 1..70_usize).prop_map(|(i, o)| (i, o, 1)),
        (1..5_usize, 1..8_usize, 1..20_usize).prop_map(|(g, i, o)| (g * i, g * o, g)),
        (1..40_usize).prop_map(|c| (c, c, c)),
        (1..20_usize, 2..4_usize).prop_map(|(c, m)| (c, c * m, c)),
    ];
    (image, kernel, channels).prop_map(|((n, h, w), (kh, kw, stride, pad), (c_in, c_out, groups))| ConvShape {
        n,
        h,
        w,
        c_in,
        c_out,
        kh,
        kw,
        stride,
        pad,
        groups,
    })
}

/// Input, weights, gradient of the output.
pub(super) fn operands(s: &ConvShape) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    (noise(s.input_len(), 1), noise(s.weight_len(), 2), noise(s.output_len(), 3))
}

/// The three results of an instruction set; outputs start as NaN, so that what is left out shows.
pub(super) fn all(isa: Isa, s: &ConvShape) -> [Vec<f32>; 3] {
    let (x, w, dy) = operands(s);
    let mut y = vec![f32::NAN; dy.len()];
    let mut dx = vec![f32::NAN; x.len()];
    let mut dw = vec![f32::NAN; w.len()];
    conv2d_on(isa, s, &x, &w, &mut y);
    conv2d_grad_input_on(isa, s, &dy, &w, &mut dx);
    conv2d_grad_weight_on(isa, s, &x, &dy, &mut dw);
    [y, dx, dw]
}

fn all_naive(s: &ConvShape) -> [Vec<f32>; 3] {
    let (x, w, dy) = operands(s);
    [naive::conv2d(s, &x, &w), naive::grad_input(s, &dy, &w), naive::grad_weight(s, &x, &dy)]
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn every_instruction_set_agrees_with_the_definition(s in shapes()) {
        let right = all_naive(&s);
        for isa in Isa::available() {
            for (ours, right) in all(isa, &s).iter().zip(&right) {
                prop_assert!(close(ours, right), "{isa:?} {s:?}");
            }
        }
    }

    #[test]
    fn the_fused_pass_is_both_passes(s in shapes(), relu in any::<bool>(), with_residual in any::<bool>()) {
        let (x, w, residual) = operands(&s);
        let residual = with_residual.then_some(&residual[..]);
        let (scale, shift) = (noise(s.c_out, 4), noise(s.c_out, 5));
        let [mut conv, mut right, mut ours] = [(); 3].map(|()| vec![f32::NAN; s.output_len()]);
        for isa in Isa::available() {
            conv2d_on(isa, &s, &x, &w, &mut conv);
            affine_on(isa, &conv, s.c_out, &scale, &shift, residual, relu, &mut right);
            conv2d_affine_on(isa, &s, &x, &w, &scale, &shift, residual, relu, &mut ours);
            prop_assert_eq!(&ours, &right);
        }
    }

    #[test]
    fn gradients_are_adjoint_to_the_forward_pass(s in shapes()) {
        let (x, w, dy) = operands(&s);
        let [y, dx, dw] = all(Isa::best(), &s);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let (forward, size) = (dot(&dy, &y), (1 + y.len()) as f64);
        prop_assert!((forward - dot(&dx, &x)).abs() < 1e-5 * size, "{s:?}");
        prop_assert!((forward - dot(&dw, &w)).abs() < 1e-5 * size, "{s:?}");
    }
}

#[test]
fn fused_instruction_sets_agree_bit_for_bit() {
    let fused: Vec<Isa> = Isa::available().into_iter().filter(|isa| *isa != Isa::Portable).collect();
    let s = ConvShape { n: 5, h: 9, w: 11, c_in: 6, c_out: 35, kh: 3, kw: 3, stride: 2, pad: 1, groups: 1 };
    let deep = ConvShape { c_out: 6, groups: 6, ..s };
    for s in [s, deep] {
        for pair in fused.windows(2) {
            assert_eq!(all(pair[0], &s), all(pair[1], &s));
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let mixed = ConvShape { n: 19, h: 14, w: 14, c_in: 16, c_out: 24, kh: 3, kw: 3, stride: 1, pad: 1, groups: 1 };
    let single = ConvShape { n: 1, h: 57, w: 57, ..mixed };
    let deep = ConvShape { n: 160, c_out: 16, groups: 16, stride: 2, ..mixed };
    for s in [mixed, single, deep] {
        assert!(threads::worth_sharing(s.work()), "one thread does it anyway: {s:?}");
        let one = in_pool(1, || all(Isa::best(), &s));
        for threads in [2, 3] {
            assert_eq!(one, in_pool(threads, || all(Isa::best(), &s)), "{threads} threads");
        }
    }
}

#[test]
fn nothing_in_gives_zeros_out() {
    let s = ConvShape { n: 2, h: 2, w: 2, c_in: 3, c_out: 4, kh: 5, kw: 5, stride: 1, pad: 0, groups: 1 };
    let [y, dx, dw] = all(Isa::best(), &s);
    assert!(y.is_empty());
    assert!(dx.iter().chain(&dw).all(|&v| v == 0.0));
}

#[test]
#[should_panic(expected = "length of the weights")]
fn a_wrong_length_is_refused() {
    let s = ConvShape { n: 1, h: 2, w: 2, c_in: 1, c_out: 1, kh: 1, kw: 1, stride: 1, pad: 0, groups: 1 };
    conv2d(&s, &[0.0; 4], &[0.0; 2], &mut [0.0; 4]);
}
