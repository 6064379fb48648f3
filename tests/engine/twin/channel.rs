//! A channel and what is on the air.

use super::place::Hop;
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
const FINE: i128 = 1 << 32;

#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    pub birth: u64,
    pub hop: Hop,
    pub airtime: u64,
    pub wire: u64,
    /// When it is done, where others do not change that.
    pub ends: u64,
    /// What is left of it as of the last coming or going on a fair channel.
    pub left: i128,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub sharing: Sharing,
    pub on_air: Vec<Transfer>,
    pub waiting: VecDeque<Transfer>,
    /// The last coming or going on a fair channel.
    last: u64,
}

impl Channel {
    pub fn new(sharing: Sharing) -> Self {
        Self { sharing, on_air: Vec::new(), waiting: VecDeque::new(), last: 0 }
    }

    /// The next to be sent, if it is not shared and nobody is on the air, or if it need not wait.
    pub fn begin(&mut self, now: u64) -> Option<Transfer> {
        if self.sharing == Sharing::Fifo && !self.on_air.is_empty() {
            return None;
        }
        self.catch_up(now);
        let mut transfer = self.waiting.pop_front()?;
        transfer.ends = now + transfer.airtime;
        transfer.left = i128::from(transfer.airtime) * FINE;
        self.on_air.push(transfer);
        Some(transfer)
    }

    pub fn finish(&mut self, birth: u64) {
        self.on_air.retain(|t| t.birth != birth);
    }

    /// Fair: gives each its equal part of the time since the last coming or going.
    fn catch_up(&mut self, now: u64) {
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
        let done = self.on_air.iter().copied().filter(|t| t.left <= 0).collect();
        self.on_air.retain(|t| t.left > 0);
        done
    }

    /// Fair: when somebody is done, at the first whole nanosecond, if nobody comes before.
    pub fn next_done(&self) -> Option<u64> {
        let least = self.on_air.iter().map(|t| t.left).min()?;
        let sharers = self.on_air.len() as i128;
        Some(self.last + ((least * sharers + FINE - 1) / FINE) as u64)
    }

    /// Airtime still to be sent; nobody waits for anybody on a channel that is not shared.
    pub fn backlog(&self, at: u64) -> u64 {
        match self.sharing {
            Sharing::Fixed => 0,
            Sharing::Fifo => {
                let on_air = self.on_air.iter().map(|t| t.ends - at).sum::<u64>();
                on_air + self.waiting.iter().map(|t| t.airtime).sum::<u64>()
            }
            Sharing::Fair => {
                let left = self.on_air.iter().map(|t| t.left - self.part(at)).sum::<i128>();
                ((left.max(0) + FINE - 1) / FINE) as u64
            }
        }
    }
}
