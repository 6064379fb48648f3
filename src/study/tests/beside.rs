use super::made_up::{options, run, scenario, simulate};
use crate::problem::Problem;
use crate::scenario::Scenario;
use crate::sim::{GroupSample, LinkSample, Recorder, RunResult, Sample, World};
use crate::store::parquet::Table;
use crate::study::execute::Actors;
use crate::study::*;
use crate::units::SimTime;
use std::path::Path;
use tempfile::TempDir;

fn seconds(time: f64) -> SimTime {
    SimTime::from_secs(time)
}

/// Two periods: in the n-th, n·(replication + 1) wait at each group, and each link sends up half of the time, down a
/// quarter.
fn sampled(world: &World, actors: &mut Actors, number: u64, recorder: &mut dyn Recorder) -> Result<RunResult, Problem> {
    let periods = if recorder.series() == Some(seconds(35.0)) { 1..3 } else { 1..1 };
    for period in periods {
        let span = 35_000_000_000u64;
        let waiting_ns = u128::from(span * period * (number + 1));
        let group = GroupSample { waiting_ns, busy_ns: span.into(), server_ns: 2 * u128::from(span), power_w: 3.0 };
        let link = LinkSample { channels: 1, busy_ns_up: u128::from(span) / 2, busy_ns_down: u128::from(span) / 4 };
        let (groups, links) = (vec![group; world.groups.len()], vec![link; world.links.len()]);
        recorder.sample(&Sample { at: seconds(35.0 * period as f64), span_ns: span, groups, links });
    }
    simulate(world, actors, number, recorder)
}

fn tables(scenario: &Scenario, out: &Path, simulate: &crate::study::Simulate<'_>) -> StudyResult {
    run(scenario, &options(out, 2), simulate).expect("run")
}

#[test]
fn samples_are_stored_by_part_and_period() {
    let home = TempDir::new().expect("a folder");
    let sampling = scenario("length = \"1 min\"", "length = \"1 min\"\nseries = \"35 s\"");
    tables(&sampling, home.path(), &sampled);
    let series = Table::read(&home.path().join(SERIES)).expect("series");
    assert_eq!(series.rows(), 27 * 2 * 5);
    assert_eq!(series.str("part").expect("parts")[..5], ["sensor", "server", "radio_up", "radio_down", "radio_both"]);
    let f64s = |name: &str| series.f64(name).expect("figures").to_vec();
    assert_eq!((f64s("time_s")[4], f64s("time_s")[5], series.u32("replication").expect("runs")[10]), (35.0, 70.0, 1));
    assert_eq!(
        (f64s("waiting")[0], f64s("waiting")[15], f64s("capacity")[1], f64s("power_w")[1]),
        (1.0, 4.0, 2.0, 3.0)
    );
    assert!(f64s("waiting")[2].is_nan() && f64s("power_w")[3].is_nan());
    assert_eq!(f64s("busy")[2..5], [0.5, 0.25, 0.75]);
    assert_eq!(f64s("capacity")[2..5], [1.0; 3]);
}

/// Sources that wait for their answers ask at other times under other policies: the answer in words does not say otherwise.
#[test]
fn closed_sources_meet_the_same_images() {
    let home = TempDir::new().expect("a folder");
    let text = crate::scenario::made_up::TEXT.split("[sweep.grid]").next().expect("a beginning");
    let text = text.replace("poisson = { rate = \"0.5 /s\" }", "closed = { think = \"2 s\" }");
    let closed = crate::scenario::made_up::scenario(&text).expect("a scenario");
    let words = tables(&closed, home.path(), &simulate).words()[0].clone();
    assert!(words.ends_with("each on the same images in the same order."), "{words}");
}

/// A study that asks for none leaves none of an older one.
#[test]
fn no_samples_no_table() {
    let home = TempDir::new().expect("a folder");
    let sampling = scenario("length = \"1 min\"", "length = \"1 min\"\nseries = \"35 s\"");
    tables(&sampling, home.path(), &sampled);
    assert!(home.path().join(SERIES).exists());
    tables(&scenario("", ""), home.path(), &sampled);
    assert!(!home.path().join(SERIES).exists());
}

/// Answers take ever longer, or as long as the first: of a steady run the former is told, of a whole story nothing.
#[test]
fn what_still_drifts_after_the_warm_up_is_flagged() {
    let flagged = |text: &str, grows: u64| {
        let home = TempDir::new().expect("a folder");
        let drifting = move |w: &World, a: &mut Actors, number: u64, recorder: &mut dyn Recorder| {
            let end = if recorder.times() { 70_000 } else { 0 };
            for ms in (0..end).step_by(20) {
                let at = |ms: u64| SimTime::from_ns(ms * 1_000_000);
                recorder.time(at(ms), at(ms + 50 + ms % 7 + grows * ms));
            }
            simulate(w, a, number, recorder)
        };
        let result = tables(&scenario("horizon = { steady = { warm-up = \"10 s\" } }", text), home.path(), &drifting);
        result.rows.iter().all(|row| row.flags.contains(flags::UNSETTLED))
    };
    let steady = "horizon = { steady = { warm-up = \"10 s\" } }";
    assert!(flagged(steady, 1) && !flagged(steady, 0) && !flagged("horizon = \"terminating\"", 1));
}
