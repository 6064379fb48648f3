//! The gradient to the input of a strided convolution, cut into plain ones.
//!
//! Input rows `y = stride·q + a` of one phase `a` see only every `stride`-th kernel row: with
//! `k0 = (a + pad) mod stride`, kernel rows `k0 + stride·j`, each meeting output row `q + shift − j`.
//! The same holds for columns.

use super::window::Window;
use crate::kernel::shape::ConvShape;

/// One axis of one phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// First input position.
    pub first: usize,
    /// Input positions of the phase.
    pub count: usize,
    /// First kernel position.
    pub k0: usize,
    /// Kernel positions that meet it.
    pub taps: usize,
    /// Output position that meets the first input position at the last tap.
    pub low: isize,
}

impl Axis {
    fn all(size: usize, kernel: usize, s: &ConvShape) -> impl Iterator<Item = Self> {
        let (stride, pad) = (s.stride, s.pad);
        (0..stride.min(size)).map(move |first| {
            let k0 = (first + pad) % stride;
            let taps = kernel.saturating_sub(k0).div_ceil(stride);
            let shift = ((first + pad - k0) / stride) as isize;
            Self { first, count: (size - first).div_ceil(stride), k0, taps, low: shift + 1 - taps as isize }
        })
    }

    /// One past the last output position that it meets.
    fn end(&self) -> isize {
        self.low + (self.count + self.taps) as isize - 1
    }

    /// The kernel position that meets output position `low + i` (of the first input position).
    pub fn tap(&self, i: usize, stride: usize) -> usize {
        self.k0 + stride * (self.taps - 1 - i)
    }
}

/// The phases of a shape that any kernel element meets, rows by columns.
pub(super) fn phases(s: &ConvShape) -> Vec<(Axis, Axis)> {
    let rows = Axis::all(s.h, s.kh, s);
    let pairs = rows.flat_map(|y| Axis::all(s.w, s.kw, s).map(move |x| (y, x)));
    pairs.filter(|(y, x)| y.taps > 0 && x.taps > 0).collect()
}

/// Whether the phases leave no input pixel out.
pub(super) fn covers_all(s: &ConvShape) -> bool {
    phases(s).len() == s.stride.min(s.h) * s.stride.min(s.w)
}

/// The rectangle of the output that all phases together read.
pub(super) fn window(phases: &[(Axis, Axis)]) -> Window {
    let low = |axis: fn(&(Axis, Axis)) -> Axis| phases.iter().map(|p| axis(p).low).min().unwrap_or(0);
    let end = |axis: fn(&(Axis, Axis)) -> Axis| phases.iter().map(|p| axis(p).end()).max().unwrap_or(0);
    let (top, left) = (low(|p| p.0), low(|p| p.1));
    Window { top, left, rows: (end(|p| p.0) - top) as usize, cols: (end(|p| p.1) - left) as usize }
}
