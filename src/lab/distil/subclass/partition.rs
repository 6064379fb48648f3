//! Divisions of classes into superclasses.

use crate::config::{self, Named};
use crate::problem::{Problem, Source, remedy_for_name};

/// Names of classes by the name of their superclass, as a recipe has them.
pub type Groups = Named<Vec<String>>;

/// Partitions that recipes may name without writing them down, as TOML.
pub const PRESETS: &str = include_str!("presets.toml");

/// Superclasses of some data's classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Names of the superclasses.
    pub names: Vec<String>,
    /// The classes of each, by number.
    pub groups: Vec<Vec<usize>>,
}

impl Partition {
    /// Names as numbers among `classes`.
    ///
    /// # Errors
    /// A class that is not there, is named twice or missed, and a superclass without classes; each with the superclass
    /// where that is, if it is in one.
    pub fn new(groups: &Groups, classes: &[String]) -> Result<Self, Vec<(Option<String>, Problem)>> {
        let mut problems = Vec::new();
        let mut owner: Vec<Option<&str>> = vec![None; classes.len()];
        for (group, members) in groups.iter() {
            let mut blame = |problem| problems.push((Some(group.to_string()), problem));
            if members.is_empty() {
                blame(Problem::new("a superclass without classes"));
            }
            for name in members {
                match classes.iter().position(|c| c == name) {
                    None => blame(unknown(name, classes)),
                    Some(k) => {
                        if let Some(first) = owner[k].replace(group) {
                            blame(twice(name, first));
                        }
                    }
                }
            }
        }
        let missed: Vec<&str> =
            owner.iter().zip(classes).filter(|(o, _)| o.is_none()).map(|(_, c)| c.as_str()).collect();
        if !missed.is_empty() {
            let problem = Problem::new("the partition misses classes").received(missed.join(", "));
            problems.push((None, problem.remedy("put every class into one superclass")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let numbers =
            |members: &Vec<String>| members.iter().filter_map(|m| classes.iter().position(|c| c == m)).collect();
        Ok(Self {
            names: groups.names().map(Into::into).collect(),
            groups: groups.iter().map(|(_, members)| numbers(members)).collect(),
        })
    }

    /// The superclasses with the names of their classes.
    pub fn named(&self, classes: &[String]) -> Vec<(String, Vec<String>)> {
        let members = |group: &Vec<usize>| group.iter().filter_map(|&k| classes.get(k).cloned()).collect();
        self.names.iter().cloned().zip(self.groups.iter().map(members)).collect()
    }

    /// The superclass of a class.
    pub fn group_of(&self, class: usize) -> usize {
        self.groups.iter().position(|g| g.contains(&class)).unwrap_or(0)
    }
}

fn unknown(name: &str, classes: &[String]) -> Problem {
    let remedy = remedy_for_name(name, classes.iter().map(String::as_str));
    Problem::new("unknown class").received(format!("`{name}`")).remedy(remedy)
}

fn twice(name: &str, first: &str) -> Problem {
    Problem::new(format!("`{name}` is in `{first}` already")).remedy("put every class into one superclass")
}

/// The groups of a name: a recipe's own, or else a preset's.
///
/// # Errors
/// A name that neither has.
pub fn find(own: &Named<Groups>, name: &str) -> Result<Groups, Problem> {
    let (presets, _) = config::load::<Named<Groups>>(Source::new("presets.toml", PRESETS))
        .map_err(|all| all.0.into_iter().next().unwrap_or_default())?;
    let found = own.get(name).or_else(|| presets.get(name)).cloned();
    let known = own.names().chain(presets.names());
    found.ok_or_else(|| {
        Problem::new("unknown partition").received(format!("`{name}`")).remedy(remedy_for_name(name, known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::data;

    fn groups(text: &str) -> Groups {
        config::load(Source::new("groups.toml", text)).unwrap().0
    }

    fn classes() -> Vec<String> {
        ["a", "b", "c"].map(String::from).to_vec()
    }

    #[test]
    fn names_become_numbers() {
        let p = Partition::new(&groups("x = [\"c\", \"a\"]\ny = [\"b\"]"), &classes()).unwrap();
        assert_eq!((p.groups.clone(), p.group_of(1)), (vec![vec![2, 0], vec![1]], 1));
    }

    #[test]
    fn every_class_is_in_one_superclass() {
        let told = |text| {
            let problems = Partition::new(&groups(text), &classes()).unwrap_err();
            problems.into_iter().map(|(at, p)| format!("{} {p}", at.unwrap_or_default())).collect::<Vec<_>>().join("\n")
        };
        assert!(told("x = [\"a\"]\ny = [\"b\"]").contains(" the partition misses classes; received c"));
        assert!(told("x = [\"a\", \"b\"]\ny = [\"c\", \"a\"]").contains("y `a` is in `x` already"));
        assert!(told("x = [\"a\", \"bb\"]\ny = [\"c\"]").contains("x unknown class; received `bb`"));
        assert!(told("x = [\"a\", \"b\", \"c\"]\ny = []").contains("y a superclass without classes"));
    }

    #[test]
    fn presets_suit_the_embedded_images() {
        let data = data::load("fashion-mnist-subset", None).unwrap();
        let sizes = |name| {
            let found = find(&Named::default(), name).unwrap();
            Partition::new(&found, &data.classes).unwrap().groups.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!([sizes("2x5"), sizes("cross-cut")], [[5, 5], [5, 5]]);
        assert_eq!((sizes("semantic-4"), sizes("shirt-focus")), (vec![5, 1, 3, 1], vec![4, 1, 1, 1, 1, 1, 1]));
        let cross = Partition::new(&find(&Named::default(), "cross-cut").unwrap(), &data.classes).unwrap();
        assert_eq!(cross.groups, [[0, 4, 5, 8, 9], [1, 2, 3, 6, 7]]);
        let told = find(&Named::default(), "cros-cut").unwrap_err().to_string();
        assert!(told.contains("did you mean `cross-cut`?"), "{told}");
    }
}
