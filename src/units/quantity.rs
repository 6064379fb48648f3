use super::{SimTime, textual};

/// A whole-number quantity.
macro_rules! whole {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);
        impl $name {
            fn from_base(value: f64) -> Option<Self> {
                (value < u64::MAX as f64).then_some(Self((value + 0.5) as u64))
            }
            fn to_base(self) -> f64 {
                self.0 as f64
            }
        }
    };
}

/// A real-valued quantity: finite and not negative when parsed.
macro_rules! real {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(pub f64);
        impl $name {
            fn from_base(value: f64) -> Option<Self> {
                Some(Self(value))
            }
            fn to_base(self) -> f64 {
                self.0
            }
        }
    };
}

whole! {
    /// A number of bytes.
    Bytes
}
whole! {
    /// A number of multiply-accumulate operations; 1 MAC = 2 FLOPs.
    Macs
}
whole! {
    /// A bit rate, in bits per second.
    BitsPerSec
}
real! {
    /// A memory bandwidth, in bytes per second.
    BytesPerSec
}
real! {
    /// A speed of computing, in multiply-accumulates per second.
    MacsPerSec
}
real! {
    /// A rate of events, per second.
    PerSec
}
real! {
    /// An energy, in joules.
    Joules
}
real! {
    /// A power, in watts.
    Watts
}

impl BitsPerSec {
    /// The same for two gigabytes and more.
    #[cold]
    fn long_time_for(self, bytes: Bytes) -> u64 {
        let ns = (u128::from(bytes.0) * 8_000_000_000).div_ceil(u128::from(self.0));
        u64::try_from(ns).unwrap_or(u64::MAX)
    }

    /// How long `bytes` take at this rate: rounded up to whole nanoseconds, [`SimTime::NEVER`] at rate zero.
    #[inline]
    pub fn time_for(self, bytes: Bytes) -> SimTime {
        if self.0 == 0 {
            return SimTime::NEVER;
        }
        let ns = match bytes.0.checked_mul(8_000_000_000) {
            Some(bits) => bits.div_ceil(self.0),
            None => self.long_time_for(bytes),
        };
        SimTime::from_ns(ns)
    }
}

textual!(
    Bytes,
    "A number of bytes, such as \"20 kB\" (1000) or \"20 KiB\" (1024).",
    "B",
    [
        ("B", 1.0),
        ("kB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
    ]
);
textual!(
    Macs,
    "A number of multiply-accumulates, such as \"31 MMAC\".",
    "MAC",
    [("MAC", 1.0), ("kMAC", 1e3), ("MMAC", 1e6), ("GMAC", 1e9),]
);
textual!(
    BitsPerSec,
    "A bit rate, such as \"50 Mbit/s\".",
    "bit/s",
    [("bit/s", 1.0), ("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9),]
);
textual!(
    BytesPerSec,
    "A memory bandwidth, such as \"25.6 GB/s\".",
    "B/s",
    [("B/s", 1.0), ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12),]
);
textual!(
    MacsPerSec,
    "A speed of computing, such as \"6.9 GMAC/s\" (1 MAC = 2 FLOPs).",
    "MAC/s",
    [("MAC/s", 1.0), ("kMAC/s", 1e3), ("MMAC/s", 1e6), ("GMAC/s", 1e9), ("TMAC/s", 1e12),]
);
textual!(
    PerSec,
    "A rate of events, such as \"0.2 /s\".",
    "1/s",
    [("/s", 1.0), ("/min", 1.0 / 60.0), ("/h", 1.0 / 3600.0),]
);
textual!(Joules, "An energy, such as \"12 mJ\".", "J", [("J", 1.0), ("uJ", 1e-6), ("mJ", 1e-3), ("kJ", 1e3),]);
textual!(Watts, "A power, such as \"90 mW\".", "W", [("W", 1.0), ("uW", 1e-6), ("mW", 1e-3), ("kW", 1e3),]);
