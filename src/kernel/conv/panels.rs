//! Weights packed as the tiles read them: blocks of two vectors of columns, filled up with zeros.

use std::ops::Range;

use crate::kernel::isa::Isa;
use crate::kernel::tile::{blocks, packed};

/// Floats that `depth` rows of `cols` columns take when packed.
pub(super) fn packed_len(isa: Isa, depth: usize, cols: usize) -> usize {
    depth * blocks(isa, cols).map(|block| packed(isa, block.len())).sum::<usize>()
}

/// Packs; `row(r, columns, out)` writes those columns of row `r`.
pub(super) fn pack(
    isa: Isa,
    depth: usize,
    cols: usize,
    out: &mut [f32],
    row: impl Fn(usize, Range<usize>, &mut [f32]),
) {
    for block in blocks(isa, cols) {
        let width = packed(isa, block.len());
        let rows = out[block.start * depth..].chunks_exact_mut(width);
        for (r, out) in rows.take(depth).enumerate() {
            let (used, rest) = out.split_at_mut(block.len());
            row(r, block.clone(), used);
            rest.fill(0.0);
        }
    }
}
