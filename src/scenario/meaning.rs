//! What a file means, as far as it can be told without its models.

use super::file::{File, Horizon, WarmUp};
use super::link::Link;
use super::node::Node;
use crate::config::{Document, in_order};
use crate::problem::{Problem, Problems, remedy_for_name};
use crate::sim::MOST_POWER;
use crate::units::{SimTime, Watts};

/// Most requests that can be born in one run: births are numbered with 28 bits.
const MOST_BIRTHS: f64 = (1u64 << 28) as f64;

/// Most samples of a run.
const MOST_SAMPLES: f64 = 10_000.0;

/// A file under examination: collects what is wrong, each at its place.
pub(super) struct Meaning<'a> {
    pub(super) document: &'a Document,
    pub(super) file: &'a File,
    problems: Problems,
}

impl<'a> Meaning<'a> {
    pub(super) fn new(document: &'a Document, file: &'a File) -> Self {
        Self { document, file, problems: Problems::default() }
    }

    /// All that was told, in the order of the file.
    pub(super) fn problems(self) -> Problems {
        in_order(self.problems)
    }

    /// Notes a problem with the value at a path.
    pub(super) fn tell(&mut self, path: &[&str], problem: Problem) {
        self.problems.push(self.document.blame(path, problem));
    }

    /// Notes a problem with what the key at the end of a path stands for.
    pub(super) fn tell_key(&mut self, path: &[&str], problem: Problem) {
        self.problems.push(self.document.blame_key(path, problem));
    }

    /// Notes problems that were found elsewhere: those without a place get the path's.
    pub(super) fn tell_all(&mut self, path: &[&str], problems: Problems) {
        for problem in problems.0 {
            match &problem.place {
                None => self.tell(path, with_file(problem)),
                Some(_) => self.problems.push(problem),
            }
        }
    }

    pub(super) fn above_zero(&mut self, path: &[&str], value: f64) {
        if value <= 0.0 {
            let name = path.last().copied().unwrap_or_default();
            self.tell(path, Problem::new(format!("`{name}` must be above zero")).remedy("write a value above zero"));
        }
    }

    /// The greatest power of a node, with its overhead.
    pub(super) fn power(&mut self, path: &[&str], power: Watts, overhead: f64) {
        let whole = Watts(power.0 * overhead);
        if whole > MOST_POWER {
            let problem = Problem::new(format!("a node draws more than {MOST_POWER}")).received(whole);
            self.tell(path, problem.remedy("check the units of its powers, its clock and its overhead"));
        }
    }

    /// The group of this name, or a complaint at the path that names it.
    pub(super) fn group(&mut self, path: &[&str], name: &str) -> Option<&'a Node> {
        let file = self.file;
        let found = file.nodes.get(name);
        if found.is_none() {
            let problem = Problem::new("unknown node").received(format!("`{name}`"));
            self.tell(path, problem.remedy(remedy_for_name(name, file.nodes.names())));
        }
        found
    }

    /// The roles that a node lists: known, and each once.
    pub(super) fn roles(&mut self, node: &str, roles: &[String]) {
        let file = self.file;
        for (i, role) in roles.iter().enumerate() {
            let item = i.to_string();
            let path = ["nodes", node, "models", &item];
            let received = format!("`{role}`");
            if file.models.get(role).is_none() {
                let problem = Problem::new("unknown model").received(received);
                self.tell(&path, problem.remedy(remedy_for_name(role, file.models.names())));
            } else if roles[..i].contains(role) {
                self.tell(&path, Problem::new("a model is listed twice").received(received).remedy("list it once"));
            }
        }
    }

    /// The groups on the way from `home` to the cloud, `home` first.
    pub(super) fn way_up(&self, home: &str) -> Vec<&'a str> {
        let file = self.file;
        let above = |below: &str| {
            let link = file.links.iter().find(|(_, link)| link.between[0] == below)?;
            file.nodes.names().find(|name| *name == link.1.between[1])
        };
        let first = file.nodes.names().find(|name| *name == home);
        std::iter::successors(first, |below| above(below)).take(file.nodes.len()).collect()
    }

    /// Everything that this file alone can say; ways are looked at once all names are known.
    pub(super) fn check(&mut self) {
        let file = self.file;
        self.names();
        self.run();
        file.nodes.iter().for_each(|(name, node)| node.check(name, self));
        file.links.iter().for_each(|(name, link)| self.link(name, link));
        file.workload.iter().for_each(|(name, workload)| workload.check(name, self));
        if self.problems.is_empty() && self.no_circle() {
            self.reach();
            file.workload.iter().for_each(|(name, workload)| workload.check_way(name, self));
            file.nodes.iter().for_each(|(name, node)| node.check_way(name, self));
            self.births();
        }
    }

    /// Names become parts of file and column names.
    fn names(&mut self) {
        let file = self.file;
        self.some_names("models", file.models.names().collect(), u8::MAX as usize);
        self.some_names("nodes", file.nodes.names().collect(), u16::MAX as usize);
        self.some_names("links", file.links.names().collect(), u16::MAX as usize);
        self.some_names("workload", file.workload.names().collect(), u16::MAX as usize);
        self.some_names("policies", file.policies.names().collect(), u16::MAX as usize);
        for (table, empty) in [
            ("models", file.models.is_empty()),
            ("nodes", file.nodes.is_empty()),
            ("workload", file.workload.is_empty()),
            ("policies", file.policies.is_empty()),
        ] {
            if empty {
                self.tell_key(&[table], Problem::new(format!("`{table}` is empty")).remedy("write at least one entry"));
            }
        }
    }

    fn some_names(&mut self, table: &str, names: Vec<&str>, most: usize) {
        if names.len() > most {
            self.tell_key(&[table], Problem::new(format!("more than {most} entries in `{table}`")));
        }
        let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
        for name in names.into_iter().filter(|name| !plain(name)) {
            let problem = Problem::new("not a plain name").received(format!("{name:?}"));
            self.tell_key(&[table, name], problem.remedy("use letters, digits, `-` and `_`"));
        }
    }

    fn run(&mut self) {
        let run = &self.file.run;
        self.above_zero(&["run", "length"], run.length.secs());
        self.above_zero(&["run", "replications"], f64::from(run.replications));
        if let Some(period) = run.series {
            self.above_zero(&["run", "series"], period.secs());
            let samples = (run.horizon.warm_up() + run.length).secs() / period.secs();
            if samples.is_finite() && samples > MOST_SAMPLES {
                let problem = Problem::new("more samples than a run can hold").received(period);
                self.tell(&["run", "series"], problem.remedy(format!("at most {MOST_SAMPLES}: write a longer period")));
            }
        }
        if run.horizon == (Horizon::Steady { warm_up: WarmUp::Mser5 }) {
            let problem = Problem::new("a warm-up cannot be found by `mser-5` while the run is going on");
            let remedy = "give a time, such as \"2 min\": long enough that queues no longer remember how the run began";
            self.tell(&["run", "horizon", "steady", "warm-up"], problem.received("\"mser-5\"").remedy(remedy));
        }
    }

    fn link(&mut self, name: &str, link: &Link) {
        link.check(name, self);
        let [lower, upper] = &link.between;
        let below = self.group(&["links", name, "between", "0"], lower);
        let above = self.group(&["links", name, "between", "1"], upper);
        let (Some(below), Some(above)) = (below, above) else { return };
        if lower == upper {
            let problem = Problem::new("a link from a node to itself").received(format!("`{lower}`"));
            self.tell(&["links", name, "between"], problem.remedy("name two groups"));
        } else if below.tier > above.tier {
            let problem = Problem::new("a link that runs downwards").received(format!("`{lower}`, `{upper}`"));
            self.tell(&["links", name, "between"], problem.remedy("name the group nearer to the devices first"));
        }
        self.second_uplink(name, lower);
    }

    fn second_uplink(&mut self, name: &str, lower: &str) {
        let first = self.file.links.iter().find(|(_, other)| other.between[0] == lower);
        if let Some((first, _)) = first.filter(|(first, _)| *first != name) {
            let problem = Problem::new(format!("`{lower}` already has a link upwards: `{first}`"));
            let remedy = "a group has at most one: remove one of them, or split the group";
            self.tell(&["links", name, "between", "0"], problem.remedy(remedy));
        }
    }

    /// Whether no way leads round in a circle.
    fn no_circle(&mut self) -> bool {
        let round = |name: &&str| self.way_up(name).last().is_some_and(|top| self.has_link_up(top));
        let Some(name) = self.file.nodes.names().find(round) else { return true };
        let problem = Problem::new(format!("the links above `{name}` lead round in a circle"));
        self.tell_key(&["nodes", name], problem.remedy("remove one link of the circle"));
        false
    }

    /// Each group must lie on the way up from some source.
    fn reach(&mut self) {
        let file = self.file;
        let ways = file.workload.iter().map(|(_, workload)| self.way_up(&workload.at));
        let reached: Vec<&str> = ways.flatten().collect();
        for name in file.nodes.names().filter(|name| !reached.contains(name)) {
            let problem = Problem::new(format!("no request can reach `{name}`"));
            let remedy = "link it to a group of devices with a workload, or remove it";
            self.tell_key(&["nodes", name], problem.remedy(remedy));
        }
    }

    /// Whether a group has a link to another one: never true at the top of a tree.
    fn has_link_up(&self, name: &str) -> bool {
        let above = self.file.links.iter().find(|(_, link)| link.between[0] == name);
        above.is_some_and(|(_, link)| link.between[1] != name && self.file.nodes.get(&link.between[1]).is_some())
    }

    fn births(&mut self) {
        let span = self.file.run.horizon.warm_up().secs() + self.file.run.length.secs();
        let count = |at: &str| self.file.nodes.get(at).map_or(0.0, |node| f64::from(node.count));
        let born: f64 = self.file.workload.iter().map(|(_, w)| w.rate() * count(&w.at) * span).sum();
        if born.is_finite() && born > MOST_BIRTHS * 0.9 {
            let problem = Problem::new("more requests than one run can number");
            let remedy = format!("at most {MOST_BIRTHS} can be born: shorten `length`, and raise `replications`");
            self.tell(&["run", "length"], problem.remedy(remedy));
        }
    }
}

impl Horizon {
    /// Before when requests are not counted.
    pub(super) fn warm_up(&self) -> SimTime {
        match self {
            Self::Steady { warm_up: WarmUp::Time(time) } => *time,
            _ => SimTime::ZERO,
        }
    }
}

/// A problem that will stand at a place in the scenario names its own file in words.
fn with_file(mut problem: Problem) -> Problem {
    if let Some(file) = problem.file.take() {
        problem.what = format!("{}: {}", file.display(), problem.what);
    }
    problem
}
