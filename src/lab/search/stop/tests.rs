//! Rules against what they say, counted out.

use super::*;
use proptest::prelude::*;

#[test]
fn halving_by_hand() {
    let halving = Halving { factor: 3, least: 1, cohort: None };
    assert_eq!((halving.rungs(27), halving.rungs(1)), (vec![1, 3, 9], vec![]));
    assert_eq!([0, 1, 2, 9, 11].map(|n| halving.kept(n)), [0, 1, 1, 3, 3]);
    let told = halving.survivors(&[0.5, 0.9, 0.7, 0.9, f64::NEG_INFINITY, 0.1]);
    assert_eq!(told.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false, true, false, false]);
    assert_eq!(told[0], Err("rank 4 of 6, of which 2 go on".into()));
    let in_threes = Stop::Halving(Halving { cohort: Some(3), ..halving });
    assert_eq!([Stop::Halving(halving), in_threes, Stop::Median(Median::default())].map(|s| s.cohort(7)), [7, 3, 1]);
    assert!(Halving { factor: 1, ..halving }.complaints().len() == 1);
}

#[test]
fn the_median_rule_by_hand() {
    let rule = Median { patience: 2, least: 3 };
    assert_eq!(rule.rungs(5), [2, 3, 4]);
    let before: [&Curve; 5] = [&[0.1, 0.5], &[0.6, 0.4], &[0.2, 0.3], &[0.9], &[0.1, 0.7]];
    // At best after two epochs: 0.5, 0.6, 0.3, 0.7; the fourth never came so far. The median is 0.55.
    assert!(rule.goes_on(2, &[0.55, 0.2], &before).is_ok());
    let told = rule.goes_on(2, &[0.54, 0.2], &before).unwrap_err();
    assert_eq!(told, "54.00 % is below the median, 55.00 %");
    assert!(rule.goes_on(2, &[0.0, 0.0], &before[1..4]).is_ok(), "too few to tell");
    assert!(Median { patience: 0, least: 1 }.complaints().len() == 1);
}

proptest! {
    /// Who goes on by halving has fewer than `kept` trials that are better, or as good and earlier.
    #[test]
    fn halving_keeps_the_best(values in proptest::collection::vec(0u8..9, 1..20), factor in 2u32..5) {
        let halving = Halving { factor, ..Halving::default() };
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let kept = halving.kept(values.len());
        for (i, told) in halving.survivors(&values).iter().enumerate() {
            let ahead = |j: &usize| values[*j] > values[i] || values[*j] == values[i] && *j < i;
            prop_assert_eq!(told.is_ok(), (0..values.len()).filter(ahead).count() < kept);
        }
    }

    /// The median is what as many are above as below.
    #[test]
    fn half_of_the_earlier_trials_are_above(values in proptest::collection::vec(0u16..1000, 3..20), own in 0u16..1000) {
        let curves: Vec<[f64; 1]> = values.iter().map(|v| [f64::from(*v)]).collect();
        let before: Vec<&Curve> = curves.iter().map(|c| c.as_slice()).collect();
        let goes_on = Median { patience: 1, least: 1 }.goes_on(1, &[f64::from(own)], &before).is_ok();
        let above = values.iter().filter(|v| **v > own).count();
        let below = values.iter().filter(|v| **v < own).count();
        if 2 * above > values.len() {
            prop_assert!(!goes_on);
        }
        if 2 * below > values.len() || values.len() == above + below && 2 * above < values.len() {
            prop_assert!(goes_on);
        }
    }
}

#[test]
fn a_cohort_is_cut_in_the_order_given() {
    let halving = Halving { factor: 2, least: 1, cohort: None };
    let told = halving.cut(&[2, 0, 3, 1, 4]);
    assert_eq!(told.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, false]);
    assert_eq!(told[1], Err("rank 4 of 5, of which 2 go on".into()));
}
