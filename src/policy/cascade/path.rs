use crate::policy::Target;
use crate::policy::target::{choices, way_up};
use crate::problem::{Problem, remedy_for_name};
use crate::sim::{GroupId, World};

/// The stages of a cascade that starts at `home`: as written, or the best role of each group on the way up.
pub fn resolve(world: &World, home: GroupId, path: Option<&[String]>) -> Result<Vec<Target>, Problem> {
    match path {
        None => choices(world, home),
        Some([]) => Err(Problem::new("a cascade needs at least one stage").remedy("write stages as \"role@node\"")),
        Some(stages) => stages.iter().map(|stage| one(world, home, stage)).collect(),
    }
}

fn one(world: &World, home: GroupId, stage: &str) -> Result<Target, Problem> {
    let form = || Problem::new("a stage is written as \"role@node\"").received(format!("{stage:?}"));
    let (role, place) = stage.split_once('@').ok_or_else(form)?;
    let names: Vec<&str> = world.groups.iter().map(|g| g.name.as_str()).collect();
    let unknown = || Problem::new("unknown node").received(format!("`{place}`")).remedy(remedy_for_name(place, names));
    let group = world.group(place).ok_or_else(unknown)?;
    if !way_up(world, home).contains(&group) {
        let from = &world.groups[home.0 as usize].name;
        return Err(Problem::new(format!("stage `{stage}` is not on the way up from `{from}`")));
    }
    Target::named(world, group, Some(role))
}
