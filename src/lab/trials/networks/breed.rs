//! One generation of NSGA-II.

use super::draw::Drawer;
use super::{Member, infeasible, standing, train};
use crate::lab::search::architecture::Read;
use crate::lab::search::architecture::evolve::{Ranks, child};
use crate::lab::search::pareto::Standing;
use crate::lab::trials::history::History;
use crate::lab::trials::race::Heat;
use crate::lab::trials::stopwatch::Stopwatch;
use crate::problem::Problems;

/// As many children as the population has members are trained, those that break constraints aside; the best of both stay.
pub fn generation(
    drawer: &mut Drawer,
    mut population: Vec<Member>,
    generation: u32,
    history: &mut History,
    watch: &mut Stopwatch,
) -> Result<Vec<Member>, Problems> {
    let (shop, size) = (drawer.shop, drawer.networks.population as usize);
    let children = children(drawer, &mut population)?;
    let (mut fit, mut unfit): (Vec<Member>, Vec<Member>) = children.into_iter().partition(|m| m.violation == 0.0);
    let heat = Heat { method: "evolution", generation, stop: None, goals: &[] };
    unfit.iter_mut().try_for_each(|member| infeasible(shop, &heat, member, history))?;
    train(shop, &heat, &mut fit, history, watch)?;
    population.extend(fit);
    population.extend(unfit);
    let stay = Ranks::new(&standings(drawer, &mut population)?).best(size);
    Ok(stay.into_iter().map(|i| population[i].clone()).collect())
}

fn children(drawer: &mut Drawer, population: &mut [Member]) -> Result<Vec<Member>, Problems> {
    let ranks = Ranks::new(&standings(drawer, population)?);
    let parents: Vec<Read> = population.iter().map(|member| member.read.clone()).collect();
    let families = &drawer.networks.families;
    let mut children = Vec::new();
    for _ in 0..drawer.networks.population {
        children.extend(drawer.new_one(|rng| child(&parents, &ranks, families, rng))?);
    }
    Ok(children)
}

fn standings(drawer: &Drawer, members: &mut [Member]) -> Result<Vec<Standing>, Problems> {
    members.iter_mut().map(|member| standing(drawer.shop, drawer.networks, member)).collect()
}
