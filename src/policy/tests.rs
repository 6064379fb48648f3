use super::*;
use crate::config::{Document, Node};
use crate::problem::Source;

#[test]
fn every_shipped_policy_is_built_by_name_and_says_what_it_does() {
    let registry = Registry::default();
    for entry in registry.entries() {
        assert!(entry.build(&Node::default()).is_ok(), "{}", entry.name);
        assert!(entry.description().len() > 20, "{} has no description", entry.name);
    }
}

#[test]
fn a_near_miss_is_suggested() {
    let problem = Registry::default().get("greedy-latncy").err().expect("an unknown name is refused");
    assert!(problem.to_string().contains("did you mean `greedy-latency`?"), "{problem}");
}

#[test]
fn options_are_those_of_the_strategy_alone() {
    let written = |text: &str| Document::parse(Source::new("made-up.toml", text)).unwrap();
    let spec: Spec = written("cascade = { thresholds = { fixed = [0.9] } }").read().unwrap();
    assert_eq!(spec.strategy, "cascade");
    assert!(Registry::default().build(&spec).is_ok());
    let odd = Spec { strategy: "local".into(), options: "cost = 1".parse().unwrap() };
    assert!(Registry::default().build(&odd).is_err());
}

#[test]
fn a_users_own_replaces_a_shipped_one_of_the_same_name() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Never {}
    impl crate::sim::Policy for Never {
        fn next(
            &mut self,
            _: &crate::sim::Request,
            _: &crate::sim::View<'_>,
            _: &mut crate::random::Rng,
        ) -> crate::sim::Step {
            crate::sim::Step::Drop
        }
    }
    let mut registry = Registry::default();
    let before = registry.entries().len();
    registry.add::<Never>("local");
    assert_eq!(registry.entries().len(), before);
    assert!(matches!(registry.get("local").unwrap().build(&Node::default()), Ok(AnyPolicy::Custom(_))));
}
