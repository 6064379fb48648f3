//! Recipes as a page, and what is said of the machine that makes them.

/// Regenerate with `SNAPSHOTS=overwrite cargo test --release --lib lab::recipe`.
#[test]
fn the_committed_reference_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/lab/README.md");
    let fresh = super::reference();
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == fresh, "{path} is stale: SNAPSHOTS=overwrite writes it anew");
}

#[test]
fn joules_are_processor_time_times_power() {
    let cost = crate::catalog::Cost { wall_s: 1.0, cpu_s: 20.0, macs: 3.0 };
    let energy = super::Host::default().energy(&cost);
    assert_eq!((energy.energy_j, energy.core_power_w), (70.0, 3.5));
    let wrong = super::Host { core_power: crate::units::Watts(0.0), source: " ".into() };
    assert_eq!(wrong.complaints().into_iter().map(|c| c.0).collect::<Vec<_>>(), ["core-power", "source"]);
}
