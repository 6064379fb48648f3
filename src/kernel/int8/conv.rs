//! Convolutions and linear layers, prepared once and run on any number of images.

use super::dense::Dense;
use super::depthwise::{Depthwise, Out};
use super::finish::{Finish, Order};
use super::isa::Int8Isa;
use super::requantise::Requantise;
use crate::kernel::scratch;
use crate::kernel::shape::ConvShape;

/// Sums that are made before they become bytes, about: they stay in the first-level cache.
const BAND: usize = 4 << 10;

/// The exact sums of a convolution, weights packed for the processor. A linear layer is one over a single pixel.
#[derive(Clone, Debug)]
pub struct Int8Product {
    isa: Int8Isa,
    s: ConvShape,
    kind: Kind,
    /// `zero` times the weights of each output channel, negative.
    missing: Vec<i32>,
}

#[derive(Clone, Debug)]
enum Kind {
    Dense(Dense),
    Depthwise(Depthwise),
}

impl Int8Product {
    /// For images of `s` (its `n` is not looked at), whose bytes stand for 0 at `zero`; weights are
    /// `[kh][kw][c_in / groups][c_out]`, from −127 to 127.
    ///
    /// # Panics
    /// If the weights do not have the length that `s` gives, hold −128, are so many that a sum could reach 2^30, or `s`
    /// is no convolution that gives anything.
    pub fn new(s: &ConvShape, zero: u8, w: &[i8]) -> Self {
        Self::new_on(Int8Isa::best(), s, zero, w)
    }

    /// [`Int8Product::new`] on a given instruction set.
    #[doc(hidden)]
    pub fn new_on(isa: Int8Isa, s: &ConvShape, zero: u8, w: &[i8]) -> Self {
        s.check();
        assert!(s.image_in() > 0 && s.image_out() > 0, "nothing in or nothing out: {s:?}");
        assert_eq!(w.len(), s.weight_len(), "length of the weights of {s:?}");
        assert!(!w.contains(&-128), "a weight of -128");
        assert!(w.len() / s.c_out * 255 * 127 < 1 << 30, "too many weights for 32 bits: {s:?}");
        let kind = match s.is_depthwise() {
            true => Kind::Depthwise(Depthwise::new(isa, s, zero, w)),
            false => Kind::Dense(Dense::new(isa, s, zero, w)),
        };
        let sum = |o: usize| w.iter().skip(o).step_by(s.c_out).map(|&w| i32::from(w)).sum::<i32>();
        Self { isa, s: *s, kind, missing: (0..s.c_out).map(|o| -i32::from(zero) * sum(o)).collect() }
    }

    /// `Σ (x − zero) · w` of each output, `[n][out_h][out_w][c_out]`, overwritten.
    ///
    /// # Panics
    /// If the lengths are not those of equally many images.
    pub fn run(&self, x: &[u8], sums: &mut [i32]) {
        check(&self.s, x.len(), sums.len());
        for (x, sums) in x.chunks_exact(self.s.image_in()).zip(sums.chunks_exact_mut(self.s.image_out())) {
            match &self.kind {
                Kind::Dense(dense) => dense.rows(x, 0, self.s.out_h(), sums),
                Kind::Depthwise(depthwise) => depthwise.image(x, Out::Sums(sums)),
            }
            for pixel in sums.chunks_exact_mut(self.s.c_out) {
                pixel.iter_mut().zip(&self.missing).for_each(|(sum, missing)| *sum += missing);
            }
        }
    }
}

fn check(s: &ConvShape, x: usize, y: usize) {
    assert!(x.is_multiple_of(s.image_in()), "{x} elements are no images of {s:?}");
    assert_eq!(x / s.image_in() * s.image_out(), y, "length of the output of {s:?}");
}

/// A convolution from bytes to bytes.
#[derive(Clone, Debug)]
pub struct Int8Conv {
    product: Int8Product,
    finish: Finish,
    adds: bool,
}

impl Int8Conv {
    /// A convolution and its end.
    ///
    /// # Panics
    /// If `end` has not as many channels.
    pub fn new(product: Int8Product, end: &Requantise) -> Self {
        assert_eq!(end.channels(), product.s.c_out, "channels of the end");
        let order = if matches!(product.kind, Kind::Dense(_)) { Order::Line } else { Order::Blocks };
        let finish = Finish::new(product.isa, order, end, &product.missing);
        Self { product, finish, adds: end.residual.is_some() }
    }

    /// The output's bytes, overwritten; `residual` is what the end adds.
    ///
    /// # Panics
    /// If the lengths are not those of equally many images, or a residual is missing or unasked for.
    pub fn run(&self, x: &[u8], residual: Option<&[u8]>, y: &mut [u8]) {
        let s = &self.product.s;
        check(s, x.len(), y.len());
        assert!(residual.map(<[u8]>::len) == self.adds.then_some(y.len()), "residual of {s:?}");
        for (i, y) in y.chunks_exact_mut(s.image_out()).enumerate() {
            let residual = residual.map(|r| &r[i * s.image_out()..][..s.image_out()]);
            self.image(&x[i * s.image_in()..][..s.image_in()], residual, y);
        }
    }

    fn image(&self, x: &[u8], residual: Option<&[u8]>, y: &mut [u8]) {
        let dense = match &self.product.kind {
            Kind::Depthwise(depthwise) => return depthwise.image(x, Out::Bytes(&self.finish, residual, y)),
            Kind::Dense(dense) => dense,
        };
        let row = self.product.s.out_w() * self.product.s.c_out;
        let band = (BAND / row).max(1);
        // Chunks of sums end with the band or up to a vector of bytes behind it.
        scratch::integers(band * row + 64, |sums| {
            for (i, y) in y.chunks_mut(band * row).enumerate() {
                dense.rows(x, i * band, y.len() / row, sums);
                self.finish.run(sums, residual.map(|r| &r[i * band * row..][..y.len()]), y);
            }
        });
    }
}
