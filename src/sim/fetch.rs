//! A hint to the processor.

/// Asks for an element to be brought into the cache.
#[inline]
pub(super) fn fetch<T>(all: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(one) = all.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(one).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (all, at);
}
