//! What is made before what.

use crate::lab::recipe::{Instance, Recipe, beside, instances};
use crate::problem::{Problem, Problems, remedy_for_name};

/// What is to be made, after what it needs; `only` names variants or networks, none of them: all.
pub fn order(recipe: &Recipe, only: &[String]) -> Result<Vec<Instance>, Problems> {
    let all: Vec<Instance> = recipe.variants.names().flat_map(|name| instances(recipe, name)).collect();
    let is = |i: &Instance, name: &str| i.name == name || i.variant == name;
    let mut problems = Problems::default();
    for name in only.iter().filter(|name| !all.iter().any(|i| is(i, name))) {
        let remedy = remedy_for_name(name, recipe.variants.names());
        problems.push(Problem::new("the recipe has no such variant").received(format!("`{name}`")).remedy(remedy));
    }
    problems.or(())?;
    let mut order = Vec::new();
    let wanted = all.into_iter().filter(|i| only.is_empty() || only.iter().any(|name| is(i, name)));
    wanted.for_each(|instance| with_needs(recipe, instance, &mut order));
    Ok(order)
}

fn with_needs(recipe: &Recipe, instance: Instance, order: &mut Vec<Instance>) {
    if order.contains(&instance) {
        return;
    }
    needs(recipe, &instance).for_each(|need| with_needs(recipe, need, order));
    order.push(instance);
}

/// The networks that one is made with: its parent's and its teacher's.
pub fn needs<'a>(recipe: &'a Recipe, instance: &'a Instance) -> impl Iterator<Item = Instance> + 'a {
    let names = recipe.variants.get(&instance.variant).into_iter().flat_map(|v| v.needs());
    names.filter_map(|name| beside(recipe, name, instance.seed))
}
