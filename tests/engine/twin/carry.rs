//! Carrying something, hop by hop.

use super::channel::{ChannelKey, Transfer};
use super::event::What;
use super::life::{Doing, Load};
use super::{Twin, place};
use tierwise::sim::{Ending, Sharing};

impl Twin<'_> {
    /// Offers a request's load to the channel of the next hop.
    pub fn send(&mut self, birth: u64, from: u32, load: Load) -> Result<(), String> {
        let hop = place::path(self.world, from, load.to).ok_or("no way")?[0];
        let link = &self.world.links[hop.link];
        let (airtime, wire) = (place::airtime(link, hop.up, load.bytes), place::wire_bytes(link, load.bytes));
        self.life(birth).hop = Some(hop);
        let key = place::channel_of(self.world, hop);
        let channel = self.channels.get_mut(&key).expect("one for each");
        channel.waiting.push_back(Transfer { birth, hop, airtime, wire, ends: 0, left: 0 });
        self.begin_transfers(key);
        Ok(())
    }

    fn begin_transfers(&mut self, key: ChannelKey) {
        let now = self.now;
        while let Some(transfer) = self.channels.get_mut(&key).and_then(|c| c.begin(now)) {
            self.charge(transfer);
            if self.channels[&key].sharing != Sharing::Fair {
                self.events.add(transfer.ends, What::Sent, transfer.birth);
            }
        }
        self.expect_fair(key);
    }

    fn charge(&mut self, transfer: Transfer) {
        let hop = transfer.hop;
        let link = &self.world.links[hop.link];
        let (sender, taker) =
            if hop.up { (link.lower_radio, link.upper_radio) } else { (link.upper_radio, link.lower_radio) };
        let life = self.life(transfer.birth);
        *if hop.up { &mut life.bytes_up } else { &mut life.bytes_down } += transfer.wire;
        let seconds = transfer.airtime as f64 * 1e-9;
        if life.request.home.0 == hop.from {
            life.home_j += sender.transmit.0 * seconds;
        } else if life.request.home.0 == hop.to {
            life.home_j += taker.receive.0 * seconds;
        }
        if life.counted {
            let sums = &mut self.sums.links[hop.link];
            sums.transfers += 1;
            sums.bytes[usize::from(hop.up)] += transfer.wire;
            sums.airtime_ns[usize::from(hop.up)] += transfer.airtime;
        }
    }

    fn expect_fair(&mut self, key: ChannelKey) {
        let channel = &self.channels[&key];
        if channel.sharing == Sharing::Fair {
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

    fn expect_arrival(&mut self, birth: u64) {
        let hop = self.lives[&birth].hop.expect("on its way");
        let link = &self.world.links[hop.link];
        let delay = if hop.up { link.up.delay } else { link.down.delay };
        self.events.add(self.now + delay.ns(), What::Arrives, birth);
    }

    pub fn arrive(&mut self, birth: u64) -> Result<(), String> {
        if self.life(birth).cancelled {
            self.lives.remove(&birth);
            return Ok(());
        }
        let at = self.lives[&birth].hop.expect("on its way").to;
        match self.lives[&birth].doing {
            Doing::Returning(load) if load.to == at => self.end(birth, Ending::Answered),
            Doing::Returning(load) => self.send(birth, at, load)?,
            Doing::Bringing(load, job) => {
                if load.raw {
                    self.life(birth).holders.entry(at).or_insert(job.lossy);
                }
                if load.to != at {
                    return self.send(birth, at, load);
                }
                self.stand(birth, at, load.raw);
                self.compute(birth, job);
            }
            Doing::Nothing | Doing::Computing(_) => panic!("nothing was sent"),
        }
        Ok(())
    }
}
