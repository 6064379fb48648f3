use super::Facts;
use crate::problem::Problem;
use crate::sim::{ModelId, NodeId, View};
use crate::units::SimTime;

/// A change of resources; each takes effect after its own time, bytes and joules.
///
/// `Servers` and `Power` are for nodes that are [`crate::sim::Elastic`]: see there for what they take; `Level` is for nodes
/// that have clock levels; `Load`, `Evict` and `Push` are for those with a [`crate::sim::Memory`]; `Share` is for links whose
/// [`crate::sim::Conditions`] are adjustable. One that its node cannot do is a [`Problem`] that names it and the state that
/// the node was in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// A node shall run this many servers.
    Servers {
        /// Which node.
        node: NodeId,
        /// How many.
        count: u32,
    },
    /// A node shall run at this clock level.
    Level {
        /// Which node.
        node: NodeId,
        /// Index into its levels.
        level: u8,
    },
    /// A node shall be on or off.
    Power {
        /// Which node.
        node: NodeId,
        /// On or off.
        on: bool,
    },
    /// A node shall load a model from its storage.
    Load {
        /// Which node.
        node: NodeId,
        /// Which role.
        model: ModelId,
    },
    /// A node shall free a model.
    Evict {
        /// Which node.
        node: NodeId,
        /// Which role.
        model: ModelId,
    },
    /// A link shall give a node this share of its capacity.
    Share {
        /// Index of the link in the world.
        link: u16,
        /// The lower node.
        node: NodeId,
        /// Thousandths of the capacity.
        share: u16,
    },
    /// A model's file shall be sent to a node's memory over the links, and loaded there.
    Push {
        /// From where: a node that has the role.
        from: NodeId,
        /// To which node.
        node: NodeId,
        /// Which role.
        model: ModelId,
    },
}

/// The actions of one call, in order.
#[derive(Debug, Default)]
pub struct Actions(pub Vec<Action>);

/// What may wake a controller between its ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alarm {
    /// A full queue refused a request.
    Refused {
        /// Which node's.
        node: NodeId,
    },
}

/// Changes resources over time.
pub trait Controller: Send {
    /// How often it is called; zero: never.
    fn period(&self) -> SimTime;

    /// Resolves names; called once before each replication.
    ///
    /// # Errors
    /// A [`Problem`] where the scenario lacks what it needs.
    fn start(&mut self, facts: Facts<'_>) -> Result<(), Problem> {
        let _ = facts;
        Ok(())
    }

    /// Called at each multiple of its period. The view is nobody's: nodes and links are known as they were published,
    /// `here` is of no meaning.
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions);

    /// Called right after something happened that it may want to answer to.
    fn alarm(&mut self, alarm: Alarm, view: &View<'_>, actions: &mut Actions) {
        let _ = (alarm, view, actions);
    }
}
