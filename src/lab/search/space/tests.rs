//! Settings and places, there and back.

use super::*;
use crate::random::{Purpose, Rng, Stream};
use proptest::prelude::*;

fn rng(trial: u64) -> Rng {
    Rng::new(Stream::new(1, 0, Purpose::Search), trial, 0)
}

const RATE: Domain = Domain::Real { from: 0.001, to: 1.0, log: true };
const BATCH: Domain = Domain::Whole { from: 1, to: 8, log: false };

#[test]
fn ends_and_middles_by_hand() {
    assert_eq!([0.0, 0.5, 1.0].map(|p| RATE.setting(p)), [0.001, 0.03162, 1.0].map(Setting::Real));
    let linear = Domain::Real { from: -1.0, to: 3.0, log: false };
    assert_eq!([0.0, 0.25, 1.0].map(|p| linear.setting(p)), [-1.0, 0.0, 3.0].map(Setting::Real));
    assert_eq!([0.0, 0.124, 0.126, 1.0].map(|p| BATCH.setting(p)), [1, 1, 2, 8].map(Setting::Whole));
    let choice = Domain::Choice { of: 3 };
    assert_eq!([0.0, 0.34, 1.0].map(|p| choice.setting(p)), [0, 1, 2].map(Setting::Choice));
}

#[test]
fn grids_go_from_end_to_end() {
    let settings = |d: Domain, n| d.grid(n).into_iter().map(|p| d.setting(p)).collect::<Vec<_>>();
    assert_eq!(settings(RATE, 4), [0.001, 0.01, 0.1, 1.0].map(Setting::Real));
    assert_eq!(settings(BATCH, 3), [1, 5, 8].map(Setting::Whole));
    assert_eq!(settings(Domain::Whole { from: 2, to: 4, log: true }, 9), [2, 3, 4].map(Setting::Whole));
    assert_eq!(settings(Domain::Choice { of: 2 }, 9), [0, 1].map(Setting::Choice));
    assert_eq!(RATE.grid(1).len(), 1);
}

/// Every whole number takes an equal share of a linear axis (chi-square at seven degrees of freedom: 99.99 % below 29.9).
#[test]
fn whole_numbers_are_equally_likely() {
    let mut counts = [0.0; 8];
    let mut rng = rng(0);
    for _ in 0..8000 {
        let Setting::Whole(n) = BATCH.setting(rng.unit()) else { panic!("not whole") };
        counts[n as usize - 1] += 1.0;
    }
    let chi: f64 = counts.iter().map(|c| (c - 1000.0f64).powi(2) / 1000.0).sum();
    assert!(chi < 29.9, "{chi}");
}

#[test]
fn what_does_not_count_is_left_out() {
    let free = |domain| Axis { domain, when: None };
    let space =
        Space { axes: vec![free(Domain::Choice { of: 2 }), Axis { domain: RATE, when: Some((0, 1)) }, free(BATCH)] };
    assert_eq!(space.settle([0.1, 0.5, 0.0]).0[1], None);
    assert!(space.settle([0.9, 0.5, 0.0]).0[1].is_some());
    assert_eq!(space.setting(&space.settle([0.1, 0.5, 1.0]), 1), None);
    assert_eq!(space.anywhere(&mut rng(3)), space.anywhere(&mut rng(3)));
}

proptest! {
    /// A setting's place gives the setting again.
    #[test]
    fn a_setting_has_its_place(place in 0.0..1.0f64, from in 1i64..50, more in 1i64..100, log: bool, of in 1usize..9) {
        let (low, high) = (from as f64 / 7.0, (from + more) as f64 / 3.0);
        for domain in [
            Domain::Whole { from, to: from + more, log },
            Domain::Choice { of },
            Domain::Real { from: four(low), to: four(high), log },
        ] {
            let setting = domain.setting(place);
            let back = domain.place(setting);
            prop_assert!((0.0..=1.0).contains(&back));
            prop_assert_eq!(domain.setting(back), setting);
        }
    }
}

fn four(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap()
}
