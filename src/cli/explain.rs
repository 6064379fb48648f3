use super::output::say;
use crate::catalog;
use crate::config::Key;
use crate::lab;
use crate::policy::{Entry, Registry};
use crate::problem::{Problem, Problems, remedy_for_name};
use crate::report::data::metric;
use crate::scenario;
use clap::Args;

/// Explains a policy, a controller, a preset, a key of scenario files or recipes or a column of a table.
#[derive(Debug, Args)]
pub struct Explain {
    /// Its name; a key's path or the end of it, such as `nodes.service.fifo` or `fifo`.
    name: String,
}

impl Explain {
    pub fn execute(&self, registry: &Registry) -> Result<(), Problems> {
        let name = self.name.as_str();
        let policy = registry.entries().iter().find(|e| e.name == name).map(|e| entry("policy", e));
        let controller = || registry.controllers().iter().find(|e| e.name == name).map(|e| entry("controller", e));
        let text = policy.or_else(controller).or_else(|| device(name)).or_else(|| link(name)).or_else(|| column(name));
        let text = text.or_else(|| key(name, &scenario::schema(registry).keys()));
        let text = text.or_else(|| key(name, &lab::recipe::schema().keys()));
        say(text.ok_or_else(|| unknown(name, registry))?);
        Ok(())
    }
}

fn unknown(name: &str, registry: &Registry) -> Problem {
    let controllers = registry.controllers().iter().map(|e| e.name);
    let actors = registry.entries().iter().map(|e| e.name).chain(controllers);
    let known: Vec<&str> = actors.chain(catalog::devices()).chain(catalog::links()).collect();
    Problem::new("nothing of this name").received(format!("`{name}`")).remedy(remedy_for_name(name, known))
}

/// What it does, and its options.
fn entry<T: 'static>(noun: &str, entry: &Entry<T>) -> String {
    let options = entry.schema.get("properties").and_then(|p| p.as_object()).into_iter().flatten();
    let text =
        |o: &serde_json::Value| o.get("description").and_then(|d| d.as_str()).unwrap_or_default().replace('\n', " ");
    let lines: Vec<String> = options.map(|(name, option)| format!("  {name}: {}", text(option))).collect();
    let heading = if lines.is_empty() { "No options." } else { "Options:" };
    format!("{noun} {}\n\n{}\n\n{heading}\n{}", entry.name, entry.description(), lines.join("\n"))
}

fn device(name: &str) -> Option<String> {
    Some(format!("device preset {name}\n\n{}", catalog::device_text(name)?))
}

fn link(name: &str) -> Option<String> {
    Some(format!("link preset {name}\n\n{}", catalog::link_text(name)?))
}

/// What files say with it: every key of that name, with those in it.
fn key(name: &str, keys: &[Key]) -> Option<String> {
    let meant = |at: usize| {
        let key = &keys[at];
        let inner = keys[at + 1..].iter().take_while(|k| k.depth > key.depth);
        let inner: String =
            inner.map(|k| format!("\n{}{}{}", "  ".repeat(k.depth - key.depth), k.name, k.line())).collect();
        let word = if key.path.ends_with(&key.name) { String::new() } else { format!(" = {}", key.name) };
        format!("{}{word}{}{inner}", key.path, key.line())
    };
    let found: Vec<String> = (0..keys.len()).filter(|at| keys[*at].is_meant_by(name)).map(meant).collect();
    (!found.is_empty()).then(|| found.join("\n\n"))
}

fn column(name: &str) -> Option<String> {
    metric::find(name).map(|m| format!("column {}: {}\n\n{}", m.column, m.title, m.meaning))
}
