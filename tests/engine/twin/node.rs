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
    /// How urgent it is, and as which it came: the least is served first.
    pub place: (u64, u64),
    /// It was in service before.
    pub stopped: bool,
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
    /// How many came.
    pub came: u64,
    /// The last coming or going among those that share.
    last: u64,
}

/// A node for each that the world has.
pub fn all(world: &World) -> Vec<Node> {
    let mut nodes = Vec::new();
    for group in &world.groups {
        for _ in 0..group.count {
            nodes.push(Node {
                service: group.service.clone(),
                served: Vec::new(),
                waiting: VecDeque::new(),
                came: 0,
                last: 0,
            });
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
            Service::Priority(ordered) | Service::Edf(ordered) => (ordered.servers, ordered.bound.unwrap_or(any)),
        }
    }

    pub fn shares(&self) -> bool {
        matches!(self.service, Service::Sharing(_))
    }

    pub fn has_room(&self, urgency: u64) -> bool {
        let (serves, waits) = self.room();
        let yields = self.last_served().is_some_and(|last| urgency < last.0) && self.preempts();
        (self.served.len() as u32) < serves || yields || (self.waiting.len() as u32) < waits
    }

    fn preempts(&self) -> bool {
        match &self.service {
            Service::Priority(ordered) | Service::Edf(ordered) => ordered.preempt,
            Service::Fifo(_) | Service::Sharing(_) => false,
        }
    }

    fn last_served(&self) -> Option<(u64, u64)> {
        self.served.iter().map(|job| job.place).max()
    }

    /// Who must stop for somebody more urgent.
    pub fn stop(&mut self, now: u64) -> Option<Job> {
        let (last, next) = (self.last_served()?, self.waiting.iter().map(|job| job.place).min()?);
        if !self.preempts() || (self.served.len() as u32) < self.room().0 || next.0 >= last.0 {
            return None;
        }
        let at = self.served.iter().position(|job| job.place == last)?;
        let mut job = self.served.remove(at);
        (job.work, job.stopped) = (job.ends - now, true);
        self.waiting.push_back(job);
        Some(job)
    }

    /// The next to be served, if there is room.
    pub fn begin(&mut self, now: u64) -> Option<Job> {
        if self.served.len() as u32 == self.room().0 {
            return None;
        }
        let first = (0..self.waiting.len()).min_by_key(|i| self.waiting[*i].place)?;
        let mut job = self.waiting.remove(first)?;
        self.catch_up(now);
        job.ends = now + job.work;
        job.left = i128::from(job.work) * FINE;
        self.served.push(job);
        Some(job)
    }

    pub fn finish(&mut self, birth: u64) -> Job {
        let at = self.served.iter().position(|job| job.birth == birth).expect("in service");
        self.served.remove(at)
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
