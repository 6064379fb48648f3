//! Carrying something, hop by hop.

use super::channel::{ChannelKey, Transfer};
use super::event::What;
use super::life::{Doing, Load};
use super::parcel::Parcel;
use super::place::Hop;
use super::tempo::{self, Tempo, WHOLE};
use super::{Twin, flows, place};
use tierwise::sim::{Ending, Rule};

impl Twin<'_> {
    /// Starts the next hop, with a handshake if there must be one.
    pub fn send(&mut self, birth: u64, from: u32, load: Load) -> Result<(), String> {
        let run = flows::run(self.world, &place::path(self.world, from, load.to).ok_or("no way")?);
        let wait: u64 = run.iter().map(|hop| self.parcel_on(birth, *hop, load.bytes).handshake()).sum();
        self.life(birth).hop = run.last().copied();
        self.life(birth).run = run;
        if wait == 0 {
            self.depart(birth, load);
        } else {
            self.life(birth).connecting = Some(load);
            self.events.add(self.now + wait, What::Arrives, birth);
        }
        Ok(())
    }

    fn parcel(&self, birth: u64, payload: u64) -> Parcel<'_> {
        self.parcel_on(birth, self.lives[&birth].hop.expect("on its way"), payload)
    }

    pub fn parcel_on(&self, birth: u64, hop: Hop, payload: u64) -> Parcel<'_> {
        let life = &self.lives[&birth];
        let request = &life.request;
        let (birth, leg, steps) = (life.birth, request.leg, request.steps);
        Parcel { world: self.world, replication: self.replication, hop, birth, leg, steps, payload }
    }

    /// Offers a request's load to the channel of its hop.
    pub fn depart(&mut self, birth: u64, load: Load) {
        if flows::is_shared_so(self.world, self.lives[&birth].run[0]) {
            return self.begin_flow(birth, load);
        }
        let parcel = self.parcel(birth, load.bytes);
        let (airtime, (wire, again), hop) = (parcel.airtime(), parcel.wire(), parcel.hop);
        let share = self.shares.get(&(hop.link, place::member(self.world, hop))).copied();
        let tempo = Tempo::of(self.world, self.replication, hop).map(|t| t.with_share(share.unwrap_or(WHOLE)));
        let kind = if tempo.is_some() { tempo::kind_of(self.world, hop) } else { (0, true) };
        let work = tempo.as_ref().map_or(0, |t| t.work(wire, airtime));
        let key = place::channel_of(self.world, hop);
        if self.loses_file(birth, key) {
            return;
        }
        let refuses = |rule| rule != Rule::Retry && !matches!(self.lives[&birth].doing, Doing::Returning(_));
        let broken = self.broken(|unit| unit.channels.contains(&key));
        if let Some(unit) = broken.filter(|unit| refuses(self.world.failures[self.units[*unit].of].failures.then)) {
            return self.turn_away(unit, birth);
        }
        let channel = self.channels.get_mut(&key).expect("one for each");
        let (ends, left, credit, began) = (0, 0, 0, 0);
        let transfer = Transfer { birth, hop, airtime, wire, again, ends, left, tempo, kind, work, credit, began };
        channel.waiting.push_back(transfer);
        self.begin_transfers(key);
    }

    pub fn begin_transfers(&mut self, key: ChannelKey) {
        let now = self.now;
        while let Some(transfer) = self.channels.get_mut(&key).and_then(|c| c.begin(now)) {
            self.charge(&transfer);
            if !self.channels[&key].is_shared() {
                self.events.add(transfer.ends, What::Sent, transfer.birth);
            }
        }
        self.expect_fair(key);
    }

    /// For how long it is charged: where capacity changes, as if it were alone from now on.
    fn airtime(&self, transfer: &Transfer) -> u64 {
        let Some(tempo) = &transfer.tempo else { return transfer.airtime };
        let shared = self.channels[&place::channel_of(self.world, transfer.hop)].is_shared();
        let ends = if shared { tempo.done(self.now, transfer.work) } else { transfer.ends };
        tempo.airtime(self.now, ends)
    }

    pub fn charge(&mut self, transfer: &Transfer) {
        let (hop, airtime) = (transfer.hop, self.airtime(transfer));
        let link = &self.world.links[hop.link];
        let (sender, taker) =
            if hop.up { (link.lower_radio, link.upper_radio) } else { (link.upper_radio, link.lower_radio) };
        let life = self.life(transfer.birth);
        *if hop.up { &mut life.bytes_up } else { &mut life.bytes_down } += transfer.wire;
        let seconds = airtime as f64 * 1e-9;
        if life.request.home.0 == hop.from {
            life.home_j += sender.transmit.0 * seconds;
        } else if life.request.home.0 == hop.to {
            life.home_j += taker.receive.0 * seconds;
        }
        let counted = life.counted;
        if transfer.tempo.is_some() || flows::is_shared_so(self.world, hop) {
            let (from, to) = (place::group_of(self.world, hop.from), place::group_of(self.world, hop.to));
            self.sums.groups[from].transmit_j += sender.transmit.0 * seconds;
            self.sums.groups[to].receive_j += taker.receive.0 * seconds;
        }
        if counted {
            let sums = &mut self.sums.links[hop.link];
            sums.transfers += 1;
            sums.bytes[usize::from(hop.up)] += transfer.wire;
            sums.again[usize::from(hop.up)] += transfer.again;
            sums.airtime_ns[usize::from(hop.up)] += airtime;
        }
    }

    pub fn expect_fair(&mut self, key: ChannelKey) {
        let channel = &self.channels[&key];
        if channel.is_shared() {
            self.events.forget(What::FairSent(key));
            if let Some(time) = channel.next_done() {
                self.events.add(time, What::FairSent(key), 0);
            }
        }
    }

    pub fn sent(&mut self, birth: u64) {
        let key = place::channel_of(self.world, self.lives[&birth].hop.expect("on its way"));
        self.channels.get_mut(&key).expect("one for each").finish(birth);
        self.expect_arrival(birth);
        self.begin_transfers(key);
    }

    pub fn fair_sent(&mut self, key: ChannelKey) {
        let now = self.now;
        for transfer in self.channels.get_mut(&key).expect("one for each").take_done(now) {
            self.expect_arrival(transfer.birth);
        }
        self.expect_fair(key);
    }

    pub fn expect_arrival(&mut self, birth: u64) {
        let bytes = match self.lives[&birth].doing {
            Doing::Returning(load) | Doing::Bringing(load, _) | Doing::Pushing(load, _) => load.bytes,
            Doing::Nothing | Doing::Computing(_) => panic!("nothing is sent"),
        };
        let delay = |hop: &Hop| self.parcel_on(birth, *hop, bytes).delay();
        let delay: u64 = self.lives[&birth].run.iter().map(delay).sum();
        self.events.add(self.now + delay, What::Arrives, birth);
    }

    pub fn arrive(&mut self, birth: u64) -> Result<(), String> {
        if let Doing::Pushing(load, model) = self.life(birth).doing {
            return self.push_on(birth, load, model);
        }
        if self.life(birth).cancelled {
            self.lives.remove(&birth);
            return Ok(());
        }
        if let Some(load) = self.life(birth).connecting.take() {
            self.depart(birth, load);
            return Ok(());
        }
        let at = self.lives[&birth].hop.expect("on its way").to;
        match self.lives[&birth].doing {
            Doing::Returning(load) if load.to == at => self.end(birth, Ending::Answered),
            Doing::Returning(load) => self.send(birth, at, load)?,
            Doing::Bringing(load, job) => {
                if load.raw {
                    let life = self.life(birth);
                    for hop in &life.run {
                        life.holders.entry(hop.to).or_insert(job.lossy);
                    }
                }
                if load.to != at {
                    return self.send(birth, at, load);
                }
                self.stand(birth, at, load.raw);
                self.compute(birth, job);
            }
            Doing::Pushing(..) | Doing::Nothing | Doing::Computing(_) => panic!("nothing was sent"),
        }
        Ok(())
    }
}
