//! What a replication gives: one record a request, and accounts of everything.

use super::{FailureAccount, GroupId, ModelId, NodeId, OutcomeKind, TapId};
use crate::stats::Sketch;
use crate::units::SimTime;

/// How to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Queue every service as an event of its own instead of working out when it ends: the twin of the fast way, with
    /// the same results.
    pub explicit: bool,
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An answer reached its sink.
    Answered,
    /// The policy refused it.
    Dropped,
    /// Something failed for good.
    Failed,
    /// Still under way when the run stopped: counts as missed.
    InFlight,
}

impl Ending {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::InFlight => "in-flight",
        }
    }
}

impl From<OutcomeKind> for Ending {
    fn from(kind: OutcomeKind) -> Self {
        match kind {
            OutcomeKind::Answered => Self::Answered,
            OutcomeKind::Dropped => Self::Dropped,
            OutcomeKind::Failed => Self::Failed,
        }
    }
}

/// Where a request's latest answer was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnsweredBy {
    /// The role.
    pub model: ModelId,
    /// The exit.
    pub tap: TapId,
    /// The node that computed it.
    pub node: NodeId,
    /// The class.
    pub prediction: u16,
    /// Its calibrated probability.
    pub confidence: f32,
}

/// One request's life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Its birth number: births are numbered from 0 by (time, node, workload), whatever the policy does.
    pub birth: u64,
    /// Index of its workload.
    pub workload: u16,
    /// The device it was born at.
    pub home: NodeId,
    /// Its image: an index into [`super::World::labels`].
    pub image: u32,
    /// The true class.
    pub class: u16,
    /// When it was born.
    pub born: SimTime,
    /// When it ended; for one in flight, when the run stopped.
    pub ended: SimTime,
    /// How it ended.
    pub outcome: Ending,
    /// Its latest answer, given or not.
    pub answer: Option<AnsweredBy>,
    /// Answered, and the answer is the true class.
    pub right: bool,
    /// Answered after its deadline, or still in flight.
    pub late: bool,
    /// Steps taken for it.
    pub steps: u32,
    /// Bytes on the wire towards the cloud, headers included, summed over hops.
    pub bytes_up: u64,
    /// The same towards the devices.
    pub bytes_down: u64,
    /// Nanoseconds of service, by tier: device, edge, cloud; of a batch its part.
    pub compute_ns: [u64; 3],
    /// Whether it was born in the counted window.
    pub counted: bool,
}

/// Receives each request's record when it ends: in order of ending, those in flight last, in order of birth.
pub trait Recorder {
    /// Takes one record.
    fn record(&mut self, record: &Record);

    /// Whether it takes any: without, the engine may settle a request before its end.
    fn wants(&self) -> bool {
        true
    }

    /// Whether it is told of each answer's time.
    fn times(&self) -> bool {
        false
    }

    /// The answer of a request that was born then arrives then; told in no order. All requests count, those born before
    /// the window too.
    fn time(&mut self, born: SimTime, arrives: SimTime) {
        let _ = (born, arrives);
    }

    /// The period of the samples that it takes; `None`: it takes none.
    fn series(&self) -> Option<SimTime> {
        None
    }

    /// Takes one sample; they come at the end, in the order of time.
    fn sample(&mut self, sample: &super::Sample) {
        let _ = sample;
    }
}

/// Keeps nothing.
impl Recorder for () {
    fn record(&mut self, _: &Record) {}

    fn wants(&self) -> bool {
        false
    }
}

/// Keeps all: memory then grows with the number of requests.
impl Recorder for Vec<Record> {
    fn record(&mut self, record: &Record) {
        self.push(*record);
    }
}

/// What was asked and answered about one image, by counted requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageAccount {
    /// Requests born with it.
    pub born: u32,
    /// Requests answered.
    pub answered: u32,
    /// Answered rightly.
    pub right: u32,
    /// Answered rightly and in time.
    pub right_on_time: u32,
}

/// One node group's account. *Counted* sums are over counted requests, whenever they happened; *window* sums are over
/// all requests, from the end of the warm-up to the end of births.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupAccount {
    /// Nodes in the group.
    pub nodes: u32,
    /// Servers of one node.
    pub servers: u32,
    /// Length of the window.
    pub span_ns: u64,
    /// Window: server-nanoseconds busy. Utilisation is `busy_ns / (nodes * servers * span_ns)`.
    pub busy_ns: u128,
    /// Window: request-nanoseconds waited: the mean queue's length times `nodes * span_ns`.
    pub queue_ns: u128,
    /// Counted: services begun.
    pub served: u64,
    /// Counted: refusals of full queues.
    pub refused: u64,
    /// Counted: nanoseconds waited by those in `served`; where servers are shared, of those that left: their time there
    /// less their service.
    pub wait_ns: u128,
    /// Counted: server-nanoseconds of service.
    pub compute_ns: u128,
    /// Counted: radio-nanoseconds transmitting.
    pub transmit_ns: u128,
    /// Counted: radio-nanoseconds receiving.
    pub receive_ns: u128,
    /// Idle power of all nodes over the window, in joules.
    pub idle_j: f64,
    /// Counted: joules of service beyond idle.
    pub compute_j: f64,
    /// Counted: joules of transmitting beyond idle.
    pub transmit_j: f64,
    /// Counted: joules of receiving beyond idle.
    pub receive_j: f64,
}

impl GroupAccount {
    /// Share of its servers' time in which they were busy; of as many as they were at the start.
    pub fn utilisation(&self) -> f64 {
        let most = f64::from(self.nodes) * f64::from(self.servers) * self.span_ns as f64;
        if most > 0.0 { self.busy_ns as f64 / most } else { 0.0 }
    }
}

/// What a group did at one clock level; *counted* and *window* as for [`GroupAccount`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelAccount {
    /// Window: nanoseconds at this level and not off, summed over the nodes.
    pub time_ns: u128,
    /// Counted: server-nanoseconds of service.
    pub compute_ns: u128,
    /// The whole run: changes to this level.
    pub changes: u64,
}

/// What one node group provided; *window* as for [`GroupAccount`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CapacityAccount {
    /// Window: server-nanoseconds that were there to be used: all servers of nodes that are neither off nor booting, and
    /// those that are to go and still serve.
    pub provisioned_ns: u128,
    /// Window: node-nanoseconds not off.
    pub on_ns: u128,
    /// Window: servers started.
    pub started: u64,
    /// Window: boots.
    pub booted: u64,
    /// Window: joules of starting and booting, beyond idle.
    pub change_j: f64,
}

impl CapacityAccount {
    /// Of a group before its run: whole where nothing can change, else empty.
    pub(super) fn of(group: &super::NodeGroup, span_ns: u64) -> Self {
        if group.elastic.is_some() {
            return Self::default();
        }
        let on_ns = u128::from(span_ns) * u128::from(group.count);
        Self { provisioned_ns: on_ns * u128::from(group.servers()), on_ns, ..Self::default() }
    }

    /// Share of what the group provided in which its servers were busy.
    pub fn utilisation(&self, group: &GroupAccount) -> f64 {
        if self.provisioned_ns > 0 { group.busy_ns as f64 / self.provisioned_ns as f64 } else { 0.0 }
    }

    /// Mean number of servers that a node of the group provided.
    pub fn servers(&self, group: &GroupAccount) -> f64 {
        let time = f64::from(group.nodes) * group.span_ns as f64;
        if time > 0.0 { self.provisioned_ns as f64 / time } else { 0.0 }
    }

    pub(super) fn add(&mut self, provided: super::service::Provided) {
        self.provisioned_ns += provided.server_ns;
        self.on_ns += provided.on_ns;
        self.started += provided.started;
        self.booted += provided.booted;
    }
}

/// What a group's memories did; all of the window, loads and evictions where they begin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MemoryAccount {
    /// Loads of a role.
    pub loads: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The time they took, of each the whole.
    pub load_ns: u128,
    /// Joules of loading beyond idle: no request's.
    pub load_j: f64,
    /// Roles that went.
    pub evictions: u64,
    /// Request-nanoseconds waited for roles, which are part of what was waited.
    pub held_ns: u128,
}

/// One link's account; *counted* and *window* as for [`GroupAccount`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkAccount {
    /// Channels in one direction: one for each lower node or for each cell.
    pub channels: u32,
    /// Length of the window.
    pub span_ns: u64,
    /// Window: channel-nanoseconds of airtime towards the cloud.
    pub busy_ns_up: u128,
    /// Window: channel-nanoseconds of airtime towards the devices.
    pub busy_ns_down: u128,
    /// Counted: bytes on the wire towards the cloud, headers included.
    pub bytes_up: u64,
    /// Counted: the same towards the devices.
    pub bytes_down: u64,
    /// Counted: transfers begun, both directions.
    pub transfers: u64,
    /// Counted: airtime towards the cloud.
    pub airtime_ns_up: u128,
    /// Counted: airtime towards the devices.
    pub airtime_ns_down: u128,
}

/// What one link sent again because packets got lost: a part of [`LinkAccount`]'s bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resent {
    /// Counted: bytes towards the cloud, headers included.
    pub bytes_up: u64,
    /// Counted: the same towards the devices.
    pub bytes_down: u64,
}

impl LinkAccount {
    /// Share of the time in which a channel was busy upwards.
    pub fn utilisation_up(&self) -> f64 {
        self.share(self.busy_ns_up)
    }

    /// The same downwards. On a half-duplex link the two add up to the channel's utilisation.
    pub fn utilisation_down(&self) -> f64 {
        self.share(self.busy_ns_down)
    }

    fn share(&self, busy_ns: u128) -> f64 {
        let most = f64::from(self.channels) * self.span_ns as f64;
        if most > 0.0 { busy_ns as f64 / most } else { 0.0 }
    }
}

/// Everything that one replication of one policy gave. Counts are of counted requests: those born in the window.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// Requests born: the sum of the next four.
    pub born: u64,
    /// Answers that reached their sinks.
    pub answered: u64,
    /// Refused by the policy.
    pub dropped: u64,
    /// Failed for good.
    pub failed: u64,
    /// Still under way when the run stopped.
    pub in_flight: u64,
    /// Answered rightly.
    pub right: u64,
    /// Answered in time; all that were answered, where there is no deadline.
    pub on_time: u64,
    /// Answered rightly and in time.
    pub right_on_time: u64,
    /// Answered after the deadline, or still in flight.
    pub late: u64,
    /// Sojourn times of the answered, in nanoseconds.
    pub latency: Sketch,
    /// By group.
    pub groups: Vec<GroupAccount>,
    /// By group: its clock levels; none where the clock is fixed.
    pub levels: Vec<Vec<LevelAccount>>,
    /// By group: what was there to be used.
    pub capacity: Vec<CapacityAccount>,
    /// By group: its memories.
    pub memory: Vec<MemoryAccount>,
    /// By link.
    pub links: Vec<LinkAccount>,
    /// By link.
    pub resent: Vec<Resent>,
    /// By [`super::World::failures`].
    pub failures: Vec<FailureAccount>,
    /// By image.
    pub per_image: Vec<ImageAccount>,
    /// How many answers each role gave in each group; only those that gave any, in order.
    pub answered_by: Vec<(ModelId, GroupId, u64)>,
    /// Joules beyond idle of all nodes on counted requests.
    pub marginal_j: f64,
    /// Joules of the device tier: idle power over the window, and what counted requests cost there beyond it.
    pub device_j: f64,
    /// The same of all nodes.
    pub system_j: f64,
    /// Queue events handled: a measure of effort, not a result.
    pub events: u64,
}
