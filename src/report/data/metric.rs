//! Metrics: how each is called in figures and tables and what it means. One metric is one line of [`ALL`].

/// What is known about a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its column in `runs.parquet`.
    pub column: &'static str,
    /// Its name for a reader.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const fn metric(column: &'static str, title: &'static str, meaning: &'static str) -> Metric {
    Metric { column, title, meaning }
}

/// All metrics that a report explains, in the order of its glossary.
pub const ALL: &[Metric] = &[
    metric("born", "Requests", "inferences asked for while counting"),
    metric("answered", "Answered", "requests whose answer arrived where it was wanted"),
    metric("dropped", "Dropped", "requests that a full queue or the policy refused"),
    metric("failed", "Failed", "requests lost with a part that failed"),
    metric("in_flight", "In flight", "requests still under way at the end"),
    metric("late", "Late", "answers after their deadline"),
    metric("accuracy_answered", "Accuracy, answered", "right answers among the answered requests"),
    metric("accuracy_all", "Accuracy, all", "right answers among all requests; one without an answer counts as wrong"),
    metric("accuracy_on_time", "Accuracy, on time", "right answers before the deadline among all requests"),
    metric("latency_mean_s", "Mean latency", "from an image's birth to its answer's arrival, mean of the answered"),
    metric("latency_p50_s", "Median latency", "half of the answers took at most so long"),
    metric("latency_p95_s", "Latency, p95", "95 % of the answers took at most so long"),
    metric("latency_p99_s", "Latency, p99", "99 % of the answers took at most so long"),
    metric("marginal_j", "Marginal energy", "energy beyond idling, of all nodes, in one replication"),
    metric("device_j", "Device energy", "all energy of the devices, idling included, in one replication"),
    metric("system_j", "System energy", "all energy of all nodes, idling included, in one replication"),
    metric("marginal_j_per_request", "Marginal energy per request", "energy beyond idling, for each answered request"),
    metric("device_j_per_request", "Device energy per request", "all energy of the devices, for each answered request"),
    metric("system_j_per_request", "System energy per request", "all energy of all nodes, for each answered request"),
    metric("miss_rate", "Misses", "requests that were late or never answered, among all"),
    metric("bytes_up", "Bytes up", "bytes carried towards the cloud, headers included"),
    metric("bytes_down", "Bytes down", "bytes carried towards the devices, headers included"),
    metric("offloaded", "Offloaded", "answers that were not given on a device, among the answered"),
    metric("events", "Events", "events the simulator worked through"),
];

/// Columns that say how busy a group of nodes or a link was begin so.
pub const UTILISATION: &str = "utilisation_";

/// Columns that say how many servers a node of an elastic group had begin so.
pub const SERVERS: &str = "servers_";

/// What is known about a column.
pub fn find(column: &str) -> Option<&'static Metric> {
    ALL.iter().find(|m| m.column == column)
}

/// A column's name for a reader.
pub fn title(column: &str) -> String {
    match (find(column), column.strip_prefix(UTILISATION), column.strip_prefix(SERVERS)) {
        (Some(metric), ..) => metric.title.into(),
        (None, Some(part), _) => format!("Utilisation of {part}"),
        (None, None, Some(part)) => format!("Servers of {part}"),
        (None, None, None) => column.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_one_name() {
        for (i, m) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|o| o.column != m.column && o.title != m.title), "{}", m.column);
            assert_eq!(title(m.column), m.title);
        }
        assert_eq!(title("utilisation_cell_up"), "Utilisation of cell_up");
        assert_eq!(title("servers_gateway"), "Servers of gateway");
        assert_eq!(title("unheard_of_j"), "unheard of j");
    }
}
