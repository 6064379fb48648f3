//! The short way of plain requests: nobody looks at them before the run's end, so what a policy sees and all accounts are
//! what there is to compare with the naive twin's.

use crate::agree::{accounts_agree, check, sights_agree};
use crate::dice::Dice;
use crate::policies::Wanderer;
use crate::{conditions, flows, made_up, twin};
use proptest::prelude::*;
use std::cell::Cell;
use tierwise::random::Rng;
use tierwise::sim::{Needs, Policy, Request, RunOptions, Step, View, World, run};
use tierwise::units::SimTime;

/// Wanders until it is sure of an answer, and says so beforehand.
struct Hasty {
    wanderer: Wanderer,
    sure: f32,
}

impl Hasty {
    fn new(sure: f32) -> Self {
        let mut wanderer = Wanderer::new(0);
        wanderer.needs = Needs { outcomes: false, truth: false, ..wanderer.needs };
        Self { wanderer, sure }
    }
}

impl Policy for Hasty {
    fn needs(&self) -> Needs {
        self.wanderer.needs
    }

    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        self.foresee(request).unwrap_or_else(|| self.wanderer.next(request, view, rng))
    }

    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.filter(|answer| answer.confidence >= self.sure).map(|_| Step::Answer)
    }
}

/// Decisions take no time, and most groups and links are as simple as can be; some links have conditions, or are crossed by
/// flows.
fn world(dice: &Dice) -> World {
    let mut world = match dice.below(6) {
        5 => conditions::world(dice),
        4 => flows::world(dice),
        3 => made_up::wide(dice),
        _ => made_up::world(dice),
    };
    world.information.decision = SimTime::ZERO;
    world
}

#[test]
fn random_steps_agree_where_nobody_looks() {
    let early = Cell::new(0);
    check(600, |dice| {
        let world = world(dice);
        let sure = dice.one_of(&[0.0, 0.5, 2.0]);
        let (mut fast, mut naive) = (Hasty::new(sure), Hasty::new(sure));
        let result = run(&world, &mut fast, 3, &RunOptions::default(), &mut ());
        let result = result.map_err(|p| TestCaseError::fail(p.to_string()))?;
        let twin = twin::run(&world, &mut naive, 3).map_err(TestCaseError::fail)?;
        sights_agree(&fast.wanderer.seen, &naive.wanderer.seen)?;
        accounts_agree(&world, &result, &twin)?;
        let mut records = Vec::new();
        let seen = run(&world, &mut Hasty::new(sure), 3, &RunOptions::default(), &mut records);
        early.set(early.get() + u32::from(seen.is_ok_and(|seen| seen.events > result.events + 5)));
        Ok(())
    });
    assert!(early.get() > 100, "only {} cases left events out", early.get());
}
