use super::RequestId;
use crate::sim::NodeId;
use std::ops::{Index, IndexMut};

/// A policy's memory for each request under way: grows with the most that are under way at once, never with all.
///
/// A slot keeps what an earlier request left there: set it when `request.steps` is 0. Each leg of a forked request has
/// its own handle.
#[derive(Clone, Debug, Default)]
pub struct PerRequest<T>(Vec<T>);

/// A policy's memory for each node.
#[derive(Clone, Debug, Default)]
pub struct PerDevice<T>(Vec<T>);

macro_rules! memory {
    ($name:ident, $key:ty) => {
        impl<T: Default + Clone> $name<T> {
            /// Empty.
            pub fn new() -> Self {
                Self(Vec::new())
            }

            /// The entry of `key`, made by default on first use.
            pub fn entry(&mut self, key: $key) -> &mut T {
                let at = key.0 as usize;
                if at >= self.0.len() {
                    self.0.resize(at + 1, T::default());
                }
                &mut self.0[at]
            }

            /// The entry of `key`, if it was ever used.
            pub fn get(&self, key: $key) -> Option<&T> {
                self.0.get(key.0 as usize)
            }
        }

        impl<T: Default + Clone> Index<$key> for $name<T> {
            type Output = T;
            fn index(&self, key: $key) -> &T {
                &self.0[key.0 as usize]
            }
        }

        impl<T: Default + Clone> IndexMut<$key> for $name<T> {
            fn index_mut(&mut self, key: $key) -> &mut T {
                self.entry(key)
            }
        }
    };
}

memory!(PerRequest, RequestId);
memory!(PerDevice, NodeId);
