//! What a transfer puts on the wire, and what is waited for beside its airtime: packet by packet.

use super::place::{self, Hop};
use tierwise::random::{Purpose, Stream, sample};
use tierwise::sim::{Conditions, Jitter, Link, Transport, World};

/// One transfer on one hop.
pub struct Parcel<'a> {
    pub world: &'a World,
    pub replication: u64,
    pub hop: Hop,
    pub birth: u64,
    pub leg: u8,
    pub steps: u32,
    pub payload: u64,
}

impl Parcel<'_> {
    fn link(&self) -> &Link {
        &self.world.links[self.hop.link]
    }

    fn conditions(&self) -> Conditions {
        self.link().conditions.as_deref().cloned().unwrap_or_default()
    }

    fn stream(&self, purpose: Purpose) -> Stream {
        Stream::new(self.world.seed, self.replication, purpose)
    }

    fn entity(&self) -> u64 {
        ((self.hop.link as u64 * 2 + u64::from(self.hop.up)) << 40) + (u64::from(self.leg) << 32) + self.birth
    }

    /// Payload of each packet, and how often it is sent.
    fn packets(&self) -> Vec<(u64, u64)> {
        let conditions = self.conditions();
        let loss = if self.hop.up { conditions.up.loss } else { conditions.down.loss };
        let (mut left, mut packets) = (self.payload, Vec::new());
        loop {
            let size = left.min(self.link().packet.payload.0);
            let i = packets.len() as u64;
            let bits = self.stream(Purpose::Loss).draw(self.entity(), (u64::from(self.steps) << 32) + i / 2);
            let lost = if loss > 0.0 { sample::exponential(bits[i as usize % 2]) / -libm::log(loss) } else { 0.0 };
            packets.push((size, 1 + lost.floor() as u64));
            left -= size;
            if left == 0 {
                return packets;
            }
        }
    }

    /// Bytes on the wire: all, and those of packets that had been sent before.
    pub fn wire(&self) -> (u64, u64) {
        let header = self.link().packet.header.0;
        let packets = self.packets();
        let all = packets.iter().map(|(size, tries)| (size + header) * tries).sum();
        (all, packets.iter().map(|(size, tries)| (size + header) * (tries - 1)).sum())
    }

    pub fn airtime(&self) -> u64 {
        let sent = self.packets().iter().map(|(_, tries)| tries).sum();
        place::airtime(self.link(), self.hop.up, place::member(self.world, self.hop), sent, self.wire().0)
    }

    /// How long it is on the air and how long else it takes, alone and with as much loss and jitter as is to be expected.
    pub fn expected(&self) -> (u64, u64) {
        let (link, conditions) = (self.link(), self.conditions());
        let quality = if self.hop.up { &conditions.up } else { &conditions.down };
        let packets = self.packets().len() as u64;
        let (member, wire) = (place::member(self.world, self.hop), self.payload + packets * link.packet.header.0);
        let mut airtime = place::airtime(link, self.hop.up, member, packets, wire);
        if quality.loss > 0.0 {
            airtime = (airtime as f64 / (1.0 - quality.loss) + 0.5) as u64;
        }
        let delay = if self.hop.up { link.up.delay } else { link.down.delay };
        let cold = matches!(conditions.transport, Transport::Cold | Transport::ColdTls);
        let slow = if cold { self.slow_start() } else { 0 };
        (airtime, delay.ns() + quality.jitter.mean().ns() + self.handshake() + slow)
    }

    fn round_trip(&self) -> u64 {
        self.link().up.delay.ns() + self.link().down.delay.ns()
    }

    /// Before the first byte.
    pub fn handshake(&self) -> u64 {
        match self.conditions().transport {
            Transport::Datagram | Transport::Warm => 0,
            Transport::Cold => self.round_trip(),
            Transport::ColdTls => 2 * self.round_trip(),
        }
    }

    /// From the last bit's sending to its arrival.
    pub fn delay(&self) -> u64 {
        let (link, transport) = (self.link(), self.conditions().transport);
        let delay = if self.hop.up { link.up.delay } else { link.down.delay };
        let most = self.packets().iter().map(|(_, tries)| *tries).max().expect("at least one");
        let losses = if transport == Transport::Datagram { 0 } else { (most - 1) * self.round_trip() };
        let cold = matches!(transport, Transport::Cold | Transport::ColdTls);
        delay.ns() + self.jitter() + losses + if cold { self.slow_start() } else { 0 }
    }

    fn jitter(&self) -> u64 {
        let conditions = self.conditions();
        let bits = self.stream(Purpose::Jitter).draw(self.entity(), u64::from(self.steps));
        match if self.hop.up { conditions.up.jitter } else { conditions.down.jitter } {
            Jitter::None => 0,
            Jitter::Uniform(most) => sample::index(bits[0], most.ns() + 1),
            Jitter::Exponential(mean) => (sample::exponential(bits[0]) * mean.ns() as f64 + 0.5) as u64,
            Jitter::LogNormal(of) => {
                let times = libm::exp(of.sigma * sample::normal(bits));
                (of.median.ns() as f64 * times + 0.5) as u64
            }
        }
    }

    /// Each segment is sent when the one before has been and its window is open: how much longer that takes.
    fn slow_start(&self) -> u64 {
        let packet = self.link().packet;
        let size = packet.payload.0.min(1460);
        let member = place::member(self.world, self.hop);
        let each = place::airtime(self.link(), self.hop.up, member, 1, size + packet.header.0);
        let segments = self.payload.div_ceil(size).max(1);
        let (mut begins, mut free, mut opens, mut window, mut left) = (Vec::<u64>::new(), 0, 0, 10, 10);
        for _ in 0..segments {
            if left == 0 {
                opens = begins[begins.len() - window] + each + self.round_trip();
                window *= 2;
                left = window;
            }
            begins.push(opens.max(free));
            free = opens.max(free) + each;
            left -= 1;
        }
        free - segments * each
    }
}
