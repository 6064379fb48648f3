//! The sizes of a layer and what follows from them.

/// A 2-D convolution: activations NHWC, weights `[kh][kw][c_in / groups][c_out]`, zero padding on all sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Images in the batch.
    pub n: usize,
    /// Input height, pixels.
    pub h: usize,
    /// Input width, pixels.
    pub w: usize,
    /// Input channels.
    pub c_in: usize,
    /// Output channels.
    pub c_out: usize,
    /// Kernel height, pixels.
    pub kh: usize,
    /// Kernel width, pixels.
    pub kw: usize,
    /// Step between outputs, in input pixels, both ways.
    pub stride: usize,
    /// Zeros added on each side, pixels.
    pub pad: usize,
    /// Groups of channels that do not see each other; divides `c_in` and `c_out`.
    pub groups: usize,
}

impl ConvShape {
    /// Output height, pixels; 0 if the kernel does not fit.
    pub fn out_h(&self) -> usize {
        extent(self.h, self.kh, self.stride, self.pad)
    }

    /// Output width, pixels; 0 if the kernel does not fit.
    pub fn out_w(&self) -> usize {
        extent(self.w, self.kw, self.stride, self.pad)
    }

    /// Elements of the input, `n·h·w·c_in`.
    pub fn input_len(&self) -> usize {
        self.n * self.image_in()
    }

    /// Elements of the weights, `kh·kw·(c_in / groups)·c_out`.
    pub fn weight_len(&self) -> usize {
        self.kh * self.kw * self.group_in() * self.c_out
    }

    /// Elements of the output, `n·out_h·out_w·c_out`.
    pub fn output_len(&self) -> usize {
        self.n * self.image_out()
    }

    /// Multiply-accumulates of the forward pass over the whole batch, padding included.
    pub fn macs(&self) -> u64 {
        self.output_len() as u64 * (self.kh * self.kw * self.group_in()) as u64
    }

    /// How long it takes, in multiply-accumulates of a convolution that mixes channels.
    pub(crate) fn work(&self) -> u64 {
        self.macs() * if self.is_depthwise() { 4 } else { 1 }
    }

    /// Elements of one input image.
    pub(crate) fn image_in(&self) -> usize {
        self.h * self.w * self.c_in
    }

    /// Elements of one output image.
    pub(crate) fn image_out(&self) -> usize {
        self.out_h() * self.out_w() * self.c_out
    }

    /// Input channels of one group.
    pub(crate) fn group_in(&self) -> usize {
        self.c_in / self.groups
    }

    /// Output channels of one group.
    pub(crate) fn group_out(&self) -> usize {
        self.c_out / self.groups
    }

    /// One filter a channel, one channel a filter.
    pub(crate) fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.c_in && self.c_out == self.c_in
    }

    /// Panics unless the numbers describe a convolution.
    pub(crate) fn check(&self) {
        assert!(self.stride > 0, "stride is 0: {self:?}");
        assert!(self.kh > 0 && self.kw > 0, "empty kernel: {self:?}");
        let whole = self.groups > 0 && self.c_in.is_multiple_of(self.groups) && self.c_out.is_multiple_of(self.groups);
        assert!(whole, "groups do not divide the channels: {self:?}");
    }
}

/// A 2-D pooling over square windows, NHWC. Padding never wins a maximum and never counts in a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Images in the batch.
    pub n: usize,
    /// Input height, pixels.
    pub h: usize,
    /// Input width, pixels.
    pub w: usize,
    /// Channels.
    pub c: usize,
    /// Side of the window, pixels.
    pub k: usize,
    /// Step between windows, pixels.
    pub stride: usize,
    /// Border that windows may overlap, pixels; less than `k`.
    pub pad: usize,
}

impl PoolShape {
    /// Output height, pixels; 0 if the window does not fit.
    pub fn out_h(&self) -> usize {
        extent(self.h, self.k, self.stride, self.pad)
    }

    /// Output width, pixels; 0 if the window does not fit.
    pub fn out_w(&self) -> usize {
        extent(self.w, self.k, self.stride, self.pad)
    }

    /// Elements of the input, `n·h·w·c`.
    pub fn input_len(&self) -> usize {
        self.n * self.h * self.w * self.c
    }

    /// Elements of the output, `n·out_h·out_w·c`.
    pub fn output_len(&self) -> usize {
        self.n * self.out_h() * self.out_w() * self.c
    }

    /// Panics unless the numbers describe a pooling.
    pub(crate) fn check(&self) {
        assert!(self.stride > 0 && self.k > 0, "empty pooling: {self:?}");
        assert!(self.pad < self.k, "a window of padding only: {self:?}");
    }
}

fn extent(size: usize, kernel: usize, stride: usize, pad: usize) -> usize {
    (size + 2 * pad).checked_sub(kernel).map_or(0, |room| room / stride + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_that_does_not_fit_gives_nothing() {
        assert_eq!(extent(2, 5, 1, 1), 0);
        assert_eq!(extent(3, 5, 1, 1), 1);
        assert_eq!(extent(28, 3, 2, 1), 14);
    }

    #[test]
    fn macs_of_a_known_layer() {
        let s = ConvShape { n: 2, h: 28, w: 28, c_in: 16, c_out: 32, kh: 3, kw: 3, stride: 2, pad: 1, groups: 1 };
        assert_eq!(s.macs(), 2 * 14 * 14 * 32 * 9 * 16);
    }
}
