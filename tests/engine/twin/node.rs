//! A node's servers and its queue, as they are pictured.

use std::collections::VecDeque;
use tierwise::sim::{Service, World};

/// Work of those that share servers is told in 2^-32 ns.
const FINE: i128 = 1 << 32;

#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub birth: u64,
    pub work: u64,
    pub offered: u64,
    /// Known once it is served, where others do not change that.
    pub ends: u64,
    /// What is left of it as of the last coming or going, where servers are shared.
    pub left: i128,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub service: Service,
    /// In service.
    pub served: Vec<Job>,
    pub waiting: VecDeque<Job>,
    /// The last coming or going among those that share.
    last: u64,
}

/// A node for each that the world has.
pub fn all(world: &World) -> Vec<Node> {
    let mut nodes = Vec::new();
    for group in &world.groups {
        for _ in 0..group.count {
            nodes.push(Node { service: group.service.clone(), served: Vec::new(), waiting: VecDeque::new(), last: 0 });
        }
    }
    nodes
}

impl Node {
    /// How many can be in service at once, and how many can wait.
    fn room(&self) -> (u32, u32) {
        let any = u32::MAX;
        match &self.service {
            Service::Fifo(fifo) => (fifo.servers, fifo.bound.unwrap_or(any)),
            Service::Sharing(sharing) => (sharing.most.unwrap_or(any), sharing.bound.unwrap_or(any)),
        }
    }

    pub fn shares(&self) -> bool {
        matches!(self.service, Service::Sharing(_))
    }

    pub fn has_room(&self) -> bool {
        let (serves, waits) = self.room();
        (self.served.len() as u32) < serves || (self.waiting.len() as u32) < waits
    }

    /// The next to be served, if there is room.
    pub fn begin(&mut self, now: u64) -> Option<Job> {
        if self.served.len() as u32 == self.room().0 {
            return None;
        }
        let mut job = self.waiting.pop_front()?;
        self.catch_up(now);
        job.ends = now + job.work;
        job.left = i128::from(job.work) * FINE;
        self.served.push(job);
        Some(job)
    }

    pub fn finish(&mut self, birth: u64) {
        self.served.retain(|job| job.birth != birth);
    }

    /// How many servers are busy.
    pub fn busy(&self) -> u32 {
        (self.served.len() as u32).min(self.service.servers())
    }

    /// How many requests are there beyond those.
    pub fn queue(&self) -> u32 {
        (self.served.len() + self.waiting.len()) as u32 - self.busy()
    }

    /// Sharing: gives each its equal part of the time since the last coming or going.
    fn catch_up(&mut self, now: u64) {
        let part = self.part(now);
        self.served.iter_mut().for_each(|job| job.left -= part);
        self.last = now;
    }

    fn part(&self, now: u64) -> i128 {
        i128::from(now - self.last) * FINE * i128::from(self.busy()) / (self.served.len() as i128).max(1)
    }

    /// Sharing: takes out all that are done by now.
    pub fn take_done(&mut self, now: u64) -> Vec<Job> {
        self.catch_up(now);
        let done = self.served.iter().copied().filter(|job| job.left <= 0).collect();
        self.served.retain(|job| job.left > 0);
        done
    }

    /// Sharing: when somebody is done, at the first whole nanosecond, if nobody comes before.
    pub fn next_done(&self) -> Option<u64> {
        let least = self.served.iter().map(|job| job.left).min()?;
        let (sharers, speed) = (self.served.len() as i128, FINE * i128::from(self.busy()));
        Some(self.last + ((least * sharers + speed - 1) / speed) as u64)
    }

    /// Work in service and waiting.
    pub fn work(&self, at: u64) -> u64 {
        let queued = self.waiting.iter().map(|job| job.work).sum::<u64>();
        if self.shares() {
            let left = self.served.iter().map(|job| job.left - self.part(at)).sum::<i128>();
            return queued + ((left.max(0) + FINE - 1) / FINE) as u64;
        }
        queued + self.served.iter().map(|job| job.ends - at).sum::<u64>()
    }
}
