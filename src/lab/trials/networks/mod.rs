//! Networks for a device: drawn and scored, raced, bred; and others drawn as a control.

mod breed;
mod control;
mod draw;

use super::race::{Entrant, Heat, goals, race};
use super::shop::Shop;
use super::stopwatch::Stopwatch;
use crate::lab::search::architecture::evolve::Ranks;
use crate::lab::search::architecture::{Read, votes};
use crate::lab::search::pareto::Standing;
use crate::lab::search::settings::Networks;
use crate::lab::search::stop::Stop;
use crate::lab::trials::history::{End, History, Row};
use crate::problem::{Problem, Problems};
use draw::Drawer;

/// A network of the search.
#[derive(Clone, Debug)]
struct Member {
    read: Read,
    entrant: Entrant,
    /// By which share it breaks constraints.
    violation: f64,
    /// What it breaks, in words.
    broken: Vec<String>,
}

/// Epochs of the whole search at most: the race, the breeding, and as much for the control.
pub fn epochs(networks: &Networks, whole: u32) -> f64 {
    let mut left = shortlist(networks, whole);
    let (mut sum, mut from) = (0, 0);
    for rung in networks.halving.rungs(whole).into_iter().chain([whole]) {
        sum += left * (rung - from) as usize;
        (left, from) = (networks.halving.kept(left), rung);
    }
    let bred = (networks.population * networks.generations * whole) as usize;
    (sum + bred) as f64 * if networks.control { 2.0 } else { 1.0 }
}

/// Networks that are raced, so that the population is left.
fn shortlist(networks: &Networks, whole: u32) -> usize {
    let rungs = networks.halving.rungs(whole).len() as u32;
    let wanted =
        (networks.population as usize).saturating_mul((networks.halving.factor as usize).saturating_pow(rungs));
    wanted.min(networks.candidates as usize)
}

/// Draws, races, breeds, and trains the control.
pub fn search(shop: &Shop, networks: &Networks, history: &mut History) -> Result<(), Problems> {
    let mut watch = Stopwatch::new(epochs(networks, shop.epochs()));
    let mut drawer = Drawer::new(shop, networks, 0);
    let drawn = candidates(&mut drawer, networks.candidates)?;
    let mut population = raced(shop, networks, drawn, history, &mut watch)?;
    for generation in 1..=networks.generations {
        population = breed::generation(&mut drawer, population, generation, history, &mut watch)?;
    }
    if networks.control { control::control(shop, networks, history, &mut watch) } else { Ok(()) }
}

fn candidates(drawer: &mut Drawer, wanted: u32) -> Result<Vec<Member>, Problems> {
    let mut drawn = Vec::new();
    while drawn.len() < wanted as usize {
        match drawer.anywhere()? {
            Some(member) => drawn.push(member),
            None => break,
        }
    }
    Ok(drawn)
}

/// The population after the race of the most promising; if too few networks fit, those that break least are bred from
/// too.
fn raced(
    shop: &Shop,
    networks: &Networks,
    drawn: Vec<Member>,
    history: &mut History,
    watch: &mut Stopwatch,
) -> Result<Vec<Member>, Problems> {
    let (fit, mut unfit): (Vec<Member>, Vec<Member>) = drawn.into_iter().partition(|m| m.violation == 0.0);
    let heat = Heat { method: "candidates", generation: 0, stop: None, goals: &[] };
    unfit.iter_mut().try_for_each(|member| infeasible(shop, &heat, member, history))?;
    if fit.is_empty() {
        return Err(none_fits(shop, &unfit).into());
    }
    let mut chosen = promising(shop, networks, fit, history)?;
    let stop = Stop::Halving(networks.halving);
    let heat = Heat { method: "halving", stop: Some(&stop), goals: &networks.goals, ..heat };
    train(shop, &heat, &mut chosen, history, watch)?;
    chosen.retain(|member| member.entrant.reached == shop.epochs());
    unfit.sort_by(|a, b| a.violation.total_cmp(&b.violation));
    let missing = (networks.population as usize).saturating_sub(chosen.len());
    chosen.extend(unfit.into_iter().take(missing));
    Ok(chosen)
}

/// Notes a network that breaks constraints; it is not trained.
fn infeasible(shop: &Shop, heat: &Heat, member: &mut Member, history: &mut History) -> Result<(), Problems> {
    let facts = shop.facts(&mut member.entrant.trial)?;
    let (row, violation) = (member.entrant.row(shop, heat), member.violation);
    let end = End::Infeasible(member.broken.join(", "));
    history.push(Row { facts: Some(facts), violation, accuracy: f64::NAN, end, ..row });
    Ok(())
}

fn none_fits(shop: &Shop, unfit: &[Member]) -> Problem {
    let least = unfit.iter().min_by(|a, b| a.violation.total_cmp(&b.violation));
    let broken = least.map_or_else(|| "nothing was drawn".into(), |member| member.broken.join(", "));
    let problem = Problem::new(format!("no candidate of `{}` fits its device", shop.name)).received(broken);
    problem.remedy("allow smaller networks in `families`, loosen `constraints`, or draw more `candidates`")
}

/// Those that most of the scores vote for among what costs as much: the first fronts of votes and costs, spread out. Votes
/// alone would go to the largest networks.
fn promising(
    shop: &Shop,
    networks: &Networks,
    mut fit: Vec<Member>,
    history: &mut History,
) -> Result<Vec<Member>, Problems> {
    let heat = Heat { method: "candidates", generation: 0, stop: None, goals: &[] };
    let mut scores = Vec::new();
    for member in &mut fit {
        scores.push(shop.scores(&mut member.entrant.trial, &networks.proxies)?);
    }
    let (votes, kept) = (votes(&scores), shortlist(networks, shop.epochs()));
    let promises: Vec<Standing> = (fit.iter_mut().zip(&votes))
        .map(|(member, vote)| {
            let facts = shop.facts(&mut member.entrant.trial)?;
            Ok(Standing { goals: goals(-vote, &networks.goals, &facts), violation: 0.0 })
        })
        .collect::<Result<_, Problems>>()?;
    let order = Ranks::new(&promises).order();
    for (at, member) in fit.iter_mut().enumerate() {
        let rank = order.iter().position(|i| *i == at).unwrap_or(0);
        let facts = shop.facts(&mut member.entrant.trial)?;
        let score_macs = networks.proxies.iter().map(|proxy| proxy.macs(facts.macs)).sum();
        let told = || format!("rank {} of {}, of which {kept} are trained", rank + 1, order.len());
        let end = if rank < kept { End::GoesOn } else { End::PassedOver(told()) };
        let row = member.entrant.row(shop, &heat);
        history.push(Row { facts: Some(facts), score_macs, accuracy: f64::NAN, end, ..row });
    }
    let mut at = 0..fit.len();
    fit.retain(|_| at.next().is_some_and(|i| order.iter().take(kept).any(|chosen| *chosen == i)));
    Ok(fit)
}

/// Trains members as a cohort.
fn train(
    shop: &Shop,
    heat: &Heat,
    members: &mut [Member],
    history: &mut History,
    watch: &mut Stopwatch,
) -> Result<(), Problems> {
    let mut entrants: Vec<Entrant> = members.iter().map(|member| member.entrant.clone()).collect();
    let raced = race(shop, heat, &mut entrants, &[], history, watch);
    members.iter_mut().zip(entrants).for_each(|(member, entrant)| member.entrant = entrant);
    raced
}

/// How it stands among others: error, then costs. What has no accuracy, its loss being no number, stands last.
fn standing(shop: &Shop, networks: &Networks, member: &mut Member) -> Result<Standing, Problems> {
    let facts = shop.facts(&mut member.entrant.trial)?;
    let accuracy = member.entrant.trial.record.accuracy.get(shop.precision.name());
    let violation = match accuracy {
        _ if member.violation > 0.0 => member.violation,
        Some(_) => 0.0,
        None => f64::MAX,
    };
    let goals = goals(1.0 - accuracy.copied().unwrap_or(0.0), &networks.goals, &facts);
    Ok(Standing { goals, violation })
}
