//! Settings of a variant.

use super::inline::assigned;
use super::race::{Entrant, Heat, race};
use super::shop::Shop;
use super::stopwatch::Stopwatch;
use crate::lab::recipe;
use crate::lab::search::settings::{Hyper, space};
use crate::lab::search::space::{Point, Space};
use crate::lab::trials::history::History;
use crate::problem::Problems;
use crate::random::{Purpose, Rng, Stream};

/// Draws of one point before the space is taken to be exhausted.
const ATTEMPTS: u32 = 64;

struct Tried {
    point: Point,
    entrant: Entrant,
}

/// How many trials there are at most.
pub fn trials(hyper: &Hyper) -> usize {
    let wanted = hyper.trials.map_or(usize::MAX, |n| n as usize);
    hyper.method.size(&space(&hyper.space)).map_or(wanted, |all| all.min(wanted))
}

/// Tries settings, cohort by cohort, each drawn by what the ones before it gave.
pub fn search(shop: &Shop, hyper: &Hyper, history: &mut History) -> Result<(), Problems> {
    let (space, total) = (space(&hyper.space), trials(hyper));
    let mut watch = Stopwatch::new(total as f64 * f64::from(shop.epochs()));
    let heat = Heat { method: hyper.method.name(), generation: 0, stop: hyper.stop.as_ref(), goals: &[] };
    let mut done: Vec<Tried> = Vec::new();
    while done.len() < total {
        let size = hyper.stop.map_or(1, |stop| stop.cohort(total)).min(total - done.len());
        let points = draw(hyper, &space, &done, size);
        if points.is_empty() {
            break;
        }
        let entrants = points.iter().enumerate().map(|(i, point)| entrant(shop, hyper, done.len() + i, point));
        let mut cohort = entrants.collect::<Result<Vec<_>, Problems>>()?;
        let before: Vec<Vec<f64>> = done.iter().map(|tried| tried.entrant.curve()).collect();
        race(shop, &heat, &mut cohort, &before, history, &mut watch)?;
        done.extend(points.into_iter().zip(cohort).map(|(point, entrant)| Tried { point, entrant }));
    }
    Ok(())
}

/// New points, if there are any.
fn draw(hyper: &Hyper, space: &Space, done: &[Tried], size: usize) -> Vec<Point> {
    let told = told(done);
    let stream = Stream::new(hyper.seed, 0, Purpose::Search);
    let mut points: Vec<Point> = Vec::new();
    for number in done.len()..done.len() + size {
        let mut ask = |attempt| hyper.method.ask(space, &told, number, &mut Rng::new(stream, number as u64, attempt));
        let is_new = |point: &Point| !points.contains(point) && !told.contains(&point);
        match (0..ATTEMPTS).map_while(&mut ask).find(is_new) {
            Some(point) => points.push(point),
            None => break,
        }
    }
    points
}

/// Points, best first: those that came further, then those that were more often right.
fn told(done: &[Tried]) -> Vec<&Point> {
    let mut order: Vec<&Tried> = done.iter().collect();
    order.sort_by(|a, b| {
        let further = b.entrant.curve().len().cmp(&a.entrant.curve().len());
        further.then(b.entrant.last().total_cmp(&a.entrant.last()))
    });
    order.into_iter().map(|tried| &tried.point).collect()
}

fn entrant(shop: &Shop, hyper: &Hyper, number: usize, point: &Point) -> Result<Entrant, Problems> {
    let (recipe, overrides) = recipe::at_point(shop.document, shop.name, hyper, point)?;
    let recipe = recipe::with_epochs(&recipe, shop.base, shop.epochs());
    recipe::check_against(&recipe, shop.document, shop.data)?;
    let settings: Vec<String> = overrides.iter().map(|(key, value)| assigned(key, value)).collect();
    let trial = shop.trial(recipe)?;
    Ok(Entrant { number: number as u32, settings: settings.join(", "), trial, reached: 0 })
}
