//! Elastic nodes and controllers, as a file gives them.

use super::made_up::{MadeUp, TEXT, check, scenario};
use super::tests::world;
use crate::policy::{AnyController, Registry};
use crate::units::SimTime;

fn ms(ms: u64) -> SimTime {
    SimTime::from_ns(ms * 1_000_000)
}

const ELASTIC: &str = r#"
[nodes.server.elastic]
most = 4
start = "1 s"
start-energy = "2 J"

[controller.threshold]
group = "server"
period = "5 s"
cool-down = "10 s"
"#;

#[test]
fn a_controller_and_what_it_changes_are_read() {
    let text = format!("{TEXT}{ELASTIC}");
    let elastic = world(&text, 0).groups[1].elastic.unwrap();
    assert_eq!((elastic.most, elastic.start, elastic.start_energy.0), (4, ms(1000), 2.0));
    assert_eq!((elastic.boot, elastic.boot_energy.0), (ms(0), 0.0));
    let file = scenario(&text).unwrap().file().clone();
    let built = Registry::default().build_controller(&file.controller.unwrap()).unwrap();
    let AnyController::Threshold(threshold) = built else { panic!() };
    assert_eq!((threshold.period, threshold.up, threshold.least), (ms(5000), 2.0, 1));
}

#[test]
fn controllers_that_cannot_be_are_told() {
    let told = |from: &str, to: &str| {
        let text = format!("{TEXT}{ELASTIC}").replace(from, to);
        check(&text, &MadeUp::new()).unwrap_err().to_string()
    };
    assert!(told("most = 4", "most = 1").contains("begins with more servers than it can have"));
    assert!(told("cool-down = \"10 s\"", "cool-down = \"1 ms\"").contains("the cool-down is shorter"));
    assert!(told("group = \"server\"", "group = \"sensor\"").contains("cannot be changed"));
    assert!(told("threshold]", "treshold]").contains("threshold"));
}
