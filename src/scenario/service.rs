//! Ways to serve, as a scenario gives them.

use super::meaning::Meaning;
use crate::sim::Service;

/// What this file alone can say of a node's service.
pub(super) fn check(service: &Service, node: &str, meaning: &mut Meaning<'_>) {
    let at = |key: &'static str| ["nodes", node, "service", service.name(), key];
    meaning.above_zero(&at("servers"), f64::from(service.servers()));
    if let Service::Sharing(sharing) = service {
        meaning.above_zero(&at("most"), f64::from(sharing.most.unwrap_or(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::MadeUp;
    use super::super::tests::{edited, snapshot, told, world};
    use crate::sim::{Noise, Ordered, Service, Shared};

    const FIFO: &str = "service = { fifo = { servers = 2 } }";

    fn with(service: &str) -> String {
        edited(FIFO, &format!("service = {service}"))
    }

    #[test]
    fn each_way_to_serve_is_read() {
        let read = |text: &str| world(&with(text), 0).groups[1].service.clone();
        let shared = Shared { servers: 2, most: Some(8), bound: Some(3), noise: Noise::Exponential };
        let ordered = Ordered { servers: 3, preempt: true, ..Ordered::default() };
        assert_eq!(read("{ priority = { servers = 3, preempt = true } }"), Service::Priority(ordered.clone()));
        assert_eq!(read("{ edf = { servers = 3, preempt = true } }"), Service::Edf(ordered));
        assert_eq!(
            read("{ sharing = { servers = 2, most = 8, bound = 3, noise = \"exponential\" } }"),
            Service::Sharing(shared)
        );
    }

    #[test]
    fn a_workload_has_its_priority() {
        let text = edited("sink = \"cloud\"", "sink = \"cloud\"\npriority = 3");
        assert_eq!(
            (world(&text, 0).workloads[0].priority, world(&with("{ fifo = {} }"), 0).workloads[0].priority),
            (3, 0)
        );
    }

    #[test]
    fn each_mistake_is_told_as_recorded() {
        for (name, service) in [
            ("sharing-nobody", "{ sharing = { servers = 0, most = 0 } }"),
            ("no-ordered-servers", "{ edf = { servers = 0, preempt = true } }"),
            ("unknown-service", "{ lifo = { servers = 2 } }"),
        ] {
            snapshot(name, &told(&with(service), &MadeUp::new()));
        }
    }
}
