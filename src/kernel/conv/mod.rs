//! 2-D convolution and its two gradients.

mod depthwise;
mod forward;
mod grad_input;
mod grad_weight;
mod grads;
#[cfg(test)]
mod naive;
mod panels;
mod phase;
mod sweep;
#[cfg(test)]
mod tests;
mod window;
mod winograd;

pub use grads::conv2d_grads;
#[doc(hidden)]
pub use grads::conv2d_grads_on;

use super::isa::Isa;
use super::norm::Affine;
use super::shape::ConvShape;

/// The convolution of `x` with `w`; `y` is overwritten.
///
/// # Panics
/// If a slice does not have the length that `s` gives, or `s` is no convolution.
pub fn conv2d(s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32]) {
    conv2d_on(Isa::best(), s, x, w, y);
}

/// The gradient with respect to the input, from `dy` with respect to the output; `dx` is overwritten.
///
/// # Panics
/// As for [`conv2d`].
pub fn conv2d_grad_input(s: &ConvShape, dy: &[f32], w: &[f32], dx: &mut [f32]) {
    conv2d_grad_input_on(Isa::best(), s, dy, w, dx);
}

/// The gradient with respect to the weights, summed over the batch; `dw` is overwritten.
///
/// # Panics
/// As for [`conv2d`].
pub fn conv2d_grad_weight(s: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    conv2d_grad_weight_on(Isa::best(), s, x, dy, dw);
}

/// [`conv2d`] on a given instruction set.
#[doc(hidden)]
pub fn conv2d_on(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32]) {
    check(s, x.len(), w.len(), y.len());
    finished(isa, s, x, w, y, &|_, _| ());
}

/// [`conv2d`] and [`affine`](super::affine) as one pass: `y = relu?(conv · scale + shift (+ residual))`, the form that
/// convolution, batch norm and the end of a residual block take at inference.
///
/// # Panics
/// As for [`conv2d`]; `scale` and `shift` have one value an output channel, `residual` the output's length.
#[allow(clippy::too_many_arguments)]
pub fn conv2d_affine(
    s: &ConvShape,
    x: &[f32],
    w: &[f32],
    scale: &[f32],
    shift: &[f32],
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    conv2d_affine_on(Isa::best(), s, x, w, scale, shift, residual, relu, y);
}

/// [`conv2d_affine`] on a given instruction set.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)]
pub fn conv2d_affine_on(
    isa: Isa,
    s: &ConvShape,
    x: &[f32],
    w: &[f32],
    scale: &[f32],
    shift: &[f32],
    residual: Option<&[f32]>,
    relu: bool,
    y: &mut [f32],
) {
    check(s, x.len(), w.len(), y.len());
    assert!(scale.len() == s.c_out && shift.len() == s.c_out, "not one value a channel");
    assert!(residual.is_none_or(|r| r.len() == y.len()), "length of the residual of {s:?}");
    let map = Affine::new(isa, s.c_out, scale, shift, relu);
    finished(isa, s, x, w, y, &|start, y| {
        map.apply(None, residual.map(|r| &r[start..start + y.len()]), y);
    });
}

/// Writes the gradient to an image's input from that to its output.
type GradInput<'a> = &'a (dyn Fn(&[f32], &mut [f32]) + Sync);

/// What happens to each piece of the output while it is still in the cache: `(start, piece)`, whole pixels.
type Finish<'a> = &'a (dyn Fn(usize, &mut [f32]) + Sync);

fn finished(isa: Isa, s: &ConvShape, x: &[f32], w: &[f32], y: &mut [f32], finish: Finish) {
    if x.is_empty() || y.is_empty() {
        y.fill(0.0);
        finish(0, y);
    } else if s.is_depthwise() {
        depthwise::forward(isa, s, x, w, y, finish);
    } else {
        forward::forward(isa, s, x, w, y, finish);
    }
}

/// [`conv2d_grad_input`] on a given instruction set.
#[doc(hidden)]
pub fn conv2d_grad_input_on(isa: Isa, s: &ConvShape, dy: &[f32], w: &[f32], dx: &mut [f32]) {
    check(s, dx.len(), w.len(), dy.len());
    if dx.is_empty() || dy.is_empty() {
        dx.fill(0.0);
    } else if s.is_depthwise() {
        depthwise::grad_input(isa, s, dy, w, dx);
    } else {
        grad_input::grad_input(isa, s, dy, w, dx);
    }
}

/// [`conv2d_grad_weight`] on a given instruction set.
#[doc(hidden)]
pub fn conv2d_grad_weight_on(isa: Isa, s: &ConvShape, x: &[f32], dy: &[f32], dw: &mut [f32]) {
    check(s, x.len(), dw.len(), dy.len());
    if x.is_empty() || dy.is_empty() {
        dw.fill(0.0);
    } else if s.is_depthwise() {
        depthwise::grad_weight(isa, s, x, dy, dw);
    } else {
        grad_weight::grad_weight(isa, s, x, dy, dw);
    }
}

fn check(s: &ConvShape, x: usize, w: usize, y: usize) {
    s.check();
    assert_eq!(x, s.input_len(), "length of the input of {s:?}");
    assert_eq!(w, s.weight_len(), "length of the weights of {s:?}");
    assert_eq!(y, s.output_len(), "length of the output of {s:?}");
}
