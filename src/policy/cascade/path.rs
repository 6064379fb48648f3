use crate::policy::Target;
use crate::policy::target::{choices, stage};
use crate::problem::Problem;
use crate::sim::{GroupId, World};

/// The stages of a cascade that starts at `home`: as written, or the best role of each group on the way up.
pub fn resolve(world: &World, home: GroupId, path: Option<&[String]>) -> Result<Vec<Target>, Problem> {
    match path {
        None => choices(world, home),
        Some([]) => Err(Problem::new("a cascade needs at least one stage").remedy("write stages as \"role@node\"")),
        Some(stages) => stages.iter().map(|text| stage(world, home, text)).collect(),
    }
}
