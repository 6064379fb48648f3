//! Entropy coding of weight files: the last link of the chain prune, quantise, code (Han, Mao, Dally 2016), and updates
//! that are coded against the file they replace.
//!
//! Both work on safetensors files of any kind and give back the same bytes, so what is coded is decoded, reloaded and
//! measured like any file. Numbers of several bytes are coded a byte plane at a time. Zeros that pruning leaves need no
//! run lengths: a symbol of probability p takes −log2 p bits, fractions included.
//!
//! A coded file, little-endian; *number* is a LEB128 varint:
//!
//! ```text
//! magic      "twc1", or "twu1" for an update
//! base       update only: SHA-256 of the file that it replaces, 32 bytes
//! check      the first 8 bytes of the decoded file's SHA-256
//! head       what is decoded first, the safetensors head (8 bytes of length, and JSON): how many bytes it shares with
//!            the base's head in front and behind (numbers; 0 and 0 without a base), then the length of its own bytes
//!            between, deflated (number), and those (RFC 1951)
//! data       number: bytes of the data
//! modes      one byte a plane, in the order of the data: 0 raw, 1 a table of its own, 2 the shared table; in an
//!            update 4 is added where the plane holds differences (modulo 256) to the base's tensor of that name
//! tables     the shared one if any plane uses it, then each plane's own
//! raw        bytes of all raw planes
//! words      the rANS stream of all other planes: the state, 8 bytes, then words of 4 bytes
//! ```

mod file;
mod fitted;
mod planes;
mod rans;
mod reader;
mod table;

pub use file::{is_packed, pack, unpack, update, updated};
pub use fitted::Fitted;
