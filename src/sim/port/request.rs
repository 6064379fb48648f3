use crate::sim::{ModelId, NodeId, TapId};
use crate::units::SimTime;

/// A handle of a request under way: small, reused after its end, an index for [`super::PerRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// What a request holds where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The raw image.
    Raw,
    /// An activation.
    Activation {
        /// Whose.
        model: ModelId,
        /// At which tap.
        tap: TapId,
    },
}

/// What an exit said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The role that answered.
    pub model: ModelId,
    /// At which exit.
    pub tap: TapId,
    /// The class.
    pub prediction: u16,
    /// Its calibrated probability.
    pub confidence: f32,
    /// Its calibrated probability less the runner-up's.
    pub margin: f32,
}

/// A request as a policy sees it: no label, no image number.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Its handle.
    pub id: RequestId,
    /// Index of its workload in the world.
    pub workload: u16,
    /// The device it was born at.
    pub home: NodeId,
    /// Where it stands now.
    pub at: NodeId,
    /// When it was born.
    pub born: SimTime,
    /// Until when an answer is of use.
    pub deadline: Option<SimTime>,
    /// What it holds where it stands.
    pub held: Held,
    /// The latest answer, if an exit was reached.
    pub answer: Option<Answer>,
    /// How many steps were taken for it; where it was forked, for this leg of it.
    pub steps: u32,
    /// Which leg of it this is: 0 the one that was born, n the one that its n-th fork started.
    pub leg: u8,
    /// Whether another leg of it is under way.
    pub forked: bool,
    /// How often a full queue or a failure refused its last step.
    pub refused: u32,
}

impl Request {
    /// One that is yet to be born.
    #[inline]
    pub(in crate::sim) fn new(id: RequestId) -> Self {
        Self {
            id,
            workload: 0,
            home: NodeId(0),
            at: NodeId(0),
            born: SimTime::ZERO,
            deadline: None,
            held: Held::Raw,
            answer: None,
            steps: 0,
            leg: 0,
            forked: false,
            refused: 0,
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// An answer reached its sink.
    Answered,
    /// The policy refused it.
    Dropped,
    /// Something failed for good.
    Failed,
}

/// What a policy learns when a request ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The request as it was last.
    pub request: Request,
    /// How it ended.
    pub kind: OutcomeKind,
    /// When.
    pub ended: SimTime,
    /// Joules beyond idle spent on it by its home device.
    pub device_j: f64,
    /// Whether the answer was right: only where the policy's needs and the scenario's feedback grant the truth.
    pub right: Option<bool>,
}
