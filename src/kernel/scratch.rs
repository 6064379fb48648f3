//! Memory that a thread keeps between calls, so that steps of a training do not pay for fresh pages.

use std::cell::RefCell;

/// Floats in a cache line; buffers start on one.
const LINE: usize = 16;

thread_local! {
    static SPARE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Lends `f` a buffer of `len` floats that starts on a cache line and holds anything. Calls may nest.
pub(crate) fn with<T>(len: usize, f: impl FnOnce(&mut [f32]) -> T) -> T {
    let mut store = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
    if store.len() < len + LINE {
        store.resize(len + LINE, 0.0);
    }
    let skip = store.as_ptr().align_offset(64).min(LINE);
    let out = f(&mut store[skip..skip + len]);
    SPARE.with_borrow_mut(|spare| spare.push(store));
    out
}

/// As [`with`], bytes.
pub(crate) fn bytes<T>(len: usize, f: impl FnOnce(&mut [u8]) -> T) -> T {
    with(len.div_ceil(4), |floats| {
        // SAFETY: the floats take at least `len` bytes, in which any bits are right, of both types.
        f(unsafe { std::slice::from_raw_parts_mut(floats.as_mut_ptr().cast(), len) })
    })
}

/// As [`with`], 32-bit integers.
pub(crate) fn integers<T>(len: usize, f: impl FnOnce(&mut [i32]) -> T) -> T {
    with(len, |floats| {
        // SAFETY: equal size and alignment, and any bits are right, of both types.
        f(unsafe { std::slice::from_raw_parts_mut(floats.as_mut_ptr().cast(), len) })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn nested_buffers_are_apart_and_aligned() {
        super::with(100, |a| {
            a.fill(1.0);
            super::with(50, |b| b.fill(2.0));
            assert!(a.iter().all(|&v| v == 1.0));
            assert_eq!(a.as_ptr().align_offset(64), 0);
        });
    }
}
