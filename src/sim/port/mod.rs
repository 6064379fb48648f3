//! The engine's port: what a policy or a controller is, what it is asked, and what it may answer.

mod controller;
mod memory;
mod policy;
mod request;
mod step;

pub use controller::{Action, Actions, Alarm, Controller};
pub use memory::{PerDevice, PerRequest};
pub use policy::{Facts, Needs, Policy};
pub use request::{Answer, Held, Outcome, OutcomeKind, Request, RequestId};
pub use step::Step;
