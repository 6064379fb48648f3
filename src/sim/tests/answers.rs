//! What is answered is what the tables say, image by image.

use super::*;

fn busy_world() -> World {
    let mut world = world();
    world.groups[0].count = 7;
    poisson(&mut world, 1e6);
    world.horizon.end = ns(200_000);
    world
}

#[test]
fn cloud_only_is_as_right_as_its_table() {
    let mut world = busy_world();
    world.links.iter_mut().for_each(|l| {
        (l.up.rate, l.down.rate, l.sharing) = (BitsPerSec(u64::MAX), BitsPerSec(u64::MAX), Sharing::Fixed);
        (l.up.delay, l.down.delay) = (ns(0), ns(0));
    });
    let (records, result) =
        run_by(&world, |request, _, _| if request.answer.is_some() { Step::Answer } else { whole(1, 8) });
    assert!(records.len() > 1000);
    assert!(records.iter().all(|r| r.right != r.image.is_multiple_of(5)));
    let asked: u32 = result.per_image.iter().map(|i| i.answered).sum();
    let right: u32 = (0..12).filter(|i| i % 5 != 0).map(|i: usize| result.per_image[i].answered).sum();
    assert_eq!((u64::from(asked), u64::from(right)), (result.answered, result.right));
}

/// Leaves at the device where it is sure, else asks the cloud.
#[test]
fn a_cascade_says_what_both_tables_say() {
    let (records, result) = run_by(&busy_world(), |request, _, _| match request.answer {
        None => whole(0, request.home.0),
        Some(answer) if answer.model == ModelId(0) && answer.confidence < 0.6 => whole(1, 8),
        Some(_) => Step::Answer,
    });
    for r in &records {
        let by = r.answer.unwrap();
        let unsure = r.image % 3 == 0;
        assert_eq!((by.model, by.node), if unsure { (ModelId(1), NodeId(8)) } else { (ModelId(0), r.home) });
        assert_eq!(r.right, if unsure { r.image % 5 != 0 } else { true });
    }
    assert_eq!(result.answered_by.iter().map(|(.., n)| n).sum::<u64>(), result.answered);
}

/// An early exit and the last one each answer from their own table.
#[test]
fn early_exits_have_their_own_answers() {
    let (records, _) = run_by(&busy_world(), |request, _, _| match request.answer {
        None => Step::Compute { model: ModelId(0), upto: TapId(2), node: request.home, send: RAW },
        Some(answer) if answer.tap == TapId(2) && answer.confidence < 0.6 => whole(0, request.home.0),
        Some(_) => Step::Answer,
    });
    for r in &records {
        assert_eq!(r.answer.unwrap().tap, TapId(if r.image % 2 == 0 { 3 } else { 2 }));
        assert_eq!(r.right, r.image % 2 == 1 || r.image % 3 != 0);
    }
}

/// Arrivals, classes and images do not depend on what the policy does.
#[test]
fn policies_meet_the_same_requests() {
    let world = busy_world();
    let born = |mut records: Vec<Record>| {
        records.sort_by_key(|r| r.birth);
        records.iter().map(|r| (r.birth, r.home, r.born, r.image)).collect::<Vec<_>>()
    };
    let (local, _) = run_by(&world, |_, _, _| Step::Drop);
    let (cloud, _) = run_by(&world, |request, _, rng| match request.answer {
        None => whole(rng.index(2) as u8, 8),
        Some(_) => Step::Answer,
    });
    assert_eq!(born(local), born(cloud));
}

#[test]
fn class_mixes_are_met() {
    let mut world = busy_world();
    world.workloads[0].sites =
        vec![Site { cumulative: vec![1 << 32, 1 << 32, 1 << 32] }, Site { cumulative: vec![0, 1 << 30, 1 << 32] }];
    let (records, _) = run_by(&world, |_, _, _| Step::Drop);
    let even: Vec<&Record> = records.iter().filter(|r| r.home.0 % 2 == 0).collect();
    let odd: Vec<&Record> = records.iter().filter(|r| r.home.0 % 2 == 1).collect();
    assert!(even.iter().all(|r| r.class == 0) && odd.iter().all(|r| r.class > 0));
    let share = odd.iter().filter(|r| r.class == 1).count() as f64 / odd.len() as f64;
    assert!((share - 0.25).abs() < 5.0 * (0.1875 / odd.len() as f64).sqrt(), "{share}");
}

/// Memory follows what is under way at once, not what was ever born.
#[test]
fn handles_are_used_again() {
    let mut most = 0;
    let (records, _) = run_by(&busy_world(), |request, _, _| {
        most = most.max(request.id.0);
        if request.answer.is_some() { Step::Answer } else { whole(0, 8) }
    });
    assert!(records.len() > 1000 && most < 60, "{} requests, {most} slots", records.len());
}
