//! The engine and its port.

mod port;
mod result;
mod sketch;
mod topology;
mod view;
mod world;

pub use port::{
    Action, Actions, Alarm, Answer, Controller, Facts, Held, Needs, Outcome, OutcomeKind, PerDevice, PerRequest,
    Policy, Request, RequestId, Step,
};
pub use result::{
    AnsweredBy, Ending, GroupAccount, ImageAccount, LinkAccount, Record, Recorder, RunOptions, RunResult,
};
pub use sketch::Sketch;
pub use topology::Hop;
pub use view::{Knowledge, View};
pub use world::*;
