//! Computing at a node.

use super::event::What;
use super::life::{Doing, Job};
use super::{Twin, node, place};
use tierwise::random::{Purpose, sample};
use tierwise::sim::{NodeId, Noise, Tier};

impl Twin<'_> {
    /// Offers a request to the servers of a node.
    pub fn compute(&mut self, birth: u64, job: Job) {
        let work = self.work(birth, job);
        let now = self.now;
        let node = &mut self.nodes[job.node as usize];
        if !node.has_room() {
            let counted = self.lives[&birth].counted;
            self.sums.groups[place::group_of(self.world, job.node)].refused += u64::from(counted);
            self.life(birth).doing = Doing::Nothing;
            self.life(birth).request.refused += 1;
            self.expect_ask(birth, now);
            return;
        }
        node.waiting.push_back(node::Job { birth, work, offered: now, ends: 0, left: 0 });
        self.life(birth).doing = Doing::Computing(job);
        self.life(birth).request.refused = 0;
        self.begin_services(job.node);
    }

    fn work(&self, birth: u64, job: Job) -> u64 {
        let group = &self.world.groups[place::group_of(self.world, job.node)];
        let work = group.work[job.model.0 as usize].as_ref().expect("was checked");
        let layers = work.upto[job.upto.0 as usize].ns() - work.upto[job.from.0 as usize].ns();
        let mean = (work.per_call.ns() + layers).max(1);
        let [bits, _] = self.stream(Purpose::Service).draw(birth, u64::from(self.lives[&birth].request.steps));
        match self.nodes[job.node as usize].service.noise() {
            Noise::None => mean,
            Noise::Exponential => ((sample::exponential(bits) * mean as f64 + 0.5) as u64).max(1),
        }
    }

    fn begin_services(&mut self, node: u32) {
        let (world, now) = (self.world, self.now);
        while let Some(job) = self.nodes[node as usize].begin(now) {
            let shares = self.nodes[node as usize].shares();
            if !shares {
                self.events.add(job.ends, What::Served, job.birth);
            }
            let g = place::group_of(world, node);
            let tier = [Tier::Device, Tier::Edge, Tier::Cloud].iter().position(|t| *t == world.groups[g].tier);
            let life = self.life(job.birth);
            life.compute_ns[tier.expect("one of them")] += job.work;
            if life.request.home == NodeId(node) {
                life.home_j += world.groups[g].server_power().0 * job.work as f64 * 1e-9;
            }
            if life.counted {
                let sums = &mut self.sums.groups[g];
                sums.served += 1;
                sums.wait_ns += if shares { 0 } else { now - job.offered };
                sums.compute_ns += job.work;
            }
        }
        self.expect_shared(node);
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

    /// Those are done that shared; what they did not need for their work they have waited.
    pub fn shared(&mut self, node: u32) {
        let now = self.now;
        for job in self.nodes[node as usize].take_done(now) {
            let counted = u64::from(self.lives[&job.birth].counted);
            self.sums.groups[place::group_of(self.world, node)].wait_ns += counted * (now - job.offered - job.work);
            self.expect_ask(job.birth, now);
        }
        self.begin_services(node);
    }

    pub fn served(&mut self, birth: u64) {
        let Doing::Computing(job) = self.lives[&birth].doing else { panic!("is not computed") };
        self.nodes[job.node as usize].finish(birth);
        self.expect_ask(birth, self.now);
        self.begin_services(job.node);
    }
}
