//! Random search with the budget of the search: networks drawn anywhere, those that fit trained whole.

use super::draw::Drawer;
use super::{infeasible, train};
use crate::lab::search::settings::Networks;
use crate::lab::trials::history::{CONTROL, History};
use crate::lab::trials::race::Heat;
use crate::lab::trials::shop::Shop;
use crate::lab::trials::stopwatch::Stopwatch;
use crate::problem::Problems;

/// Trains networks until as many multiply-accumulates are spent as the search took; the last one may go beyond.
pub fn control(shop: &Shop, networks: &Networks, history: &mut History, watch: &mut Stopwatch) -> Result<(), Problems> {
    let mut drawer = Drawer::new(shop, networks, 1);
    let heat = Heat { method: CONTROL, generation: 0, stop: None, goals: &[] };
    while history.spent(true) < history.spent(false) {
        let Some(mut member) = drawer.anywhere()? else { break };
        if member.violation > 0.0 {
            infeasible(shop, &heat, &mut member, history)?;
        } else {
            train(shop, &heat, std::slice::from_mut(&mut member), history, watch)?;
        }
    }
    Ok(())
}
