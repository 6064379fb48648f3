use crate::sim::{CodecId, ModelId, NodeId, TapId};
use crate::units::SimTime;

/// What a policy wants done next with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Run `model` at `node` up to the tap `upto`, bringing what it needs there, encoded with `send`; then ask again.
    ///
    /// The same model goes on from its activation; another model starts from the raw image, fetched from the nearest
    /// holder. What is already at `node` is not moved.
    Compute {
        /// Which role.
        model: ModelId,
        /// Up to where; an exit gives an answer.
        upto: TapId,
        /// On which node.
        node: NodeId,
        /// How what must be moved is written.
        send: CodecId,
    },
    /// Give the latest answer to the sink.
    Answer,
    /// Refuse the request.
    Drop,
    /// Hold it where it stands, and ask again then.
    Wait {
        /// When to ask again: later than now.
        until: SimTime,
    },
    /// Start a twin leg where the request stands, which holds what it holds: each leg is asked on its own from now on, the
    /// first answer at the sink wins, the other is cancelled, its joules count. Needs [`super::Needs::forks`]; one at a
    /// time.
    Fork,
}
