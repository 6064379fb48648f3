//! One small run on made-up tables, written out: the same bytes in every build, on any number of threads.

use crate::dice::Dice;
use crate::made_up;
use crate::plain::ns;
use crate::policies::Wanderer;
use rayon::prelude::*;
use std::fmt::Write;
use tierwise::random::{Purpose, Stream};
use tierwise::sim::{Horizon, Record, RunOptions, RunResult, run};

/// A random world in which much happens, and a run of it.
fn written(replication: u64) -> String {
    let stream = Stream::new(702, 0, Purpose::Order);
    let bytes: Vec<u8> = (0..400).map(|i| stream.draw(i, 0)[0] as u8).collect();
    let mut world = made_up::world(&Dice::new(&bytes));
    world.horizon = Horizon { warm_up: ns(30), end: ns(150), drain: ns(100) };
    let mut records: Vec<Record> = Vec::new();
    let result = run(&world, &mut Wanderer::new(0), replication, &RunOptions::default(), &mut records).unwrap();
    let mut text = String::new();
    records.iter().for_each(|record| writeln!(text, "{}", line(record)).unwrap());
    text + &totals(&result)
}

fn line(r: &Record) -> String {
    let answer = r.answer.map_or("-".into(), |a| {
        format!("{}@{} on {} says {} ({})", a.model.0, a.tap.0, a.node.0, a.prediction, a.confidence)
    });
    let marks = [(r.right, "right"), (r.late, "late"), (!r.counted, "uncounted")];
    let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    format!(
        "{} {} at {}, image {} of class {}: {}..{} {}; {answer}; {} steps, {}+{} B, {:?} ns {}",
        r.birth,
        r.workload,
        r.home.0,
        r.image,
        r.class,
        r.born.ns(),
        r.ended.ns(),
        r.outcome.name(),
        r.steps,
        r.bytes_up,
        r.bytes_down,
        r.compute_ns,
        marks.join(" "),
    )
    .trim_end()
    .into()
}

fn totals(r: &RunResult) -> String {
    let mut text = format!(
        "born {} answered {} dropped {} in flight {} right {} late {}\n",
        r.born, r.answered, r.dropped, r.in_flight, r.right, r.late
    );
    writeln!(text, "mean latency {} ns, joules {} {} {}", r.latency.mean(), r.marginal_j, r.device_j, r.system_j)
        .unwrap();
    r.groups.iter().for_each(|g| writeln!(text, "{g:?}").unwrap());
    r.links.iter().for_each(|l| writeln!(text, "{l:?}").unwrap());
    text
}

#[test]
fn a_small_run_is_as_it_was() {
    snapbox::assert_data_eq!(written(0), snapbox::file!["golden/small-run.txt"].raw());
}

#[test]
fn threads_do_not_matter() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (0..16).into_par_iter().map(written).collect::<Vec<String>>())
    };
    let alone = on(1);
    assert_eq!(alone, on(2));
    assert_eq!(alone, (0..16).map(written).collect::<Vec<_>>());
    assert_ne!(alone[0], alone[1]);
}
