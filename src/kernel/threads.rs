//! Sharing work among threads, when there is enough of it.

use rayon::prelude::*;

/// Work, in multiply-accumulates, below which waking other threads costs more than it saves: some 60 µs.
const WORTH_WAKING: u64 = 1 << 22;

/// What an element that only passes by takes, in multiply-accumulates of a convolution.
pub(crate) const PASSING: u64 = 16;

/// Whether so much work should be shared.
pub(crate) fn worth_sharing(work: u64) -> bool {
    work >= WORTH_WAKING
}

/// Calls `f(i, piece)` for each piece of `len` elements of `out`, the last one maybe shorter; on all threads if `work`
/// in all is worth it.
pub(crate) fn pieces(out: &mut [f32], len: usize, work: u64, f: impl Fn(usize, &mut [f32]) + Sync) {
    if out.len() > len && worth_sharing(work) {
        out.par_chunks_mut(len).enumerate().for_each(|(i, piece)| f(i, piece));
    } else {
        out.chunks_mut(len).enumerate().for_each(|(i, piece)| f(i, piece));
    }
}

/// Piece `i` of `len` elements, the last one maybe shorter.
pub(crate) fn piece(all: &[f32], len: usize, i: usize) -> &[f32] {
    &all[i * len..all.len().min((i + 1) * len)]
}
