//! A channel and what is on the air.

use super::place::Hop;
use super::tempo::{KindKey, Tempo};
use std::collections::VecDeque;
use tierwise::sim::Sharing;

/// A link's channel: of one lower node or of all of an upper node's, for one direction or for both (then `up`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelKey {
    pub link: usize,
    pub cell: u32,
    pub up: bool,
}

/// Work is told in 2^-32 ns on fair channels.
pub const FINE: i128 = 1 << 32;

#[derive(Clone, Debug)]
pub struct Transfer {
    pub birth: u64,
    pub hop: Hop,
    pub airtime: u64,
    pub wire: u64,
    /// The part of it that was sent before and got lost.
    pub again: u64,
    /// When it is done, where others do not change that.
    pub ends: u64,
    /// What is left of it as of the last coming or going on a fair channel.
    pub left: i128,
    /// How capacity changes, if it does, whose kind it is, what is to be done in units of that capacity, what was left
    /// over for it, and when it began.
    pub tempo: Option<Tempo>,
    pub kind: KindKey,
    pub work: u128,
    pub credit: u128,
    pub began: u64,
}

impl Transfer {
    pub fn of(birth: u64, hop: Hop, airtime: u64, wire: u64, again: u64) -> Self {
        let (ends, left, tempo, kind, work, credit, began) = (0, 0, None, (0, true), 0, 0, 0);
        Self { birth, hop, airtime, wire, again, ends, left, tempo, kind, work, credit, began }
    }
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub sharing: Sharing,
    pub on_air: Vec<Transfer>,
    pub waiting: VecDeque<Transfer>,
    /// It does not work.
    pub down: bool,
    /// The last coming or going on a fair channel.
    pub last: u64,
    /// Whether its capacity changes.
    pub varies: bool,
    /// What the last one left over of its last nanosecond, for its kind.
    pub spare: (KindKey, u128),
}

impl Channel {
    pub fn new(sharing: Sharing, varies: bool) -> Self {
        Self {
            sharing,
            on_air: Vec::new(),
            waiting: VecDeque::new(),
            down: false,
            last: 0,
            varies,
            spare: ((0, true), 0),
        }
    }

    /// Whether others change when a transfer is done.
    pub fn is_shared(&self) -> bool {
        matches!(self.sharing, Sharing::Fair | Sharing::Throughput)
    }

    /// The part of the air that a transfer on it has.
    pub fn part_of(&self, transfer: &Transfer) -> f64 {
        match self.sharing {
            Sharing::Fixed | Sharing::Fifo | Sharing::Flows => 1.0,
            Sharing::Fair => 1.0 / self.on_air.len() as f64,
            Sharing::Throughput => {
                transfer.time_of_bit() as f64 / self.on_air.iter().map(|t| t.time_of_bit() as f64).sum::<f64>()
            }
        }
    }

    /// The next to be sent, if it is not shared and nobody is on the air, or if it need not wait.
    pub fn begin(&mut self, now: u64) -> Option<Transfer> {
        if self.down || (self.sharing == Sharing::Fifo && !self.on_air.is_empty()) {
            return None;
        }
        self.catch_up(now);
        let mut transfer = self.waiting.pop_front()?;
        transfer.ends = now + transfer.airtime;
        transfer.left = i128::from(transfer.airtime) * FINE;
        if self.varies {
            self.tempo_begin(now, &mut transfer);
        }
        self.on_air.push(transfer.clone());
        Some(transfer)
    }

    /// Takes out all: those on the air in order of birth, with the airtime that is left, then those that wait.
    pub fn turn_out(&mut self, now: u64) -> Vec<(Transfer, Option<u64>)> {
        self.catch_up(now);
        let shares = self.sharing == Sharing::Fair;
        let left = |t: &Transfer| if shares { (t.left / FINE) as u64 } else { t.ends - now };
        let sent = self.on_air.drain(..).map(|t| (t.clone(), Some(left(&t))));
        let mut sent: Vec<(Transfer, Option<u64>)> = sent.collect();
        sent.sort_by_key(|(t, _)| t.birth);
        sent.into_iter().chain(self.waiting.drain(..).map(|t| (t, None))).collect()
    }

    pub fn finish(&mut self, birth: u64) {
        if self.sharing == Sharing::Fifo {
            let done = self.on_air[0].clone();
            self.tempo_finish(&done);
        }
        self.on_air.retain(|t| t.birth != birth);
    }

    /// Fair: gives each its equal part of the time since the last coming or going.
    fn catch_up(&mut self, now: u64) {
        if self.varies && self.is_shared() {
            return self.tempo_catch_up(now);
        }
        let part = self.part(now);
        self.on_air.iter_mut().for_each(|t| t.left -= part);
        self.last = now;
    }

    fn part(&self, now: u64) -> i128 {
        i128::from(now - self.last) * FINE / (self.on_air.len() as i128).max(1)
    }

    /// Fair: takes out all that are done by now.
    pub fn take_done(&mut self, now: u64) -> Vec<Transfer> {
        self.catch_up(now);
        let done = self.on_air.iter().filter(|t| t.left <= 0).cloned().collect();
        self.on_air.retain(|t| t.left > 0);
        done
    }

    /// Fair: when somebody is done, at the first whole nanosecond, if nobody comes before.
    pub fn next_done(&self) -> Option<u64> {
        if self.varies {
            return self.tempo_next_done();
        }
        let least = self.on_air.iter().map(|t| t.left).min()?;
        let sharers = self.on_air.len() as i128;
        Some(self.last + ((least * sharers + FINE - 1) / FINE) as u64)
    }

    /// Airtime still to be sent; nobody waits for anybody on a channel that is not shared.
    pub fn backlog(&self, at: u64) -> u64 {
        if self.varies {
            return self.tempo_backlog(at);
        }
        match self.sharing {
            Sharing::Fixed | Sharing::Flows => 0,
            Sharing::Fifo => {
                let on_air = self.on_air.iter().map(|t| t.ends - at).sum::<u64>();
                on_air + self.waiting.iter().map(|t| t.airtime).sum::<u64>()
            }
            Sharing::Fair | Sharing::Throughput => {
                let left = self.on_air.iter().map(|t| t.left - self.part(at)).sum::<i128>();
                let waiting = self.waiting.iter().map(|t| t.airtime).sum::<u64>();
                ((left.max(0) + FINE - 1) / FINE) as u64 + waiting
            }
        }
    }
}
