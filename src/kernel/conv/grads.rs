//! Both gradients of a convolution in one pass over the images, each while its output's gradient is in the cache.

use super::grad_weight::{Way, sum_beside};
use super::{GradInput, check, depthwise, grad_input};
use crate::kernel::isa::Isa;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;
use crate::kernel::threads::piece;

/// Writes image `i`'s gradient of the output, and its piece of what goes along, if anything does.
pub type Incoming<'a> = &'a (dyn Fn(usize, &mut [f32], Option<&mut [f32]>) + Sync);

/// The gradients with respect to the weights, summed over the batch, and to the input, if it is wanted, from those to the
/// output, which `dy` writes one image at a time together with its piece of `along`. `dw` and `dx` are overwritten: bit
/// for bit what [`conv2d_grad_weight`](super::conv2d_grad_weight) and
/// [`conv2d_grad_input`](super::conv2d_grad_input) write.
///
/// # Panics
/// As for [`conv2d`](super::conv2d); `along` has the output's length.
pub fn conv2d_grads(
    s: &ConvShape,
    x: &[f32],
    w: &[f32],
    dy: Incoming,
    along: Option<&mut [f32]>,
    dx: Option<&mut [f32]>,
    dw: &mut [f32],
) {
    conv2d_grads_on(Isa::best(), s, x, w, dy, along, dx, dw);
}

/// [`conv2d_grads`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn conv2d_grads_on(
    isa: Isa,
    s: &ConvShape,
    x: &[f32],
    w: &[f32],
    dy: Incoming,
    along: Option<&mut [f32]>,
    dx: Option<&mut [f32]>,
    dw: &mut [f32],
) {
    check(s, x.len(), w.len(), along.as_ref().map_or(s.output_len(), |a| a.len()));
    assert!(dw.len() == w.len() && dx.as_ref().is_none_or(|dx| dx.len() == x.len()), "lengths of gradients of {s:?}");
    if x.is_empty() || s.output_len() == 0 {
        dw.fill(0.0);
        dx.into_iter().for_each(|dx| dx.fill(0.0));
    } else if s.is_depthwise() {
        let weight = Way::Direct(Box::new(depthwise::image(isa, s)));
        depthwise::prepared(isa, s, w, |input| Job { s, x, dy, input, weight: &weight }.run(along, dx, dw));
    } else {
        let weight = Way::new(isa, s);
        grad_input::prepared(isa, s, w, |input| Job { s, x, dy, input, weight: &weight }.run(along, dx, dw));
    }
}

struct Job<'a> {
    s: &'a ConvShape,
    x: &'a [f32],
    dy: Incoming<'a>,
    input: GradInput<'a>,
    weight: &'a Way<'a>,
}

impl Job<'_> {
    fn run(&self, along: Option<&mut [f32]>, dx: Option<&mut [f32]>, dw: &mut [f32]) {
        let (image_in, image_out) = (self.s.image_in(), self.s.image_out());
        sum_beside(self.s.n, 2 * self.s.work(), dw, [along, dx], |images, sum, [along, dx]| {
            let mut along = along.map(|a| a.chunks_exact_mut(image_out));
            let mut dx = dx.map(|dx| dx.chunks_exact_mut(image_in));
            self.weight.summed(sum, |sum| {
                for i in images {
                    self.image(i, sum, along.as_mut().and_then(Iterator::next), dx.as_mut().and_then(Iterator::next));
                }
            });
        });
    }

    fn image(&self, i: usize, sum: &mut [f32], along: Option<&mut [f32]>, dx: Option<&mut [f32]>) {
        scratch::with(self.s.image_out(), |dy| {
            (self.dy)(i, dy, along);
            self.weight.add(piece(self.x, self.s.image_in(), i), dy, sum);
            if let Some(dx) = dx {
                (self.input)(dy, dx);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::conv::tests::{all, operands, shapes};
    use crate::kernel::testing::config;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(config(100))]

        /// One pass writes the bits of two, and what goes along arrives.
        #[test]
        fn one_pass_is_two(s in shapes()) {
            let (x, w, dy) = operands(&s);
            for isa in Isa::available() {
                let [_, right_dx, right_dw] = all(isa, &s);
                let incoming = |i: usize, out: &mut [f32], along: Option<&mut [f32]>| {
                    out.copy_from_slice(piece(&dy, s.image_out(), i));
                    along.into_iter().for_each(|a| a.copy_from_slice(out));
                };
                let (mut dx, mut dw) = (vec![f32::NAN; x.len()], vec![f32::NAN; w.len()]);
                let mut along = vec![f32::NAN; dy.len()];
                conv2d_grads_on(isa, &s, &x, &w, &incoming, Some(&mut along), Some(&mut dx), &mut dw);
                prop_assert_eq!((&dx, &dw, &along), (&right_dx, &right_dw, &dy));
                conv2d_grads_on(isa, &s, &x, &w, &incoming, None, None, &mut dw);
                prop_assert_eq!(&dw, &right_dw);
            }
        }
    }
}
