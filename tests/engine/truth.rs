//! Accuracy is what the prediction tables say, image by image.

use crate::plain;
use tierwise::policy::Registry;
use tierwise::sim::{Ending, ModelId, Record, RunOptions, RunResult, Sharing, Tier, World, run};

const LABELS: usize = 200;

/// What the small, the middle and the large role say about an image: right or wrong, and how sure.
fn says(role: usize, image: usize) -> (bool, f32) {
    let sure = (image * 37 + role * 11) % 100;
    let right = [sure + image % 30 > 40, (image + role) % 10 > 1, image % 20 != 3][role];
    (right, sure as f32 / 100.0)
}

/// Twelve devices with the small role, an edge with the middle one and a cloud with the large one.
fn three_tiers(sharing: Sharing, ns_per_byte: u64) -> World {
    let labels: Vec<u16> = (0..LABELS).map(|i| (i % 7) as u16).collect();
    let roles = ["small", "middle", "large"].into_iter().enumerate();
    let models = roles.map(|(r, name)| plain::model(name, &labels, &[40; LABELS], |i| says(r, i))).collect();
    let mut groups = vec![
        plain::group("device", Tier::Device, 12, 1),
        plain::group("edge", Tier::Edge, 2, 2),
        plain::group("cloud", Tier::Cloud, 1, 8),
    ];
    for (g, group) in groups.iter_mut().enumerate() {
        group.work = (0..3).map(|m| if m == g { plain::work(1000, &[0, 50_000]) } else { None }).collect();
    }
    let links = vec![plain::link(0, 1, sharing, ns_per_byte), plain::link(1, 2, sharing, ns_per_byte)];
    plain::world(groups, links, models, plain::poisson(0, 1000.0, 7), 1.0)
}

fn run_shipped(world: &World, name: &str, options: &str) -> (RunResult, Vec<Record>) {
    let mut policy = Registry::default().get(name).unwrap().build(&options.parse().unwrap()).unwrap();
    let mut records = Vec::new();
    let result = run(world, &mut policy, 0, &RunOptions::default(), &mut records).unwrap();
    assert!(records.len() > 5000 && records.iter().all(|r| r.outcome == Ending::Answered));
    (result, records)
}

/// The network costs a nanosecond, or queues for ever longer: the answers are the same.
#[test]
fn one_place_has_its_tables_accuracy() {
    for (sharing, ns_per_byte) in [(Sharing::Fixed, 1), (Sharing::Fair, 300)] {
        for (role, name) in ["local", "edge", "cloud"].into_iter().enumerate() {
            let (result, records) = run_shipped(&three_tiers(sharing, ns_per_byte), name, "");
            let right = records.iter().filter(|r| says(role, r.image as usize).0).count();
            assert_eq!(result.right, right as u64);
            for (image, account) in result.per_image.iter().enumerate() {
                let of = records.iter().filter(|r| r.image as usize == image).count() as u32;
                assert_eq!((account.born, account.answered), (of, of));
                assert_eq!(account.right, if says(role, image).0 { of } else { 0 });
            }
        }
    }
}

/// Who answers an image under two thresholds.
fn answers(image: u32, thresholds: [f32; 2]) -> usize {
    let sure = |role: usize| says(role, image as usize).1 >= thresholds[role];
    if sure(0) { 0 } else { 1 + usize::from(!sure(1)) }
}

#[test]
fn a_cascade_is_what_its_tables_say() {
    let world = three_tiers(Sharing::Fifo, 100);
    let (result, records) = run_shipped(&world, "cascade", "thresholds = { fixed = [0.6, 0.5] }");
    let mut by = [0; 3];
    for record in &records {
        let role = answers(record.image, [0.6, 0.5]);
        let answer = record.answer.unwrap();
        by[role] += 1;
        assert_eq!(answer.model, ModelId(role as u8));
        assert_eq!((record.right, answer.confidence), says(role, record.image as usize));
        assert_eq!(record.compute_ns.map(|ns| ns > 0), [true, role > 0, role > 1]);
    }
    assert!(by.iter().all(|n| *n > 100), "{by:?}");
    assert_eq!(result.answered_by.iter().map(|(_, _, n)| *n).collect::<Vec<u64>>(), by);
}

/// Thresholds chosen on validation images are as good as any on these very images: every pair of hundredths is tried.
#[test]
fn chosen_thresholds_are_the_best_there_are() {
    let (_, records) = run_shipped(&three_tiers(Sharing::Fixed, 1), "cascade", "");
    let chosen: Vec<usize> = (0..LABELS as u32)
        .filter_map(|i| records.iter().find(|r| r.image == i))
        .map(|r| usize::from(r.right))
        .collect();
    assert_eq!(chosen.len(), LABELS, "every image was asked about");
    let right = |a: f32, b: f32| (0..LABELS as u32).filter(|i| says(answers(*i, [a, b]), *i as usize).0).count();
    let hundredths = || (0..=101).map(|h| h as f32 / 100.0);
    let best = hundredths().flat_map(|a| hundredths().map(move |b| right(a, b))).max();
    // The second threshold is chosen over all images, the first after it: so not below the best with that second one.
    let second_first = hundredths().max_by_key(|b| (right(1.01, *b), (b * -100.0) as i32)).unwrap();
    let staged = hundredths().map(|a| right(a, second_first)).max();
    assert!(Some(chosen.iter().sum()) <= best && Some(chosen.iter().sum()) >= staged, "{best:?} {staged:?}");
}

/// Whatever a policy does, the same requests are born with the same images.
#[test]
fn chance_is_the_same_for_all_policies() {
    let world = three_tiers(Sharing::Fifo, 100);
    let births = |name| {
        let mut records = run_shipped(&world, name, "").1;
        records.sort_by_key(|r| r.birth);
        records.into_iter().map(|r| (r.birth, r.home, r.image, r.class, r.born)).collect::<Vec<_>>()
    };
    assert_eq!(births("local"), births("cloud"));
    assert_eq!(births("local"), births("random"));
}
