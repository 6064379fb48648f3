//! Genomes, and breeding against drawing on a problem whose front is known.

use super::evolve::{Ranks, child};
use super::*;
use crate::lab::architecture::Form;
use crate::lab::search::pareto::{Standing, hypervolume};
use crate::random::{Purpose, Rng, Stream};
use proptest::prelude::*;

fn families() -> Vec<Family> {
    let read = |json: &str| serde_json::from_str(json).unwrap();
    vec![
        read(r#"{"residual":{"blocks":[1,2],"width":[2,4,6]}}"#),
        read(r#"{"separable":{"stem":[4,8],"blocks":[1,2,3],"channels":[8,12,16],"strides":[1,2],"shrink":[1,2]}}"#),
        read(
            r#"{"inverted":{"stem":[4],"stages":[1,2],"expansion":[1,3],"channels":[4,8],"repeats":[1,2],"strides":[1,2]}}"#,
        ),
        read(r#"{"bottleneck":{"stages":[1,2],"blocks":[1],"width":[2,4],"expansion":[2]}}"#),
        read(r#"{"plain":{"stacks":[1,2],"channels":[4,8],"convolutions":[1,2]}}"#),
    ]
}

fn rng(entity: u64) -> Rng {
    Rng::new(Stream::new(2, 0, Purpose::Search), entity, 0)
}

#[test]
fn choices_are_read_by_hand() {
    let mut rng = rng(0);
    let genome = Genome { family: 1, genes: vec![1, 1, 2, 0, 0, 1, 2, 3] };
    let read = genome.read(&families(), &mut rng).unwrap();
    assert_eq!(read.form, Form::Separable { stem: 8, blocks: vec![[16, 1], [8, 2]], shrink: None, exits: vec![] });
    assert_eq!(read.genome.genes, [1, 1, 2, 0, 0, 1, 0], "what was not read falls away");
    assert!(Genome { family: 9, genes: vec![] }.read(&families(), &mut rng).is_none());
    let empty: Family = serde_json::from_str(r#"{"residual":{"blocks":[],"width":[2,0]}}"#).unwrap();
    assert_eq!(empty.complaints().iter().map(|c| c.0).collect::<Vec<_>>(), ["blocks", "width"]);
}

proptest! {
    /// Whatever is drawn or bred is a network that fits, reads as itself, and differs from its parents only by what they
    /// have or a list holds.
    #[test]
    fn children_are_networks(seed in 0u64..5000) {
        let families = families();
        let mut rng = rng(seed);
        let parents = [0, 1].map(|_| Genome::draw(&families, &mut rng).unwrap());
        let child = parents[0].child(&parents[1], &families, &mut rng).unwrap();
        for read in parents.iter().chain([&child]) {
            prop_assert!(read.form.architecture([16, 16, 1], 3).unwrap().check().is_ok());
            prop_assert_eq!(read.genome.read(&families, &mut rng).unwrap(), read.clone());
        }
        prop_assert_eq!(child.genome.family, parents[0].genome.family);
    }
}

/// Every place of a list is as likely in a draw: first list of the first family, within five standard errors.
#[test]
fn draws_are_uniform() {
    let families = &families()[..1];
    let n = 6000;
    let mut counts = [0.0f64; 3];
    (0..n).for_each(|i| counts[Genome::draw(families, &mut rng(i)).unwrap().genome.genes[1]] += 1.0);
    let right = n as f64 / 3.0;
    assert!(counts.iter().all(|c| (c - right).abs() < 5.0 * (right * 2.0 / 3.0).sqrt()), "{counts:?}");
}

/// Two goals that pull against each other over the choices of a plain network: few channels in all, and every stack as near
/// to 8 channels as can be. One with more than two stacks breaks a constraint.
fn standing(read: &Read) -> Standing {
    let Form::Plain(plain) = &read.form else { panic!("not plain") };
    let channels: f64 = plain.stacks.iter().map(|s| (s[0] * s[1]) as f64).sum();
    let far: f64 = plain.stacks.iter().map(|s| (s[0] as f64 - 8.0).abs() + 2.0 * (s[1] as f64 - 3.0).abs()).sum();
    let missing = 20.0 * (4.0 - plain.stacks.len() as f64);
    Standing { goals: vec![channels, far + missing], violation: (plain.stacks.len() as f64 - 4.0).max(0.0) }
}

fn volume(all: &[Standing]) -> f64 {
    let points: Vec<&[f64]> = all.iter().filter(|s| s.violation == 0.0).map(|s| s.goals.as_slice()).collect();
    hypervolume(&points, &[150.0, 100.0])
}

#[test]
fn breeding_covers_more_than_drawing() {
    let json =
        r#"{"plain":{"stacks":[1,2,3,4,5,6],"channels":[1,2,3,4,5,6,7,8,9,10,11,12],"convolutions":[1,2,3,4,5]}}"#;
    let families: Vec<Family> = vec![serde_json::from_str(json).unwrap()];
    let (mut bred, mut drawn) = (0.0, 0.0);
    for seed in 0..10 {
        let mut rng = rng(100 + seed);
        let mut population: Vec<Read> = (0..16).map(|_| Genome::draw(&families, &mut rng).unwrap()).collect();
        let mut seen: Vec<Standing> = population.iter().map(standing).collect();
        for _ in 0..15 {
            let ranks = Ranks::new(&population.iter().map(standing).collect::<Vec<_>>());
            let children: Vec<Read> =
                (0..16).map(|_| child(&population, &ranks, &families, &mut rng).unwrap()).collect();
            seen.extend(children.iter().map(standing));
            population.extend(children);
            let best = Ranks::new(&population.iter().map(standing).collect::<Vec<_>>()).best(16);
            population = best.into_iter().map(|i| population[i].clone()).collect();
        }
        bred += volume(&seen) / 10.0;
        let control: Vec<Standing> = (0..256).map(|_| standing(&Genome::draw(&families, &mut rng).unwrap())).collect();
        drawn += volume(&control) / 10.0;
    }
    assert!(bred > 1.03 * drawn, "{bred} against {drawn}");
}

/// Who stays is who a plain ordering by front and then crowding puts first.
#[test]
fn the_best_come_first() {
    let at = |x: f64, y: f64, violation| Standing { goals: vec![x, y], violation };
    let all = [
        at(3.0, 3.0, 0.0),
        at(0.0, 4.0, 0.0),
        at(4.0, 0.0, 0.0),
        at(1.0, 2.0, 0.0),
        at(1.1, 1.9, 0.0),
        at(0.0, 0.0, 1.0),
    ];
    let ranks = Ranks::new(&all);
    // The ends of the first front, then its less crowded inner one; the second front; what breaks a constraint.
    assert_eq!(ranks.order(), [1, 2, 4, 3, 0, 5]);
    assert_eq!(ranks.best(2), [1, 2]);
    assert_eq!(ranks.best(4), [1, 2, 3, 4]);
    assert_eq!(ranks.best(5), [0, 1, 2, 3, 4]);
    assert!(ranks.before(1, 3) && ranks.before(4, 3) && ranks.before(0, 5) && !ranks.before(5, 0));
}
