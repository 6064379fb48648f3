//! Bytes that cross taps, measured again. Those of activations may be a few off: where a number is rounded to one of 256
//! steps, instruction sets that differ in its last digits may take the next step, and the compressed bytes follow.

use super::Check;
use crate::catalog::{BYTES, ModelProfile, SizeOf, TapProfile};
use crate::lab::architecture::INPUT;
use crate::problem::Problem;
use crate::store::parquet::{Column, Columns, Table};

/// How far mean bytes of activations may be off, as a share.
const NEAR: f64 = 1e-3;

/// Whether taps, their codecs and all bytes are those that were measured.
pub(super) fn sizes(
    check: &mut Check,
    told: &ModelProfile,
    taps: Vec<TapProfile>,
    again: &Columns,
) -> Result<(), Problem> {
    if told.taps.len() != taps.len() || !told.taps.iter().zip(&taps).all(|(told, found)| alike(told, found)) {
        check.equal("taps", &told.taps, &taps);
    }
    if !same(&Table::read(&check.folder.join(BYTES))?, again)? {
        check.table(BYTES, "the sizes are not those that the codecs give".into());
    }
    Ok(())
}

/// Whether a tap is as it was measured, up to what bytes of activations differ in.
fn alike(told: &TapProfile, found: &TapProfile) -> bool {
    let mut told = told.clone();
    if told.name != INPUT {
        for (told, found) in told.codecs.iter_mut().zip(&found.codecs) {
            if let (SizeOf::PerImage { mean }, SizeOf::PerImage { mean: now }) = (&mut told.bytes, &found.bytes) {
                *mean = if (*mean - now).abs() <= NEAR * now { *now } else { *mean };
            }
        }
    }
    told == *found
}

/// Whether bytes image by image are as they were measured, up to the same.
fn same(table: &Table, again: &Columns) -> Result<bool, Problem> {
    let others = |name: &&str| *name != "bytes" && table.columns().get(name) != again.get(name);
    if table.rows() != again.rows() || again.names().any(|name| others(&name)) {
        return Ok(false);
    }
    let Some(Column::U32(found)) = again.get("bytes") else { return Ok(false) };
    let (tap, told) = (table.str("tap")?, table.u32("bytes")?);
    let near = |row: usize| {
        let off = told[row].abs_diff(found[row]);
        off == 0 || tap[row] != INPUT && off <= 8 + found[row] / 32
    };
    Ok((0..told.len()).all(near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CodecProfile;

    fn tap(name: &str, mean: f64) -> TapProfile {
        let codecs =
            vec![CodecProfile { name: "int8-deflate".into(), lossless: false, bytes: SizeOf::PerImage { mean } }];
        TapProfile { name: name.into(), layers: 1, shape: [7, 7, 64], exit: false, codecs }
    }

    #[test]
    fn only_activations_may_be_a_little_off() {
        assert!(alike(&tap("stem", 1000.5), &tap("stem", 1000.0)));
        assert!(!alike(&tap("stem", 1002.0), &tap("stem", 1000.0)));
        assert!(!alike(&tap(INPUT, 1000.5), &tap(INPUT, 1000.0)));
        assert!(!alike(&tap("stem", 1000.0), &tap("pool", 1000.0)));
    }
}
