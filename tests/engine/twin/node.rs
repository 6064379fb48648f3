//! A node's servers and its queue, as they are pictured.

use super::memory::Memory;
use std::collections::{BTreeSet, VecDeque};
use tierwise::sim::{ModelId, Service, TapId, Works, World};

/// Work of those that share servers is told in 2^-32 ns.
const FINE: i128 = 1 << 32;

#[derive(Clone, Copy, Debug, Default)]
pub struct Job {
    pub birth: u64,
    pub work: u64,
    pub offered: u64,
    /// How urgent it is, and as which it came: the least is served first.
    pub place: (u64, u64),
    /// It was in service before.
    pub stopped: bool,
    /// What it can be batched with.
    pub kind: Kind,
    /// Its part of the batch that it is in, and whose batch that is.
    pub share: u64,
    pub batch: u64,
    /// When it was offered to the servers, after it may have waited for its role.
    pub since: u64,
    /// Known once it is served, where others do not change that.
    pub ends: u64,
    /// What is left of it as of the last coming or going, where servers are shared.
    pub left: i128,
}

/// Role, from, up to.
pub type Kind = (ModelId, TapId, TapId);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    On,
    Draining,
    Off,
    /// Until then.
    Booting(u64),
}

#[derive(Clone, Debug)]
pub struct Node {
    pub service: Service,
    /// In service.
    pub served: Vec<Job>,
    pub waiting: VecDeque<Job>,
    /// How many came.
    pub came: u64,
    pub servers: u32,
    /// When there will be so many.
    pub starts: Option<(u64, u32)>,
    pub power: Power,
    pub memory: Option<Memory>,
    /// It does not work.
    pub down: bool,
    /// The last coming or going among those that share.
    last: u64,
    /// Clock level, and work by level, then by size of the batch less one, then by role.
    pub level: u8,
    table: Vec<Vec<Works>>,
}

/// A node for each that the world has.
pub fn all(world: &World) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (g, group) in world.groups.iter().enumerate() {
        for _ in 0..group.count {
            let sizes = |work: &Works, batches: &[Works]| std::iter::once(work).chain(batches).cloned().collect();
            let mut table: Vec<_> = group.levels.iter().map(|level| sizes(&level.work, &level.batches)).collect();
            if table.is_empty() {
                table.push(sizes(&group.work, &group.batches));
            }
            nodes.push(Node {
                service: group.service.clone(),
                served: Vec::new(),
                waiting: VecDeque::new(),
                came: 0,
                servers: group.service.servers(),
                starts: None,
                power: Power::On,
                memory: Memory::of(world, g),
                down: false,
                last: 0,
                level: group.level,
                table,
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
            Service::Fifo(fifo) => (self.servers, fifo.bound.unwrap_or(any)),
            Service::Sharing(sharing) => (sharing.most.unwrap_or(any), sharing.bound.unwrap_or(any)),
            Service::Priority(ordered) | Service::Edf(ordered) => (self.servers, ordered.bound.unwrap_or(any)),
            Service::Batch(batch) => (self.servers, batch.bound.unwrap_or(any)),
        }
    }

    pub fn batches(&self) -> bool {
        matches!(self.service, Service::Batch(_))
    }

    pub fn shares(&self) -> bool {
        matches!(self.service, Service::Sharing(_))
    }

    pub fn has_room(&self, urgency: u64, kind: Kind) -> bool {
        let (serves, waits) = self.room();
        if let Service::Batch(batch) = &self.service {
            let begins = batch.wait.ns() == 0 || self.of(kind).len() as u32 + 1 >= batch.most;
            return (self.waiting.len() as u32) < waits || (begins && self.busy() < serves);
        }
        let yields = self.last_served().is_some_and(|last| urgency < last.0) && self.preempts();
        (self.served.len() as u32) < serves || yields || (self.waiting.len() as u32) < waits
    }

    fn preempts(&self) -> bool {
        match &self.service {
            Service::Priority(ordered) | Service::Edf(ordered) => ordered.preempt,
            Service::Fifo(_) | Service::Sharing(_) | Service::Batch(_) => false,
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
        (job.work, job.stopped, job.offered) = (job.ends - now, true, now);
        self.waiting.push_back(job);
        Some(job)
    }

    /// Those of a kind that wait, as they came.
    fn of(&self, kind: Kind) -> Vec<Job> {
        self.waiting.iter().copied().filter(|job| job.kind == kind).collect()
    }

    pub fn batch_time(&self, (model, from, upto): Kind, size: usize) -> u64 {
        let work = self.table[self.level as usize][size - 1][model.0 as usize].as_ref().expect("was checked");
        let layers = work.upto[upto.0 as usize].ns() - work.upto[from.0 as usize].ns();
        (work.per_call.ns() + layers).max(1)
    }

    /// The batch that begins, if a server is idle and one is due; `time` makes of a mean time and whose draw the time.
    pub fn begin_batch(&mut self, now: u64, time: impl Fn(u64, &Job) -> u64) -> Option<Vec<Job>> {
        let Service::Batch(batch) = self.service.clone() else { return None };
        let most = batch.most as usize;
        let due = |job: &&Job| self.of(job.kind).len() >= most || job.since.saturating_add(batch.wait.ns()) <= now;
        let kind = self.waiting.iter().find(due).filter(|_| self.busy() < self.servers)?.kind;
        let mut jobs = self.of(kind);
        jobs.truncate(most);
        let first = jobs[0];
        let whole = time(self.batch_time(kind, jobs.len()), &first);
        let (each, more) = (whole / jobs.len() as u64, whole % jobs.len() as u64);
        for (i, job) in jobs.iter_mut().enumerate() {
            (job.ends, job.work, job.batch) = (now + whole, whole, first.birth);
            job.share = each + u64::from((i as u64) < more);
            self.waiting.retain(|waits| waits.birth != job.birth);
        }
        self.served.extend(jobs.iter());
        Some(jobs)
    }

    /// Takes out the batch of this request.
    pub fn finish_batch(&mut self, first: u64) -> Vec<Job> {
        let done = self.served.iter().copied().filter(|job| job.batch == first).collect();
        self.served.retain(|job| job.batch != first);
        done
    }

    /// The next to be served, if there is room.
    pub fn begin(&mut self, now: u64) -> Option<Job> {
        if self.served.len() as u32 >= self.room().0 || self.batches() {
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

    pub fn resize(&mut self, now: u64, servers: u32) {
        self.catch_up(now);
        self.servers = servers;
    }

    /// Off, if it is to be and nobody is left.
    pub fn drain(&mut self) {
        let held = self.memory.iter().flat_map(Memory::held).count();
        if self.power == Power::Draining && self.served.is_empty() && self.waiting.is_empty() && held == 0 {
            self.power = Power::Off;
            self.memory.iter_mut().for_each(Memory::forget);
        }
    }

    /// How many servers are there to be used.
    pub fn provided(&self) -> u32 {
        match self.power {
            Power::On | Power::Draining => self.servers.max(self.busy()),
            Power::Off | Power::Booting(_) => 0,
        }
    }

    /// Takes out all: those whose service had begun in order of birth, with what is left of their work, of a batch their
    /// part, then those that wait, then those that wait for their roles.
    pub fn turn_out(&mut self, now: u64) -> Vec<(Job, Option<u64>)> {
        self.catch_up(now);
        let begun = self.served.iter().map(|job| (Job { stopped: false, ..*job }, Some(self.left_of(job, now))));
        let waiting = self.waiting.iter().map(|job| (*job, job.stopped.then_some(job.work)));
        let mut all: Vec<(Job, Option<u64>)> = begun.chain(waiting).collect();
        all.sort_by_key(|(job, left)| if left.is_some() { (0, job.birth, 0) } else { (1, job.place.0, job.place.1) });
        all.extend(self.memory.iter().flat_map(Memory::held).map(|job| (*job, None)));
        (self.served, self.waiting) = (Vec::new(), VecDeque::new());
        self.memory.iter_mut().for_each(Memory::lose);
        all
    }

    fn left_of(&self, job: &Job, now: u64) -> u64 {
        if self.shares() {
            return (job.left / FINE) as u64;
        }
        let left = job.ends - now;
        if !self.batches() {
            return left;
        }
        let with: Vec<u64> = self.served.iter().filter(|other| other.batch == job.batch).map(|j| j.birth).collect();
        let (i, n) = (with.iter().position(|birth| *birth == job.birth).expect("it is one"), with.len() as u64);
        left / n + u64::from((i as u64) < left % n)
    }

    /// Lets somebody wait, as the last of those as urgent.
    pub fn join(&mut self, job: Job) {
        self.came += 1;
        self.waiting.push_back(Job { place: (job.place.0, self.came), ..job });
        self.memory.iter_mut().for_each(|memory| memory.enters(job.birth, job.kind.0));
    }

    /// How many servers are busy.
    pub fn busy(&self) -> u32 {
        if self.batches() {
            return self.running().len() as u32;
        }
        let served = self.served.len() as u32;
        if self.shares() { served.min(self.servers) } else { served }
    }

    /// First request and end of each batch under way.
    fn running(&self) -> BTreeSet<(u64, u64)> {
        self.served.iter().map(|job| (job.batch, job.ends)).collect()
    }

    /// How many requests are there beyond those.
    pub fn queue(&self) -> u32 {
        let waiting = (self.waiting.len() + self.memory.iter().flat_map(Memory::held).count()) as u32;
        if self.batches() {
            return waiting;
        }
        self.served.len() as u32 + waiting - self.busy()
    }

    /// Waits for its role, if as many as may wait do not yet.
    pub fn hold(&mut self, job: Job) -> bool {
        let room = self.queue() < self.room().1;
        self.memory.iter_mut().filter(|_| room).for_each(|memory| memory.hold(job));
        room
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
        let held = self.memory.iter().flat_map(Memory::held).map(|job| job.work).sum::<u64>();
        if let Service::Batch(batch) = &self.service {
            return held + self.batch_work(at, batch.most as usize);
        }
        let queued = held + self.waiting.iter().map(|job| job.work).sum::<u64>();
        if self.shares() {
            let left = self.served.iter().map(|job| job.left - self.part(at)).sum::<i128>();
            return queued + ((left.max(0) + FINE - 1) / FINE) as u64;
        }
        queued + self.served.iter().map(|job| job.ends - at).sum::<u64>()
    }

    fn batch_work(&self, at: u64, most: usize) -> u64 {
        let mut sum = self.running().iter().map(|(_, ends)| ends - at).sum();
        for kind in self.waiting.iter().map(|job| job.kind).collect::<BTreeSet<_>>() {
            let mut left = self.of(kind).len();
            while left > 0 {
                let size = left.min(most);
                sum += self.batch_time(kind, size);
                left -= size;
            }
        }
        sum
    }

    /// Changes the clock: what each has left becomes as much more as its computation takes more, rounded up. Gives those
    /// whose service has begun, with what was left of it before and now, of a batch its part.
    pub fn set_level(&mut self, now: u64, level: u8) -> Vec<(Job, [u64; 2])> {
        self.catch_up(now);
        let before = self.clone();
        self.level = level;
        let after = self.clone();
        let (shares, batches) = (self.shares(), self.batches());
        let scaled = |left: i128, kind, n| {
            let (from, to) = (i128::from(before.batch_time(kind, n)), i128::from(after.batch_time(kind, n)));
            (left * to + from - 1) / from
        };
        let mut changed = Vec::new();
        for job in &mut self.served {
            let with: Vec<_> = before.served.iter().filter(|other| batches && other.batch == job.batch).collect();
            let n = with.len().max(1);
            let left = if shares { job.left } else { i128::from(job.ends - now) };
            let then = scaled(left, job.kind, n);
            let i = with.iter().position(|other| other.birth == job.birth).unwrap_or(0) as u64;
            let part = |left: i128| {
                let left = if shares { (left + FINE - 1) / FINE } else { left } as u64;
                left / n as u64 + u64::from(i < left % n as u64)
            };
            (job.ends, job.left) = (now + then as u64, then);
            changed.push((*job, [part(left), part(then)]));
        }
        for job in self.memory.iter_mut().flat_map(Memory::held_mut) {
            job.work = scaled(job.work.into(), job.kind, 1) as u64;
        }
        for job in self.waiting.iter_mut().filter(|_| !batches) {
            let left = job.work;
            job.work = scaled(left.into(), job.kind, 1) as u64;
            if job.stopped {
                changed.push((*job, [left, job.work]));
            }
        }
        changed
    }
}
