//! Computing at a node.

use super::event::What;
use super::life::{Doing, Job};
use super::memory::Next;
use super::node::Power;
use super::{Twin, node, place};
use tierwise::random::{Purpose, sample};
use tierwise::sim::{NodeId, Noise, Service, Tier};

impl Twin<'_> {
    /// Offers a request to the servers of a node.
    pub fn compute(&mut self, birth: u64, job: Job) {
        if let Some(unit) = self.broken(|unit| unit.node == Some(job.node)) {
            self.refusals.push(job.node);
            return self.turn_away(unit, birth);
        }
        let work = self.work(birth, job);
        let now = self.now;
        let urgency = self.urgency(birth, job.node);
        let kind = (job.model, job.from, job.upto);
        let entry = node::Job { birth, work, offered: now, place: (urgency, 0), kind, ..node::Job::default() };
        let node = &mut self.nodes[job.node as usize];
        let waits = node.memory.as_ref().is_some_and(|memory| !memory.lets_in(job.model));
        let closed = node.power != Power::On;
        if closed || !(if waits { node.hold(entry) } else { self.enter(job.node, entry) }) {
            return self.refuse(birth, job.node);
        }
        self.life(birth).doing = Doing::Computing(job);
        self.life(birth).request.refused = 0;
        self.begin_services(job.node);
    }

    fn refuse(&mut self, birth: u64, node: u32) {
        let counted = self.lives[&birth].counted;
        self.sums.groups[place::group_of(self.world, node)].refused += u64::from(counted);
        self.refusals.push(node);
        self.life(birth).doing = Doing::Nothing;
        self.life(birth).request.refused += 1;
        self.expect_ask(birth, self.now);
    }

    /// Offers somebody to the servers of a node; false: the queue is full.
    fn enter(&mut self, node: u32, mut job: node::Job) -> bool {
        let now = self.now;
        let of = &mut self.nodes[node as usize];
        if !of.has_room(job.place.0, job.kind) {
            return false;
        }
        job.since = now;
        of.join(job);
        self.expect_limit(node);
        true
    }

    /// Somebody who comes now waits no longer than so.
    pub fn expect_limit(&mut self, node: u32) {
        if let Service::Batch(batch) = &self.nodes[node as usize].service {
            self.events.add(self.now.saturating_add(batch.wait.ns()), What::Limit(node), 0);
        }
    }

    /// What comes next at a node's gate; false: nothing does.
    fn pass_gate(&mut self, node: u32) -> bool {
        let now = self.now;
        let of = &mut self.nodes[node as usize];
        let Some(next) = of.memory.as_mut().and_then(|memory| memory.next(now)) else { return false };
        let horizon = self.world.horizon;
        let counted = u64::from(now >= horizon.warm_up.ns() && now < horizon.end.ns());
        let sums = &mut self.sums.groups[place::group_of(self.world, node)];
        match next {
            Next::Passes(job) => {
                if !self.enter(node, job) {
                    self.refuse(job.birth, node);
                }
            }
            Next::Goes => sums.evictions += counted,
            Next::Loads(bytes, until) => {
                sums.loads += counted;
                sums.load_bytes += counted * bytes;
                sums.load_ns += counted * (until - now);
                self.events.add(until, What::Change, node.into());
            }
        }
        true
    }

    fn urgency(&self, birth: u64, node: u32) -> u64 {
        let request = self.lives[&birth].request;
        match self.nodes[node as usize].service {
            Service::Priority(_) => self.world.workloads[request.workload as usize].priority.into(),
            Service::Edf(_) => request.deadline.map_or(u64::MAX, |d| d.ns()),
            Service::Fifo(_) | Service::Sharing(_) | Service::Batch(_) => 0,
        }
    }

    pub fn work(&self, birth: u64, job: Job) -> u64 {
        let mean = self.nodes[job.node as usize].batch_time((job.model, job.from, job.upto), 1);
        self.vary(birth, job.node, mean)
    }

    /// A service time of this mean, by the draw of this request.
    fn vary(&self, birth: u64, node: u32, mean: u64) -> u64 {
        let life = &self.lives[&birth];
        let [bits, _] = self.stream(Purpose::Service).draw(life.entity(), u64::from(life.request.steps));
        match self.nodes[node as usize].service.noise() {
            Noise::None => mean,
            Noise::Exponential => ((sample::exponential(bits) * mean as f64 + 0.5) as u64).max(1),
            Noise::Quantiles(pairs) => {
                let whole = |x: f64| (x * 4_294_967_296.0 + 0.5) as i128;
                let drawn = i128::from(bits >> 32);
                let next = pairs.iter().position(|[p, _]| whole(*p) > drawn).expect("the last is one");
                let ([p, m], [q, n]) = (pairs[next - 1].map(whole), pairs[next].map(whole));
                let times = m + (n - m) * (drawn - p) / (q - p);
                (((i128::from(mean) * times + (1 << 31)) >> 32) as u64).max(1)
            }
        }
    }

    pub fn begin_services(&mut self, node: u32) {
        let now = self.now;
        if self.nodes[node as usize].down {
            return;
        }
        while self.begin_batch(node) {}
        while let Some(job) = self.nodes[node as usize].begin(now) {
            if !self.nodes[node as usize].shares() {
                self.events.add(job.ends, What::Served, job.birth);
            }
            if job.stopped {
                self.has_waited(node, job);
            } else {
                self.charge_service(node, job);
            }
        }
        if let Some(job) = self.nodes[node as usize].stop(now) {
            self.events.forget_of(What::Served, job.birth);
            return self.begin_services(node);
        }
        if self.pass_gate(node) {
            return self.begin_services(node);
        }
        self.expect_shared(node);
    }

    fn begin_batch(&mut self, node: u32) -> bool {
        let mut station = self.nodes[node as usize].clone();
        let begun = station.begin_batch(self.now, |mean, first| self.vary(first.birth, node, mean));
        self.nodes[node as usize] = station;
        for job in begun.iter().flatten() {
            if job.birth == job.batch {
                self.events.add(job.ends, What::Served, job.birth);
            }
            self.charge_service(node, *job);
        }
        begun.is_some()
    }

    fn charge_service(&mut self, node: u32, job: node::Job) {
        let world = self.world;
        let g = place::group_of(world, node);
        let tier = [Tier::Device, Tier::Edge, Tier::Cloud].iter().position(|t| *t == world.groups[g].tier);
        let level = self.nodes[node as usize].level;
        let charged = if self.nodes[node as usize].batches() { job.share } else { job.work };
        let life = self.life(job.birth);
        life.compute_ns[tier.expect("one of them")] += charged;
        life.work = charged;
        if life.request.home == NodeId(node) {
            life.home_j += world.groups[g].server_power_at(level).0 * charged as f64 * 1e-9;
        }
        if life.counted {
            let sums = &mut self.sums.groups[g];
            sums.served += 1;
            sums.compute_ns += charged;
        }
        if !self.nodes[node as usize].shares() {
            self.has_waited(node, job);
        }
    }

    fn expect_shared(&mut self, node: u32) {
        let station = &self.nodes[node as usize];
        if station.shares() {
            self.events.forget(What::Shared(node));
            if let Some(time) = station.next_done() {
                self.events.add(time, What::Shared(node), 0);
            }
        }
    }

    pub fn shared(&mut self, node: u32) {
        let now = self.now;
        for job in self.nodes[node as usize].take_done(now) {
            self.left(node, job);
        }
        self.nodes[node as usize].drain();
        self.begin_services(node);
    }

    pub fn served(&mut self, birth: u64) {
        let Doing::Computing(job) = self.lives[&birth].doing else { panic!("is not computed") };
        let node = &mut self.nodes[job.node as usize];
        let done = if node.batches() { node.finish_batch(birth) } else { vec![node.finish(birth)] };
        done.into_iter().for_each(|done| self.left(job.node, done));
        self.nodes[job.node as usize].drain();
        self.begin_services(job.node);
    }

    /// Of those that share, what a request did not need for its work it has waited.
    fn left(&mut self, node: u32, mut job: node::Job) {
        self.nodes[node as usize].memory.iter_mut().for_each(|memory| memory.without(job.birth));
        if self.nodes[node as usize].shares() {
            job.offered += self.lives[&job.birth].work;
            self.has_waited(node, job);
        }
        self.expect_ask(job.birth, self.now);
    }

    fn has_waited(&mut self, node: u32, job: node::Job) {
        let counted = u64::from(self.lives[&job.birth].counted);
        self.sums.groups[place::group_of(self.world, node)].wait_ns += counted * self.now.saturating_sub(job.offered);
    }

    /// Changes a node's clock.
    pub fn set_level(&mut self, node: u32, level: u8) {
        let (world, now) = (self.world, self.now);
        let g = place::group_of(world, node);
        let tier = [Tier::Device, Tier::Edge, Tier::Cloud].iter().position(|t| *t == world.groups[g].tier);
        let powers = [self.nodes[node as usize].level, level].map(|l| world.groups[g].server_power_at(l).0);
        for (job, [left, then]) in self.nodes[node as usize].set_level(now, level) {
            let life = self.life(job.birth);
            let compute = &mut life.compute_ns[tier.expect("one of them")];
            *compute = (*compute + then).wrapping_sub(left);
            life.work = life.work + then - left;
            if life.request.home == NodeId(node) {
                life.home_j += (powers[1] * then as f64 - powers[0] * left as f64) * 1e-9;
            }
            if life.counted {
                self.sums.groups[g].compute_ns += then;
                self.sums.groups[g].compute_ns -= left;
            }
            let station = &self.nodes[node as usize];
            let served = station.served.iter().any(|other| other.birth == job.birth);
            if served && !station.shares() && (!station.batches() || job.batch == job.birth) {
                self.events.forget_of(What::Served, job.birth);
                self.events.add(job.ends, What::Served, job.birth);
            }
        }
        self.expect_shared(node);
    }
}
