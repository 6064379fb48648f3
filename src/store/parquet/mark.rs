//! The hash that each of our files carries of itself, in its footer's metadata.
//!
//! It is made of all bytes of the file, with zeros in its own place.

use crate::store::hash::Hasher;

/// The metadata's key.
pub(super) const KEY: &str = "tierwise.sha256";

/// What stands in the hash's place while it is being made.
pub(super) const BLANK: [u8; 64] = [b'0'; 64];

/// The footer's metadata stand within this many bytes from the end.
pub(super) const TAIL: usize = 1 << 16;

/// How far from the end of `tail` the hash begins. Between key and value stand one byte of type and one of length.
pub(super) fn from_end(tail: &[u8]) -> Option<usize> {
    let key = tail.windows(KEY.len()).rposition(|bytes| bytes == KEY.as_bytes())?;
    let start = key + KEY.len() + 2;
    (start + BLANK.len() <= tail.len()).then(|| tail.len() - start)
}

/// Whether a file is as it was written; nothing if it carries no hash.
pub(super) fn intact(file: &[u8]) -> Option<bool> {
    let start = file.len() - from_end(&file[file.len().saturating_sub(TAIL)..])?;
    let (before, rest) = file.split_at(start);
    let (hash, after) = rest.split_at(BLANK.len());
    let mut hasher = Hasher::new();
    [before, &BLANK, after].into_iter().for_each(|bytes| hasher.update(bytes));
    Some(hasher.hex().as_bytes() == hash)
}
