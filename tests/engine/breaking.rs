//! Random failures of nodes and links, on top of the random worlds.

use crate::conditions;
use crate::dice::Dice;
use crate::made_up;
use crate::plain::ns;
use tierwise::sim::{Failing, Failures, Fallible, GroupId, Lifetime, Link, Random, Rule, Sharing, Spells, World};
use tierwise::units::SimTime;

/// A random world in which nodes fail, and links without conditions. Failures are drawn first, so that they never lack
/// dice.
pub fn world(dice: &Dice) -> World {
    let failures = dice.list(10, || dice.once_in(2).then(|| failures(dice)));
    let mut world = if dice.once_in(3) { conditions::world(dice) } else { made_up::wide(dice) };
    let groups = (0..world.groups.len()).map(|g| Fallible::Nodes(GroupId(g as u16)));
    let plain =
        |link: &Link| link.conditions.is_none() && !matches!(link.sharing, Sharing::Throughput | Sharing::Flows);
    let links = world.links.iter().enumerate().filter(|(_, link)| plain(link));
    let places = groups.chain(links.map(|(l, _)| Fallible::Link(l as u16))).zip(failures);
    let failing = |(place, failures): (_, Option<Failures>)| Some(Failing { place, failures: failures? });
    world.failures = places.filter_map(failing).collect();
    // What fails all the time is never done.
    world.horizon.drain = world.horizon.drain.min(ns(1_000));
    world
}

fn failures(dice: &Dice) -> Failures {
    let when = match dice.once_in(3) {
        true => Spells::Trace(spells(dice)),
        false => Spells::Random(Random { to_failure: lifetime(dice, 80), to_repair: lifetime(dice, 20) }),
    };
    Failures {
        when,
        then: dice.one_of(&[Rule::Retry, Rule::Reroute, Rule::Reroute, Rule::Fail]),
        most: dice.one_of(&[3, 1, 0]),
    }
}

/// A few times of failing, in order.
fn spells(dice: &Dice) -> Vec<[SimTime; 2]> {
    let mut time = 0;
    let mut after = |most| {
        time += dice.between(1, most);
        ns(time)
    };
    dice.list(dice.between(1, 4), || [after(60), after(20)])
}

fn lifetime(dice: &Dice, most: u64) -> Lifetime {
    let mean = ns(dice.between(1, most));
    let shape = dice.one_of(&[0.5, 1.0, 3.0]);
    if dice.once_in(2) { Lifetime::Weibull { mean, shape } } else { Lifetime::Exponential { mean } }
}
