//! What a scenario file means: semantic checks, sweeps, building worlds.
//!
//! 1. [`Scenario::parse`] is pure: syntax, schema, and all that the file alone can say, for each point of its sweep.
//! 2. [`Scenario::load`] asks a [`Loader`] for the models that the file names.
//! 3. [`Scenario::world`] builds what the engine reads, for one [`Point`]; [`Scenario::check`] builds all of them and
//!    starts each policy once, so that nothing is found out in the middle of a study.
//!
//! All problems of a step are told at once, each with its place in the file.

mod both;
mod build;
mod classes;
mod conditions;
mod failures;
mod file;
mod flows;
mod level;
mod library;
mod link;
mod meaning;
mod memory;
mod model;
mod node;
mod point;
mod service;
mod trace;
mod workload;

pub use both::{BothWays, Each};
pub use classes::Classes;
pub use file::{File, Horizon, Information, Record, Run, Sweep, WarmUp};
pub use level::Level;
pub use library::{Library, Loader, Variant};
pub use link::Link;
pub use memory::Memory;
pub use node::Node;
pub use point::Point;
pub use workload::Workload;

use crate::config::{Document, Schema, in_order, is_new};
use crate::policy::Registry;
use crate::problem::{Problem, Problems, Source};
use crate::sim::{Controller, Policy, World};
use meaning::Meaning;
use point::Assignment;
use std::sync::Arc;

/// A scenario file, understood.
#[derive(Clone, Debug)]
pub struct Scenario {
    document: Document,
    file: File,
    points: Vec<Point>,
}

/// The schema of scenario files, with all registered strategies and controllers.
pub fn schema(registry: &Registry) -> Schema {
    let mut schema = Schema::of::<File>();
    schema.let_entries_be("policies", "policy", registry.entries().iter().map(|entry| (entry.name, &entry.schema)));
    schema.let_it_be("controller", registry.controllers().iter().map(|entry| (entry.name, &entry.schema)));
    schema
}

/// Every key of scenario files with what it means, as a page in Markdown: `scenarios/README.md`.
pub fn reference(registry: &Registry) -> String {
    let head = "Every key that a scenario may have. `<name>` is a name of yours; what is in quotes is a word to choose; what is\n\
        indented below a word stands in a table of that name. `tierwise explain <key>` prints one of them, and `tierwise\n\
        validate` tells what is wrong with a file. Each mechanism says in its source file what it assumes and whom it follows.";
    crate::config::page("Scenario files", head, &schema(registry).keys())
}

impl Scenario {
    /// Understands a scenario file.
    ///
    /// # Errors
    /// All syntax errors; or else all that schema and meaning do not allow, in the file or at a point of its sweep.
    pub fn parse(source: Arc<Source>, registry: &Registry) -> Result<Self, Problems> {
        let document = Document::parse(source)?;
        let schema = schema(registry);
        let mut problems = document.check(&schema);
        let file = if problems.is_empty() { problems.note(document.read()) } else { None };
        let assignments = problems.note(point::assignments(&document)).unwrap_or_default();
        let points = assignments.into_iter().enumerate();
        let points = points.filter_map(|(i, a)| problems.note(understand(i as u32, a, &schema))).collect();
        match file {
            Some(file) => in_order(problems).or(Self { document, file, points }),
            None => Err(in_order(problems)),
        }
    }

    /// What the file says, with nothing swept.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The points, in the order of the swept values.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The file's text and path.
    pub fn source(&self) -> &Arc<Source> {
        self.document.source()
    }

    /// Loads the models and traces that the file names, each once.
    ///
    /// # Errors
    /// All that is missing or broken, at the roles and links that name it, or where a trace is wrong.
    pub fn load(&self, loader: &dyn Loader) -> Result<Library, Problems> {
        let (mut library, mut problems) = (Library::default(), Problems::default());
        let mut seen = Vec::new();
        for point in &self.points {
            let mut meaning = Meaning::new(&point.document, &point.file);
            for (role, folder) in point.file.models.iter().filter(|(_, folder)| is_new(&mut seen, folder.as_path())) {
                match Variant::load(folder, loader) {
                    Ok(variant) => library.add(folder, variant),
                    Err(found) => meaning.tell_all(&["models", role], found),
                }
            }
            for (name, link) in point.file.links.iter() {
                link.load(name, &mut library, loader, &mut meaning);
            }
            problems.0.extend(meaning.problems().0);
        }
        in_order(problems).or(library)
    }

    /// The world of a point.
    ///
    /// # Errors
    /// All that does not go together: models that do not fit, tables of different images, codecs nobody measured.
    pub fn world(&self, point: &Point, library: &Library) -> Result<World, Problems> {
        let mut meaning = Meaning::new(&point.document, &point.file);
        let world = build::world(library, &mut meaning);
        let problems = meaning.problems();
        match world {
            Some(world) => problems.or(world),
            None => Err(Problem::new("a model of this point was not loaded").in_file(&self.source().path).into()),
        }
    }

    /// Builds the world of each point and starts each policy in it.
    ///
    /// # Errors
    /// All problems of all points, each once.
    pub fn check(&self, library: &Library, registry: &Registry) -> Result<(), Problems> {
        let mut problems = Problems::default();
        for point in &self.points {
            if let Some(world) = problems.note(self.world(point, library)) {
                problems.0.extend(start_all(point, &world, registry).0);
            }
        }
        in_order(problems).or(())
    }
}

fn understand(index: u32, assignment: Assignment, schema: &Schema) -> Result<Point, Problems> {
    assignment.document.check(schema).or(())?;
    let file: File = assignment.document.read()?;
    let mut meaning = Meaning::new(&assignment.document, &file);
    meaning.check();
    meaning.problems().or(())?;
    let (value, value_base, unit) = assignment.told();
    let Assignment { parameter, document, .. } = assignment;
    Ok(Point { index, parameter, value, value_base, unit, file, document })
}

fn start_all(point: &Point, world: &World, registry: &Registry) -> Problems {
    let mut meaning = Meaning::new(&point.document, &point.file);
    for (name, spec) in point.file.policies.iter() {
        let started = registry.build(spec).and_then(|mut policy| policy.start(world));
        if let Err(problem) = started {
            meaning.tell_key(&["policies", name], problem);
        }
    }
    if let Some(spec) = &point.file.controller {
        let started = registry.build_controller(spec).and_then(|mut controller| controller.start(world));
        if let Err(problem) = started {
            meaning.tell(&["controller"], problem);
        }
    }
    meaning.problems()
}

#[cfg(test)]
mod controller_tests;
#[cfg(test)]
pub(crate) mod made_up;
#[cfg(test)]
mod tests;
