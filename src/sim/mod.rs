//! The engine and its port.

mod port;
mod world;

pub use port::{
    Action, Actions, Alarm, Answer, Controller, Facts, Held, Needs, Outcome, OutcomeKind, PerDevice, PerRequest, Policy, Request, RequestId, Step,
};
pub use world::*;
