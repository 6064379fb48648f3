//! Subclass distillation: what a teacher knows below the labels.
//!
//! A [`Partition`] divides classes into superclasses. A network whose labels are superclasses may still answer in
//! subclasses ([`Labels`]): known ones, or such as it invents. The loss ([`Subclass`]) splits the divergence of all
//! subclasses by the chain rule into that between the superclasses and those within; [`Focus`] says which classes matter.

mod auxiliary;
mod chain;
mod focus;
mod labels;
mod loss;
mod partition;
mod principal;
mod pseudo;

pub use auxiliary::Auxiliary;
pub use chain::{Divergences, divergences};
pub use focus::{Emphasis, Focus, Place};
pub use labels::{Invented, Labels, Subclasses, relabelled};
pub use loss::Subclass;
pub use partition::{Groups, PRESETS, Partition, find};
pub use principal::{Components, components};
pub use pseudo::Pseudo;
