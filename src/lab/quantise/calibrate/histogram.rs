//! How often which values were seen.

/// Cells between the least and the greatest value.
const CELLS: usize = 2048;

/// Counts of equally wide cells.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    pub low: f32,
    pub high: f32,
    pub cells: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { low: f32::INFINITY, high: f32::NEG_INFINITY, cells: Vec::new() }
    }
}

impl Histogram {
    /// Takes values into the range; NaN spoils it.
    pub fn widen(&mut self, values: &[f32]) {
        for &v in values {
            self.low = if v >= self.low { self.low } else { v };
            self.high = if v <= self.high { self.high } else { v };
        }
    }

    pub fn is_finite(&self) -> bool {
        self.low.is_finite() && self.high.is_finite()
    }

    /// Counts values, all of which lie in the range.
    pub fn count(&mut self, values: &[f32]) {
        self.cells.resize(CELLS, 0);
        let per = CELLS as f32 / (self.high - self.low).max(f32::MIN_POSITIVE);
        for v in values {
            self.cells[(((v - self.low) * per) as usize).min(CELLS - 1)] += 1;
        }
    }

    /// The middle of a cell.
    pub fn middle(&self, cell: usize) -> f64 {
        let width = (f64::from(self.high) - f64::from(self.low)) / CELLS as f64;
        f64::from(self.low) + (cell as f64 + 0.5) * width
    }

    /// The cells that hold anything: middle and count.
    pub fn counted(&self) -> impl Iterator<Item = (f64, u64)> {
        self.cells.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, n)| (self.middle(i), *n))
    }
}

#[cfg(test)]
pub(super) fn of(values: &[f32]) -> Histogram {
    let mut seen = Histogram::default();
    seen.widen(values);
    seen.count(values);
    seen
}
