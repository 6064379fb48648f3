//! A node's servers and its queue, as they are pictured.

use std::collections::VecDeque;
use tierwise::sim::{Fifo, Service, World};

#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub birth: u64,
    pub work: u64,
    pub offered: u64,
    /// Known once it is served.
    pub ends: u64,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub fifo: Fifo,
    /// In service.
    pub served: Vec<Job>,
    pub waiting: VecDeque<Job>,
}

/// A node for each that the world has.
pub fn all(world: &World) -> Vec<Node> {
    let mut nodes = Vec::new();
    for group in &world.groups {
        let Service::Fifo(fifo) = &group.service;
        for _ in 0..group.count {
            nodes.push(Node { fifo: fifo.clone(), served: Vec::new(), waiting: VecDeque::new() });
        }
    }
    nodes
}

impl Node {
    pub fn has_room(&self) -> bool {
        let idle = (self.served.len() as u32) < self.fifo.servers;
        idle || self.fifo.bound.is_none_or(|bound| (self.waiting.len() as u32) < bound)
    }

    /// The next to be served, if a server is idle.
    pub fn begin(&mut self, now: u64) -> Option<Job> {
        if self.served.len() as u32 == self.fifo.servers {
            return None;
        }
        let mut job = self.waiting.pop_front()?;
        job.ends = now + job.work;
        self.served.push(job);
        Some(job)
    }

    pub fn finish(&mut self, birth: u64) {
        self.served.retain(|job| job.birth != birth);
    }

    /// Work in service and waiting.
    pub fn work(&self, at: u64) -> u64 {
        let left = self.served.iter().map(|job| job.ends - at).sum::<u64>();
        left + self.waiting.iter().map(|job| job.work).sum::<u64>()
    }
}
