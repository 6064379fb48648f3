//! Ways to serve, as a scenario gives them.

use super::meaning::Meaning;
use crate::sim::{Service, Work};
use crate::units::SimTime;

/// What this file alone can say of a node's service.
pub(super) fn check(service: &Service, node: &str, meaning: &mut Meaning<'_>) {
    for (key, problem) in service.wrong() {
        let path: Vec<&str> = ["nodes", node, "service", service.name()].into_iter().chain(key).collect();
        meaning.tell(&path, problem);
    }
}

/// How many requests are computed together at most.
pub(super) fn largest_batch(service: &Service) -> u32 {
    if let Service::Batch(batch) = service { batch.most } else { 1 }
}

/// Work of batches of two and more, from that of single requests; `roofline` has it by the number of the role, and size.
pub(super) fn batches(
    service: &Service,
    alone: &[Option<Work>],
    roofline: impl Fn(usize, u32) -> Option<Work>,
) -> Vec<Vec<Option<Work>>> {
    let Service::Batch(batch) = service else { return Vec::new() };
    let one = |i: usize, work: &Work, size| match batch.curve.factor(size) {
        Some(factor) => Some(times(work, factor)),
        None => roofline(i, size),
    };
    let of = |size| alone.iter().enumerate().map(|(i, work)| one(i, work.as_ref()?, size)).collect();
    (2..=batch.most).map(of).collect()
}

/// The same work, so many times as long.
pub(super) fn times(work: &Work, factor: f64) -> Work {
    let longer = |time: SimTime| SimTime::from_ns((time.ns() as f64 * factor + 0.5) as u64);
    Work { per_call: longer(work.per_call), upto: work.upto.iter().map(|t| longer(*t)).collect(), ..*work }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::MadeUp;
    use super::super::tests::{edited, snapshot, told, world};
    use crate::sim::{Batch, Noise, Ordered, Service, Shared, Work};
    use crate::units::SimTime;

    fn ms(ms: u64) -> SimTime {
        SimTime::from_ns(ms * 1_000_000)
    }

    const FIFO: &str = "service = { fifo = { servers = 2 } }";

    fn with(service: &str) -> String {
        edited(FIFO, &format!("service = {service}"))
    }

    #[test]
    fn each_way_to_serve_is_read() {
        let read = |text: &str| world(&with(text), 0).groups[1].service.clone();
        let shared = Shared { servers: 2, most: Some(8), bound: Some(3), noise: Noise::Exponential };
        let noise = Noise::Quantiles(vec![[0.0, 0.5], [1.0, 2.0]]);
        let batch = Batch { most: 2, wait: ms(5), noise, ..Batch::default() };
        assert_eq!(
            read("{ batch = { most = 2, wait = \"5 ms\", noise = { quantiles = [[0, 0.5], [1, 2]] } } }"),
            Service::Batch(batch)
        );
        let ordered = Ordered { servers: 3, preempt: true, ..Ordered::default() };
        assert_eq!(read("{ priority = { servers = 3, preempt = true } }"), Service::Priority(ordered.clone()));
        assert_eq!(read("{ edf = { servers = 3, preempt = true } }"), Service::Edf(ordered));
        assert_eq!(
            read("{ sharing = { servers = 2, most = 8, bound = 3, noise = \"exponential\" } }"),
            Service::Sharing(shared)
        );
    }

    /// The server's layers take 1, 2, 3, 4 ms by arithmetic; traffic is no limit there.
    #[test]
    fn batches_take_their_time() {
        let large =
            |text: &str| world(&with(text), 0).groups[1].batches.iter().map(|b| b[1].clone()).collect::<Vec<_>>();
        let work = |per_call: u64, upto: [u64; 5]| {
            let upto = upto.iter().map(|t| SimTime::from_ns(t * 500_000)).collect();
            Some(Work { per_call: SimTime::from_ns(per_call * 500_000), upto, extrapolated: false })
        };
        let roofline = [work(2, [0, 4, 12, 24, 40]), work(2, [0, 6, 18, 36, 60])];
        assert_eq!(large("{ batch = { most = 3 } }"), roofline);
        let measured = [work(3, [0, 3, 9, 18, 30]), work(4, [0, 4, 12, 24, 40])];
        assert_eq!(large("{ batch = { most = 3, curve = { measured = [[1, 1], [3, 2]] } } }"), measured);
        assert!(large("{ fifo = {} }").is_empty());
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
            ("no-batch", "{ batch = { most = 0, wait = \"5 s\" } }"),
            ("short-curve", "{ batch = { most = 16, curve = { measured = [[1, 1], [8, 2]] } } }"),
            ("falling-curve", "{ batch = { most = 2, curve = { measured = [[1, 1], [8, 0.5]] } } }"),
            ("half-of-the-quantiles", "{ fifo = { noise = { quantiles = [[0.5, 1], [1, 3]] } } }"),
            ("triples", "{ fifo = { noise = { quantiles = [[0, 1, 2], [1, 3, 4]] } } }"),
            ("sharing-nobody", "{ sharing = { servers = 0, most = 0 } }"),
            ("no-ordered-servers", "{ edf = { servers = 0, preempt = true } }"),
            ("unknown-service", "{ lifo = { servers = 2 } }"),
        ] {
            snapshot(name, &told(&with(service), &MadeUp::new()));
        }
    }
}
