//! Which instruction set the kernels run on.

use std::sync::LazyLock;

/// An instruction set that the kernels are compiled for. Others than the portable one come from [`Isa::available`] only:
/// having one means that the processor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// Whatever the program was compiled for; runs everywhere.
    Portable,
    /// 256-bit vectors with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx2,
    /// 512-bit vectors.
    #[cfg(target_arch = "x86_64")]
    #[non_exhaustive]
    Avx512,
}

impl Isa {
    /// The fastest one that this processor has.
    pub fn best() -> Self {
        static BEST: LazyLock<Isa> = LazyLock::new(|| *Isa::available().last().unwrap_or(&Isa::Portable));
        *BEST
    }

    /// All that this processor has, slowest first.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            found.extend(avx2.then_some(Self::Avx2));
            let avx512 = avx2 && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
            found.extend(avx512.then_some(Self::Avx512));
        }
        found
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2+fma",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512f",
        }
    }
}

/// The name of the instruction set that the kernels use on this processor.
pub fn instruction_set() -> &'static str {
    Isa::best().name()
}
