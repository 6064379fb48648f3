//! What a teacher's knowledge is worth, and what it cost to take over.

use serde::Serialize;

/// What a training has spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spent {
    /// Multiply-accumulates.
    pub macs: f64,
    /// Joules, if they are known.
    pub energy_j: Option<f64>,
    /// Epochs.
    pub epochs: u32,
}

/// The gap that a student has recovered, over what its training spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Efficiency {
    /// Share of the gap between a student without teacher and the teacher.
    pub gap_recovered: f64,
    /// Per 10¹² multiply-accumulates.
    pub per_tera_mac: f64,
    /// Per kilojoule, if joules are known.
    pub per_kilojoule: Option<f64>,
    /// Per epoch.
    pub per_epoch: f64,
}

/// `(student − scratch) / (teacher − scratch)` of accuracies; none where the teacher is not the better one.
pub fn gap_recovered(teacher: f64, student: f64, scratch: f64) -> Option<f64> {
    (teacher > scratch).then(|| (student - scratch) / (teacher - scratch))
}

/// The gap recovered, and over what was spent; none where the teacher is not the better one or nothing was spent.
pub fn efficiency(teacher: f64, student: f64, scratch: f64, spent: Spent) -> Option<Efficiency> {
    let gap_recovered = gap_recovered(teacher, student, scratch)?;
    let over = |spent: f64| (spent > 0.0).then(|| gap_recovered / spent);
    let (per_tera_mac, per_epoch) = (over(spent.macs / 1e12)?, over(f64::from(spent.epochs))?);
    let per_kilojoule = spent.energy_j.and_then(|joules| over(joules / 1e3));
    Some(Efficiency { gap_recovered, per_tera_mac, per_kilojoule, per_epoch })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_share_of_the_gap_over_what_was_spent() {
        let spent = Spent { macs: 2e12, energy_j: Some(500.0), epochs: 10 };
        let found = efficiency(0.95, 0.93, 0.91, spent).unwrap();
        let all = [found.gap_recovered, found.per_tera_mac, found.per_kilojoule.unwrap(), found.per_epoch];
        for (found, right) in all.into_iter().zip([0.5, 0.25, 1.0, 0.05]) {
            assert!((found - right).abs() < 1e-9, "{found} for {right}");
        }
        assert_eq!(efficiency(0.9, 0.93, 0.91, spent), None);
        assert_eq!(efficiency(0.95, 0.93, 0.91, Spent { epochs: 0, ..spent }), None);
        assert_eq!(efficiency(0.95, 0.93, 0.91, Spent { energy_j: None, ..spent }).unwrap().per_kilojoule, None);
        assert!(gap_recovered(0.95, 0.90, 0.91).unwrap() < 0.0);
    }
}
