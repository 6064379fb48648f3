//! Which instruction set the integer kernels run on.

use std::sync::LazyLock;

/// An instruction set for integer products. Others than the portable one come from [`Int8Isa::available`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int8Isa {
    /// Whatever the program was compiled for; runs everywhere.
    Portable,
    /// 256-bit vectors.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx2,
    /// 512-bit vectors with products of four bytes summed in a lane.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Vnni,
}

impl Int8Isa {
    /// The fastest one that this processor has.
    pub fn best() -> Self {
        static BEST: LazyLock<Int8Isa> = LazyLock::new(|| *Int8Isa::available().last().unwrap_or(&Int8Isa::Portable));
        *BEST
    }

    /// All that this processor has, slowest first.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2");
            found.extend(avx2.then_some(Self::Avx2));
            let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let vnni = avx2 && wide && is_x86_feature_detected!("avx512vnni");
            found.extend(vnni.then_some(Self::Vnni));
        }
        found
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => "avx512vnni",
        }
    }
}
