//! What will happen: a sorted list.

use super::channel::ChannelKey;

/// What happens, in the order in which kinds of things happen at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A server is done with a request.
    Served,
    /// A node whose servers are shared is done with at least one request.
    Shared(u32),
    /// A request at a node that batches has waited long enough.
    Limit(u32),
    /// A channel is done with a request's transfer.
    Sent,
    /// A fair channel is done with at least one transfer.
    FairSent(ChannelKey),
    /// At least one flow is through.
    FlowsSent,
    /// Something fails or is repaired.
    Turn,
    /// A request's cargo arrives at the other end of a hop.
    Arrives,
    /// Something of a node changes.
    Change,
    /// A policy's or a controller's period is over.
    Tick,
    /// A request's policy is asked.
    Ask,
    /// A source gives birth.
    Birth,
}

impl What {
    fn rank(self) -> u8 {
        match self {
            Self::Served | Self::Shared(_) | Self::Limit(_) | Self::Sent | Self::FairSent(_) | Self::FlowsSent => 0,
            Self::Turn => 1,
            Self::Arrives => 2,
            Self::Change => 3,
            Self::Tick => 4,
            Self::Ask => 5,
            Self::Birth => 6,
        }
    }
}

/// `who` is a request's birth number, or a source's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub time: u64,
    rank: u8,
    pub who: u64,
    pub what: What,
}

#[derive(Debug, Default)]
pub struct Events(Vec<Event>);

impl Events {
    pub fn add(&mut self, time: u64, what: What, who: u64) {
        self.0.push(Event { time, rank: what.rank(), who, what });
        self.0.sort();
    }

    pub fn forget(&mut self, what: What) {
        self.0.retain(|e| e.what != what);
    }

    /// Whom something happens to at an instant, in order.
    pub fn at(&self, time: u64, what: What) -> Vec<u64> {
        self.0.iter().filter(|e| (e.time, e.what) == (time, what)).map(|e| e.who).collect()
    }

    pub fn forget_at(&mut self, time: u64, what: What) {
        self.0.retain(|e| (e.time, e.what) != (time, what));
    }

    pub fn expects(&self, what: What, who: u64) -> bool {
        self.0.iter().any(|e| (e.what, e.who) == (what, who))
    }

    pub fn forget_of(&mut self, what: What, who: u64) {
        self.0.retain(|e| (e.what, e.who) != (what, who));
    }

    pub fn any(&self, what: What) -> bool {
        self.0.iter().any(|e| e.what == what)
    }

    /// Takes out the first, if it is due by `stop`.
    pub fn next(&mut self, stop: u64) -> Option<Event> {
        let due = self.0.first().is_some_and(|e| e.time <= stop);
        due.then(|| self.0.remove(0))
    }
}
