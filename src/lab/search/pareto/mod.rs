//! Several goals at once, all to be made small: who beats whom, in which front one stands, how much of what is possible is
//! covered.

mod crowding;
mod hypervolume;
mod sort;
#[cfg(test)]
mod tests;

pub use crowding::crowding;
pub use hypervolume::hypervolume;
pub use sort::fronts;

/// What is known of one: its goals, all to be made small, and by how much it breaks its constraints.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// As many for each.
    pub goals: Vec<f64>,
    /// Zero where all constraints hold.
    pub violation: f64,
}

impl Standing {
    /// Whether this one beats the other (Deb et al. 2002, definition 1): it alone keeps the constraints, or breaks them by
    /// less, or both keep them and it is at least as good in everything and better in something.
    pub fn beats(&self, other: &Self) -> bool {
        match (self.violation > 0.0, other.violation > 0.0) {
            (false, false) => dominates(&self.goals, &other.goals),
            (true, true) => self.violation < other.violation,
            (own, _) => !own,
        }
    }
}

/// Whether `a` is at least as good as `b` in everything, and better in something.
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a != b
}
