//! [`Requantise`] on vectors: coefficients spread over a period of channels and chunks, in the order of the sums.

use super::dot::{Dot, Task, on};
use super::isa::Int8Isa;
use super::lines::Lines;
use super::requantise::{Requantise, half};

/// How the four vectors of sums that become one of bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// One after another.
    Line,
    /// As the narrowing instructions leave them: see [`Dot`].
    Blocks,
}

impl Order {
    /// The byte that lane `e` of vector `v` becomes.
    pub fn byte(self, lanes: usize, v: usize, e: usize) -> usize {
        match self {
            Self::Line => lanes * v + e,
            Self::Blocks => 16 * (e / 4) + 4 * v + e % 4,
        }
    }
}

/// Coefficients for every chunk (four vectors of sums) of a period, after which channels meet the same lanes again.
#[derive(Clone, Debug)]
pub(super) struct Finish {
    pub isa: Int8Isa,
    order: Order,
    bias: Lines,
    shift: Lines,
    multiplier: Lines,
    chunks: usize,
    fine: u32,
    residual: Option<(u8, i16)>,
    offset: i16,
    floor: u8,
}

/// Chunks after which so many channels meet the same lanes again.
pub(super) fn period(channels: usize, chunk: usize) -> usize {
    channels / gcd(channels, chunk)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A [`Finish`] as its loops want it: what is behind it does not change while bytes are written.
#[derive(Clone, Copy)]
pub(super) struct Ready<S: Dot> {
    bias: *const u8,
    shift: *const u8,
    multiplier: *const u8,
    fine: u32,
    residual: Option<[S::V; 2]>,
    offset: S::V,
    floor: S::V,
    chunks: usize,
}

impl<S: Dot> Ready<S> {
    /// The bytes of a chunk of sums; `residual` and what comes out are in block order.
    ///
    /// # Safety
    /// As for [`Dot`]; `chunk` lies in the period.
    #[inline(always)]
    pub unsafe fn chunk(&self, chunk: usize, sums: [S::V; 4], residual: Option<S::V>) -> S::V {
        let size = 4 * S::LANES;
        debug_assert!(chunk < self.chunks);
        // SAFETY: the tables hold a whole period of chunks.
        unsafe {
            let at = |table: *const u8, i: usize| S::load(table.add(chunk * 4 * size + i * size));
            let mut a = sums;
            for (v, a) in a.iter_mut().enumerate() {
                *a = S::shift(S::add(*a, at(self.bias, v)), at(self.shift, v));
            }
            let multiplier = |h: usize| S::load(self.multiplier.add(chunk * 2 * size + h * size));
            let mut t = [S::narrow(a[0], a[1]), S::narrow(a[2], a[3])];
            t = [S::scale(t[0], multiplier(0)), S::scale(t[1], multiplier(1))];
            if let Some((r, [zero, multiplier])) = residual.zip(self.residual) {
                for (t, r) in t.iter_mut().zip(S::widen(r)) {
                    *t = S::add16(*t, S::scale(S::lift(S::add16(r, zero)), multiplier));
                }
            }
            let [a, b] = t.map(|t| S::shift16(S::add16(t, self.offset), self.fine));
            S::max(S::bytes(a, b), self.floor)
        }
    }
}

impl Finish {
    /// For sums that lack `missing`, one number a channel.
    pub fn new(isa: Int8Isa, order: Order, end: &Requantise, missing: &[i32]) -> Self {
        let (lanes, channels) = (isa.lanes(), end.channels());
        let chunks = period(channels, 4 * lanes);
        let channel = |i: usize| {
            let (chunk, v, e) = (i / (4 * lanes), i / lanes % 4, i % lanes);
            (chunk * 4 * lanes + order.byte(lanes, v, e)) % channels
        };
        // The lane that half `h` of a block's 16-bit numbers comes from.
        let lane = |i: usize| {
            let (h, e) = (i / (2 * lanes), i % (2 * lanes));
            (2 * h + e % 8 / 4) % 4 * lanes + e / 8 * 4 + e % 4
        };
        let all = 0..chunks * 4 * lanes;
        let bias = |c: usize| missing[c].wrapping_add(end.bias[c] + half(end.shift[c]));
        let in_chunk = |i: usize| i / (4 * lanes) * (4 * lanes) + lane(i % (4 * lanes));
        let bytes32 = |f: &dyn Fn(usize) -> i32| {
            Lines::of(&all.clone().flat_map(|i| f(channel(i)).to_ne_bytes()).collect::<Vec<u8>>())
        };
        let multiplier = all.clone().flat_map(|i| end.multiplier[channel(in_chunk(i))].to_ne_bytes());
        Self {
            isa,
            order,
            bias: bytes32(&bias),
            shift: bytes32(&|c| end.shift[c] as i32),
            multiplier: Lines::of(&multiplier.collect::<Vec<u8>>()),
            chunks,
            fine: end.fine,
            residual: end.residual,
            offset: end.offset(),
            floor: end.floor(),
        }
    }

    /// What all chunks need, in registers.
    ///
    /// # Safety
    /// As for [`Dot`].
    #[inline(always)]
    pub unsafe fn ready<S: Dot>(&self) -> Ready<S> {
        // SAFETY: as the caller says.
        unsafe {
            Ready {
                bias: self.bias.as_ptr(),
                shift: self.shift.as_ptr(),
                multiplier: self.multiplier.as_ptr(),
                fine: self.fine,
                residual: self.residual.map(|(zero, by)| [S::splat16(-i16::from(zero)), S::splat16(by)]),
                offset: S::splat16(self.offset),
                floor: S::splat8(self.floor),
                chunks: self.chunks,
            }
        }
    }

    /// The chunk after this one.
    #[inline(always)]
    pub fn next(&self, chunk: usize) -> usize {
        if chunk + 1 == self.chunks { 0 } else { chunk + 1 }
    }

    /// Whole pixels of sums, one after another, as bytes. The sums go on to a whole chunk, with anything.
    pub fn run(&self, sums: &[i32], residual: Option<&[u8]>, y: &mut [u8]) {
        assert!(self.order == Order::Line, "sums in blocks");
        assert!(y.len().next_multiple_of(4 * self.isa.lanes()) <= sums.len(), "too few sums");
        assert!(residual.is_none_or(|r| r.len() == y.len()), "length of the residual");
        let (len, y) = (y.len(), y.as_mut_ptr());
        on(self.isa, Whole { end: self, sums: sums.as_ptr().cast(), residual: residual.map(<[u8]>::as_ptr), len, y });
    }
}

/// A checked run with its memory.
struct Whole<'a> {
    end: &'a Finish,
    sums: *const u8,
    residual: Option<*const u8>,
    len: usize,
    y: *mut u8,
}

impl Task for Whole<'_> {
    #[inline(always)]
    unsafe fn run<S: Dot>(self) {
        let size = 4 * S::LANES;
        let mut chunk = 0;
        // SAFETY: as the caller says.
        let end = unsafe { self.end.ready::<S>() };
        for at in (0..self.len).step_by(size) {
            let count = size.min(self.len - at);
            // SAFETY: the sums go on to a whole chunk; bytes are touched up to `count` only.
            unsafe {
                let sums = [0, 1, 2, 3].map(|v| S::load(self.sums.add(4 * at + v * size)));
                let residual = self.residual.map(|r| S::in_blocks(load_some::<S>(r.add(at), count)));
                let bytes = S::in_line(end.chunk(chunk, sums, residual));
                store_some::<S>(self.y.add(at), bytes, count);
            }
            chunk = self.end.next(chunk);
        }
    }
}

/// A vector's first `count` bytes.
///
/// # Safety
/// As for [`Dot`].
#[inline(always)]
pub(super) unsafe fn load_some<S: Dot>(p: *const u8, count: usize) -> S::V {
    // SAFETY: the caller's pointer is good for `count` bytes, at most a vector.
    unsafe { if count == 4 * S::LANES { S::load(p) } else { S::load_first(p, count) } }
}

/// Writes a vector's first `count` bytes.
///
/// # Safety
/// As for [`Dot`].
#[inline(always)]
pub(super) unsafe fn store_some<S: Dot>(p: *mut u8, v: S::V, count: usize) {
    // SAFETY: the caller's pointer is good for `count` bytes, at most a vector.
    unsafe { if count == 4 * S::LANES { S::store(p, v) } else { S::store_first(p, v, count) } }
}
