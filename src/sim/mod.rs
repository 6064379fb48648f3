//! The engine and its port.
//!
//! [`run`] simulates one replication of a [`World`] under a [`Policy`]. It reads no files and no clock, and starts no
//! threads.
//!
//! # A request's life
//! 1. A source gives birth to it at its *home*, which holds the raw image. Class and image are drawn then.
//! 2. Its policy is asked, after `information.decision`, where the request stands, and takes one [`Step`].
//! 3. `Compute` moves what is needed to the node, waits its turn there, runs the layers; then the policy is asked again,
//!    after `information.decision`. If the tap that was reached is an exit, the request has that exit's answer: the row
//!    of its image in the role's tables.
//! 4. `Fork` starts a second *leg* of the request, where `needs().forks`: see below.
//! 5. `Answer` moves the latest answer to the sink and ends there. `Drop` ends at once. `Wait` asks again then.
//!
//! **What is moved.** If the request holds an activation of the same role, the computation goes on from it, and it is
//! moved from where the request stands (a tap that was passed cannot be run again; running up to the tap that is held
//! costs a call without layers). Else it starts from the raw image: nothing is moved if the node holds that; if not, it is
//! sent by the nearest node that does. Home and every node that received the raw image, relays included, hold it until
//! the end. Asking for it and telling the nodes what to do takes no time: a request stands at once on the node that holds
//! all that a step needs. An activation that is not moved is lost when something else is computed or brought elsewhere.
//!
//! **How it is moved.** Along the tree, hop by hop, store and forward. A hop takes its turn on its channel, then
//! `packets * per_packet + 8 * (bytes + packets * header) / rate` (rounded up to 1 ns, at least 1 ns;
//! `packets = max(1, ceil(bytes / payload))`), then the direction's delay. With `cell = own` each lower node has its
//! channel, with `shared` all below one upper node share one; half-duplex links have one channel for both directions.
//! Where `sharing_down` is set, channels towards the devices are shared by it, the others by `sharing`.
//!
//! **Flows.** Hops that follow each other over links that are shared as flows are crossed at once, at one rate; rates are
//! max-min fair and are found anew whenever a flow begins or ends, in units of 2^-16 bit/s rounded down, of equal shares
//! the channel that comes first (by link, then cell, then up before down) being settled first; a flow leaves at the
//! first whole nanosecond at which nothing is left (`sharing/flows`). Its length, what it is charged and its delays are
//! told in `engine/flow.rs`. A backlog is what all flows on a channel have left, over its rate.
//!
//! **Links with [`Conditions`].** Nodes of a link may have rates of their own, and a rate may follow a trace (`trace.rs`),
//! repeated for ever. An outage lets nothing through; what is being sent stands still and goes on where it was. What gets
//! through when is exact (`course.rs`); how transfers share it, and who gets what an instant has left over, is told in
//! `sharing/varying`. With a trace `per_packet` adds nothing. A policy knows a link's rate as it is, or was when it was
//! published; a backlog is told at the mean rate, and nothing is known of what a trace or an outage will do. Packets that
//! get lost are sent again until they get through, as part of the same transfer (`conditions/loss.rs`). A handshake is
//! waited for before a transfer takes its turn (`conditions/transport.rs`). Jitter is added to the delay, so that what was
//! sent later may arrive earlier (`conditions/jitter.rs`). When a
//! transfer begins it is charged for as long as it would be on the air alone from then on, until the run stops at most;
//! times in which nothing gets through are left out, unless they are between a trace's bursts.
//!
//! **Failures.** What fails, how what is in progress there is retried, rerouted or failed, and who is refused meanwhile is
//! told in `failures/mod.rs`.
//!
//! **Refusals.** A full queue refuses: the request then stands at that node, with what was brought there;
//! `request.refused` rises by one and is set to 0 when a queue next takes it; the policy is asked again.
//!
//! **Legs.** A second leg starts where the first stands, holds what that holds, the nodes with the raw image and the
//! latest answer included, and has taken no steps. Both are asked next, after `information.decision`, and go on each on
//! its own. The first whose answer arrives at the sink wins: the request ends, and the other leg is cancelled at once.
//! One that waits (for its policy, in a queue of a node or of a channel) is gone. What has begun runs out: a service, or
//! a hop to its arrival, with nobody to wait for it; nothing follows. A leg that is dropped, or fails, leaves the
//! request to the other. All bytes, service, joules and steps of both are the request's; its answer is the winner's.
//! What is in flight at the end is one request; that it is given up then lets nobody begin in its place. One leg may be
//! forked again when the other has ended. Elision is off.
//!
//! # The order of events
//! Time is in whole nanoseconds. Events are handled in order of (time, rank of kind, number); the least that is pending is
//! always next:
//!
//! | rank | kind | number | what happens |
//! |---|---|---|---|
//! | 0 | leave | birth number | a service or a transfer ends; its server or channel takes the next in line |
//! | 1 | turn | – | something fails or is repaired: see `failures/mod.rs` |
//! | 2 | arrive | birth number | a hop ends: the next begins, or the station is offered the request, or it ends |
//! | 3 | change | node | servers have started, a node has booted, a model is loaded |
//! | 4 | tick | policy, then controller | a period is over: at its multiples, while a request is under way or a source fertile |
//! | 5 | ask | birth number | the policy is asked, and its step is begun |
//! | 6 | birth | node, then workload | a request is born; if `information.decision` is zero it is asked here |
//!
//! *Birth numbers* count births from 0 in the order of these events. A request has one pending event at most; of two legs
//! each has, and the one that was started by the fork comes second. So queues
//! are joined at one instant first by those who arrive, in order of birth, then by those who are asked, in order of
//! birth, then by the newborn. All that ends at an instant has left before anybody joins: services and transfers take at
//! least 1 ns, so nothing that begins at an instant ends there.
//!
//! Where the policy *plans* (`needs().plan`), all that is left of an instant when its first ask or birth comes is put
//! before it at once: first all births of the instant, in their order; then `plan`, with all who are asked at this instant
//! in order of birth, the newborn last (if `information.decision` is zero; else they are asked later), each as it will be
//! asked; then the asks, in this order. Who is refused then, or forks, and is asked again at the same instant is in no further batch.
//! Nobody to be asked: no call. `plan` sees what a tick sees: of all nodes and channels what was published.
//!
//! A leave needs no event where the time of leaving is known on joining: that is the fast way, and
//! [`RunOptions::explicit`] is its twin.
//!
//! **Actions.** What a call of a policy or controller wants changed is done right after it, in order; [`Elastic`] says
//! what each takes. What is wanted later replaces what was wanted before and has not come. A node that is off, about to
//! be off or booting refuses as a full queue does; its radios go on. A controller's alarms are raised right after the
//! event that they tell of. Elastic nodes are worked out event by event; where a controller is, requests are not settled
//! before their end.
//!
//! # Time and chance
//! - The k-th gap of a source is `Stream(Arrival).draw(workload << 32 | node, k)[0]` as an exponential of the workload's
//!   mean, rounded to the nearest ns, at least 1 ns; a periodic source starts at `index(Stream(Phase).draw(same, 0)[0],
//!   period)`. Of a closed
//!   source it is the think time that begins where its request ended: see `arrivals/closed.rs`. Births happen in [0, end).
//! - `Stream(Image).draw(workload << 32 | node, k)` gives the k-th request its class (the first whose cumulative
//!   probability exceeds the high 32 bits of the first word) and its image (`index` of the second word, among the class's
//!   images in order).
//! - The policy's generator is `Rng::new(Stream(Policy), birth number, steps)`; that of `plan` is
//!   `Rng::new(Stream(Policy), 2^64 - 1 - now, 0)`. A leg that the n-th fork of its request started has `n << 48 | birth
//!   number` in place of the birth number, here and for its service times.
//! - Where `scatter` is set, the trace of a link's `i`-th lower node begins at `index(Stream(Trace).draw(link << 32 | i,
//!   up)[0], period)`.
//! - Service times vary by `Stream(Service).draw(birth number, steps)[0]`, `steps` counting the step that asked for the
//!   service; rounded to the nearest ns, at least 1 ns: see `service/noise.rs`.
//! - *Batches* are of equal (role, from, up to); which begin when, and who is charged what of their time, says
//!   `service/batch/mod.rs`. A batch's time is varied by the draw of its first request.
//! - *Models in memory*: what is loaded and evicted when, and who waits for it, says `service/gate.rs`. A load takes
//!   `cold + bytes/rate` (rounded to the nearest ns, at least 1 ns), or the time that the route from the nearest node
//!   above that keeps the model takes alone. It ends as a change of its node.
//! - *Clock levels*: what a change does to work under way says `service/rescale.rs`. It takes effect at once.
//! - *Urgency* orders those that wait by (priority or deadline, order of joining); who is pre-empted keeps its place, and
//!   goes on where it stopped: see `service/ordered.rs`.
//! - How often packets are sent again is drawn by `Stream(Loss).draw((link << 1 | up) << 40 | n << 32 | birth number, steps
//!   << 32 | i)` for the packets `2 i` and `2 i + 1` (`conditions/loss.rs`); jitter by `Stream(Jitter).draw(same, steps)`, `n`
//!   being the leg's and `steps` counting the one that asked for the transfer.
//! - *Fair sharing* of links and of servers works in virtual time, in units of 2^-32 ns: see `service/pool.rs` for its
//!   rounding.
//!
//! # What is known
//! `information.staleness = s > 0`: of other nodes a policy knows what was published at the latest multiple of `s`, the
//! state after all events before that instant; the work that is left is measured at the instant. Of its own node, and of
//! channels that end there, it knows everything, and with `s = 0` of all. A backlog is work in service and waiting,
//! divided by the servers and rounded down; a channel's is the airtime not sent yet (of fair sharing rounded up, of
//! servers too). Requests at a node are those busy and those waiting, whatever the discipline.
//!
//! # Accounts
//! The run stops at `end + drain`; events at that very time still happen. A service or transfer is charged in full when
//! it begins, if it begins by then; what a failure cuts short of it is taken back. Requests born in `[warm_up, end)` are *counted*; they alone carry bytes, joules,
//! waits and outcomes. Busy time and queue lengths are those of that window, of all requests. Joules of idle nodes are
//! those of the window, of nodes that are not off. What a node *provides* is its servers for as long as it is neither off
//! nor booting; servers that are to go count until they are idle. At the end it is checked that requests, service and bytes are conserved.
//! Samples over time, where the recorder asks for them, are means of periods: see `series`.
//!
//! *Overload* is where counted requests' work, refusals included, is as much as the servers or the channel can do in the
//! window: then what is measured depends on how long it lasts. [`RunResult::overloaded`] names the places.

#![deny(clippy::disallowed_methods)]

mod accounts;
mod arrivals;
mod board;
mod check;
mod conditions;
mod course;
mod energy;
mod engine;
mod event;
mod failures;
mod fetch;
mod lane;
mod layout;
mod link;
mod overload;
mod port;
mod queue;
mod result;
mod scores;
mod series;
mod service;
mod sharing;
mod slab;
mod stations;
#[cfg(test)]
mod tests;
mod topology;
mod trace;
mod trips;
mod view;
mod world;

pub use conditions::{Conditions, Jitter, LogNormal, Outage, Outages, PeriodicOutage, Quality, Rate, Transport};
pub use engine::{run, run_controlled};
pub use failures::FailureAccount;
pub use link::{Cell, Direction, Link, Packet, Radio, Sharing};
pub use port::{
    Action, Actions, Alarm, Answer, Controller, Facts, Held, Needs, Outcome, OutcomeKind, PerDevice, PerRequest,
    Policy, Request, RequestId, Step,
};
pub use queue::Hold;
pub use result::{
    AnsweredBy, CapacityAccount, Ending, GroupAccount, ImageAccount, LinkAccount, Record, Recorder, Resent, RunOptions,
    RunResult,
};
pub use series::{GroupSample, LinkSample, Sample};
pub use sharing::{FASTEST_FLOW, Fair, Flows, Window};
pub use topology::Hop;
pub use trace::{Stretch, Trace};
pub use view::{Knowledge, View};
pub use world::*;
