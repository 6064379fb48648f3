//! What must hold of a link that flows cross.

use super::FASTEST_FLOW;
use crate::problem::Problem;
use crate::sim::{Cell, Conditions, Link, Sharing, World};

static NONE: Conditions = Conditions::NONE;

/// # Errors
/// The first thing that is wrong.
pub(in crate::sim) fn check(world: &World, link: &Link) -> Result<(), Problem> {
    let what = if link.sharing == Sharing::Flows { wrong(world, link) } else { None };
    let Some((what, remedy)) = what else { return Ok(()) };
    Err(Problem::new(format!("link `{}` is shared as flows, and {what}", link.name)).remedy(remedy))
}

fn wrong(world: &World, link: &Link) -> Option<(&'static str, &'static str)> {
    let conditions = link.conditions.as_deref().unwrap_or(&NONE);
    let own = |up: bool| !conditions.quality(up).rates.is_empty();
    let members = || 0..world.groups[link.lower.0 as usize].count;
    let rates = |member: u32| [true, false].map(|up| link.usual_rate(up, member));
    if conditions.varies() {
        return Some(("its rate changes", "share it `fair`, or leave out its traces, outages and `adjustable`"));
    }
    if link.cell == Cell::Shared && (own(true) || own(false)) {
        return Some(("nodes of one cell have rates of their own", "share it `fair`, or give all one rate"));
    }
    if link.half_duplex && members().any(|member| rates(member)[0] != rates(member)[1]) {
        return Some(("half duplex with two rates", "give both ways one rate, or make it full duplex"));
    }
    let fast = |member| rates(member).iter().any(|rate| *rate > FASTEST_FLOW);
    members().any(fast).then_some(("faster than 281474 Gbit/s", "share it `fixed`"))
}
