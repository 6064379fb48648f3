//! A histogram of nanoseconds with logarithmic buckets.

const SUB: u32 = 7;

/// Counts in buckets whose width is at most 2^-7 of their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
}

fn bucket(value: u64) -> usize {
    let shift = (64 - value.leading_zeros()).saturating_sub(SUB + 1);
    ((u64::from(shift) << SUB) + (value >> shift)) as usize
}

fn upper(bucket: usize) -> u64 {
    let shift = (bucket >> SUB).saturating_sub(1) as u32;
    let base = bucket as u64 - (u64::from(shift) << SUB);
    (base << shift) + ((1u64 << shift) - 1)
}

impl Sketch {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value.
    pub fn record(&mut self, value: u64) {
        let at = bucket(value);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact mean; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The upper end of the bucket that holds the value of this rank.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = ((self.count as f64 * q) as u64).min(self.count.saturating_sub(1));
        let mut seen = 0;
        let holds = |n: &u64| {
            seen += n;
            seen > rank
        };
        self.counts.iter().position(holds).map_or(0.0, |b| upper(b) as f64)
    }
}
