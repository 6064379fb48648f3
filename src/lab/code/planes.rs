//! A safetensors file as its head and planes of bytes.

use crate::problem::Problem;
use safetensors::tensor::{SafeTensors, TensorInfo};
use std::ops::Range;

/// Where the tensors of a file lie, in that order.
pub(super) struct Plan {
    /// Bytes of the head.
    pub head: usize,
    tensors: Vec<(String, TensorInfo)>,
}

/// One byte of every number of a tensor.
pub(super) struct Plane<'a> {
    pub name: &'a str,
    info: &'a TensorInfo,
    /// Which byte, and of how many.
    byte: usize,
    of: usize,
}

impl Plan {
    /// Reads the head, which the rest of the file may follow.
    pub fn of(bytes: &[u8]) -> Result<Self, Problem> {
        let wrong = |e: safetensors::SafeTensorError| Problem::new(format!("not a whole safetensors file: {e}"));
        let (len, metadata) = SafeTensors::read_metadata(bytes).map_err(wrong)?;
        let info = |name: String| metadata.info(&name).cloned().map(|info| (name, info));
        let tensors = metadata.offset_keys().into_iter().filter_map(info).collect();
        Ok(Self { head: len + 8, tensors })
    }

    /// Bytes of data.
    pub fn data(&self) -> usize {
        self.tensors.last().map_or(0, |(_, info)| info.data_offsets.1)
    }

    /// All planes, in the order of the data.
    pub fn planes(&self) -> Vec<Plane<'_>> {
        let mut planes = Vec::new();
        for (name, info) in &self.tensors {
            let of = (info.dtype.bitsize() / 8).max(1);
            planes.extend((0..of).map(|byte| Plane { name, info, byte, of }));
        }
        planes
    }

    /// The tensor of that name, if it is of the same shape and format.
    pub fn like(&self, plane: &Plane) -> Option<Range<usize>> {
        let same = |info: &TensorInfo| info.dtype == plane.info.dtype && info.shape == plane.info.shape;
        let found = self.tensors.iter().find(|(name, info)| name == plane.name && same(info));
        found.map(|(_, info)| self.head + info.data_offsets.0..self.head + info.data_offsets.1)
    }
}

impl Plane<'_> {
    /// Whether numbers are single bytes.
    pub fn is_whole(&self) -> bool {
        self.of == 1
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        (self.info.data_offsets.1 - self.info.data_offsets.0) / self.of
    }

    /// Out of a tensor's bytes.
    pub fn read(&self, tensor: &[u8]) -> Vec<u8> {
        tensor.iter().skip(self.byte).step_by(self.of).copied().collect()
    }

    /// Out of the file's data.
    pub fn read_from(&self, data: &[u8]) -> Vec<u8> {
        self.read(&data[self.info.data_offsets.0..self.info.data_offsets.1])
    }

    /// Into the file's data.
    pub fn write(&self, data: &mut [u8], plane: &[u8]) {
        let tensor = &mut data[self.info.data_offsets.0..self.info.data_offsets.1];
        tensor.iter_mut().skip(self.byte).step_by(self.of).zip(plane).for_each(|(to, from)| *to = *from);
    }
}
