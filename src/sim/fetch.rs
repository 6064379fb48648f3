//! A hint to the processor.

/// Asks for an element to be brought into the cache.
#[inline]
pub(super) fn fetch<T>(all: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(one) = all.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let begins = std::ptr::from_ref(one).cast::<i8>();
        for at in (0..size_of::<T>()).step_by(64) {
            // SAFETY: a hint, which reads nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(begins.wrapping_add(at)) }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (all, at);
}
