//! What fails, as a scenario gives it.

use super::link::Link;
use super::meaning::Meaning;
use crate::problem::Problem;
use crate::sim::{Failing, Failures, Fallible, GroupId};

/// What this file alone can say of the failures of a node or a link.
pub(super) fn check(failures: Option<&Failures>, [table, name]: [&str; 2], meaning: &mut Meaning<'_>) {
    let Some((key, what)) = failures.and_then(Failures::wrong) else { return };
    let path = [&[table, name, "failures"], key].concat();
    let remedy = match key.last() {
        Some(&"trace") => "list from and to of each in order, with time between them",
        Some(&"shape") => "write a shape from 0.1 to 100",
        _ => "write a mean time above zero",
    };
    meaning.tell(&path, Problem::new(what).remedy(remedy));
}

/// Links with conditions or flows do not fail; their outages let what is being sent stand still.
pub(super) fn check_link(link: &Link, name: &str, meaning: &mut Meaning<'_>) {
    if link.failures.is_some() && !link.is_plain() {
        let problem = Problem::new(
            "failures of a link that varies, loses packets, shares equal throughput or is crossed by flows",
        );
        let remedy = "give `outages` in place of `failures`, or leave traces, lists of rates, `outages`, `loss`, \
                      `jitter`, `transport` and `adjustable` out, and share it otherwise";
        meaning.tell_key(&["links", name, "failures"], problem.remedy(remedy));
    }
    check(link.failures.as_ref(), ["links", name], meaning);
}

/// All that fails: nodes, then links, in the order of the file.
pub(super) fn all(meaning: &Meaning<'_>) -> Vec<Failing> {
    let file = meaning.file;
    let nodes = file.nodes.iter().enumerate();
    let nodes = nodes.map(|(i, (_, node))| (Fallible::Nodes(GroupId(i as u16)), &node.failures));
    let links = file.links.iter().enumerate().map(|(i, (_, link))| (Fallible::Link(i as u16), &link.failures));
    let failing =
        |(place, failures): (Fallible, &Option<Failures>)| Some(Failing { place, failures: failures.clone()? });
    nodes.chain(links).filter_map(failing).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made_up::MadeUp;
    use super::super::tests::{edited, snapshot, told, world};
    use crate::sim::{Failing, Failures, Fallible, GroupId, Lifetime, Random, Rule, Spells};
    use crate::units::SimTime;

    fn server(failures: &str) -> String {
        edited("overhead = 1.5", &format!("overhead = 1.5\nfailures = {failures}"))
    }

    fn secs(s: f64) -> SimTime {
        SimTime::from_secs(s)
    }

    #[test]
    fn failures_are_read() {
        let text = server(
            "{ when = { random = { to-failure = { weibull = { mean = \"1 h\", shape = 1.5 } }, \
             to-repair = { exponential = { mean = \"2 min\" } } } }, then = \"reroute\", most = 5 }",
        );
        let text = text.replace(
            "sharing = \"fair\"",
            "sharing = \"fair\"\nfailures = { when = { trace = [[\"1 s\", \"2 s\"], [\"5 s\", \"7 s\"]] } }",
        );
        let random = Random {
            to_failure: Lifetime::Weibull { mean: secs(3600.0), shape: 1.5 },
            to_repair: Lifetime::Exponential { mean: secs(120.0) },
        };
        let trace = vec![[secs(1.0), secs(2.0)], [secs(5.0), secs(7.0)]];
        let failing = |place, when, then, most| Failing { place, failures: Failures { when, then, most } };
        let expected = [
            failing(Fallible::Nodes(GroupId(1)), Spells::Random(random), Rule::Reroute, 5),
            failing(Fallible::Link(0), Spells::Trace(trace), Rule::Retry, 3),
        ];
        assert_eq!(world(&text, 0).failures, expected);
    }

    #[test]
    fn each_mistake_is_told_as_recorded() {
        let random = |failure: &str| {
            let repair = "to-repair = { exponential = { mean = \"1 s\" } }";
            format!("{{ when = {{ random = {{ to-failure = {failure}, {repair} }} }} }}")
        };
        for (name, failures) in [
            ("failures-overlap", "{ when = { trace = [[\"1 s\", \"3 s\"], [\"2 s\", \"4 s\"]] } }".into()),
            ("failure-backwards", "{ when = { trace = [[\"3 s\", \"1 s\"]] } }".into()),
            ("failure-at-once", random("{ exponential = { mean = \"0 s\" } }")),
            ("failure-shape", random("{ weibull = { mean = \"1 s\", shape = 0.0 } }")),
            ("failure-rule", "{ when = { trace = [] }, then = \"ignore\" }".into()),
        ] {
            snapshot(name, &told(&server(&failures), &MadeUp::new()));
        }
        let lossy = "sharing = \"fair\"\nloss = { up = 0.1, down = 0.1 }\nfailures = { when = { trace = [] } }";
        snapshot("failing-conditions", &told(&edited("sharing = \"fair\"", lossy), &MadeUp::new()));
    }
}
