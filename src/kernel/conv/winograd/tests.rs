use proptest::prelude::*;

use super::*;
use crate::kernel::conv::tests::{all, operands};
use crate::kernel::conv::{forward, grad_input, grad_weight, naive};
use crate::kernel::testing::{close, config};

/// Shapes that go this way, ragged in every other.
fn shapes() -> impl Strategy<Value = ConvShape> {
    let image = (1..4_usize, 4..15_usize, 4..31_usize, 0..3_usize);
    (image, 16..70_usize, 16..70_usize).prop_filter_map(
        "tiles reach too far beyond",
        |((n, h, w, pad), c_in, c_out)| {
            let s = ConvShape { n, h, w, c_in, c_out, kh: 3, kw: 3, stride: 1, pad, groups: 1 };
            fits(&s).then_some(s)
        },
    )
}

proptest! {
    #![proptest_config(config(60))]

    /// The naive twin is the definition, and the direct way.
    #[test]
    fn tiles_give_the_convolution(s in shapes()) {
        let (x, w, dy) = operands(&s);
        for isa in Isa::available() {
            let [y, dx, dw] = all(isa, &s);
            prop_assert!(close(&y, &naive::conv2d(&s, &x, &w)), "{isa:?} {s:?}");
            prop_assert!(close(&dx, &naive::grad_input(&s, &dy, &w)), "{isa:?} {s:?}");
            let [mut direct, mut back] = [vec![f32::NAN; y.len()], vec![f32::NAN; dx.len()]];
            forward::directly(isa, &s, &x, &w, &mut direct, &|_, _| ());
            prop_assert!(close(&y, &direct), "{isa:?} {s:?}");
            let images = back.chunks_exact_mut(s.image_in()).zip(dy.chunks_exact(s.image_out()));
            grad_input::directly(isa, &s, &w, |one| images.for_each(|(dx, dy)| one(dy, dx)));
            prop_assert!(close(&dx, &back), "{isa:?} {s:?}");
            prop_assert!(close(&dw, &naive::grad_weight(&s, &x, &dy)), "{isa:?} {s:?}");
            let (one, mut direct) = (grad_weight::image(isa, &s), vec![0.0; dw.len()]);
            let images = x.chunks_exact(s.image_in()).zip(dy.chunks_exact(s.image_out()));
            images.for_each(|(x, dy)| one(x, dy, &mut direct));
            prop_assert!(close(&dw, &direct), "{isa:?} {s:?}");
        }
    }

    /// AVX2 and AVX-512 add in the same order.
    #[test]
    fn fused_instruction_sets_agree_bit_for_bit(s in shapes()) {
        let fused: Vec<Isa> = Isa::available().into_iter().filter(|isa| *isa != Isa::Portable).collect();
        for pair in fused.windows(2) {
            prop_assert_eq!(all(pair[0], &s), all(pair[1], &s));
        }
    }
}

#[test]
fn only_where_it_pays() {
    let s = ConvShape { n: 1, h: 14, w: 14, c_in: 32, c_out: 32, kh: 3, kw: 3, stride: 1, pad: 1, groups: 1 };
    assert!(fits(&s) && fits(&ConvShape { h: 7, w: 7, ..s }));
    let others = [
        ConvShape { stride: 2, ..s },
        ConvShape { kh: 5, ..s },
        ConvShape { groups: 2, ..s },
        ConvShape { pad: 3, ..s },
    ];
    assert!(!others.iter().any(fits));
    assert!(!fits(&ConvShape { h: 3, w: 3, ..s }) && !fits(&ConvShape { c_in: 8, ..s }));
}
