//! Draws: what any importance has to beat.

use super::Scores;
use crate::lab::prune::{Group, Round};
use crate::random::{Purpose, Stream, sample::unit};

pub fn scores(groups: &[Group], round: &Round) -> Scores {
    let stream = Stream::new(round.seed, u64::from(round.number), Purpose::Pruning);
    let group = |(g, group): (usize, &Group)| {
        (0..group.units.len()).map(|u| unit(stream.draw(g as u64, u as u64)[0])).collect()
    };
    groups.iter().enumerate().map(group).collect()
}
