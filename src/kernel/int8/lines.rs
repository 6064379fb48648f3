//! Bytes that start on a cache line, so that no vector straddles two.

const LINE: usize = 64;

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

/// Bytes in whole cache lines, filled up with zeros.
#[derive(Clone, Debug)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    pub fn of(bytes: &[u8]) -> Self {
        let line = |bytes: &[u8]| {
            let mut line = Line([0; LINE]);
            line.0[..bytes.len()].copy_from_slice(bytes);
            line
        };
        Self(bytes.chunks(LINE).map(line).collect())
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.0.as_ptr().cast()
    }
}
