//! Packets that get lost and are sent again until they get through.
//!
//! Each packet takes 1 + floor(E / -ln p) tries, E being exponential of mean 1: a geometric number, as a try fails with
//! probability p whatever came before. All tries are of the packet's own size and take their place on the air.

use crate::random::{Stream, sample};
use crate::sim::Packet;
use crate::units::Bytes;

/// What a transfer puts on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sim) struct Parcel {
    /// Packets sent, those sent again included.
    pub packets: u64,
    /// Their bytes, headers included.
    pub wire: u64,
    /// The part of that which was sent again.
    pub again: u64,
    /// Tries of the packet that was lost most often.
    pub most: u64,
}

/// Where a transfer's draws come from: the request's own, for this step and hop.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Draw {
    pub stream: Stream,
    pub entity: u64,
    pub step: u32,
}

impl Draw {
    /// The draw of the packets `2 i` and `2 i + 1`.
    fn pair(&self, i: u64) -> [u64; 2] {
        self.stream.draw(self.entity, u64::from(self.step) << 32 | i)
    }
}

impl Parcel {
    /// What a payload comes to where packets get lost with this probability.
    pub(in crate::sim) fn new(packet: &Packet, payload: Bytes, loss: f64, draw: impl Fn() -> Draw) -> Self {
        let count = packet.count(payload);
        let wire = payload.0.saturating_add(count.saturating_mul(packet.header.0));
        let parcel = Self { packets: count, wire, again: 0, most: 1 };
        if loss > 0.0 { parcel.with_losses(packet, payload, loss, draw()) } else { parcel }
    }

    fn with_losses(mut self, packet: &Packet, payload: Bytes, loss: f64, draw: Draw) -> Self {
        let (count, rate) = (self.packets, -libm::log(loss));
        let last = payload.0 - (count - 1).saturating_mul(packet.payload.0).min(payload.0);
        let mut pair = [0; 2];
        for i in 0..count {
            if i % 2 == 0 {
                pair = draw.pair(i / 2);
            }
            let again = (sample::exponential(pair[(i % 2) as usize]) / rate) as u64;
            let size = packet.header.0 + if i + 1 == count { last } else { packet.payload.0 };
            self.packets += again;
            self.again = self.again.saturating_add(again.saturating_mul(size));
            self.most = self.most.max(1 + again);
        }
        self.wire = self.wire.saturating_add(self.again);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use crate::units::SimTime;

    fn parcel(payload: u64, loss: f64, entity: u64) -> Parcel {
        let packet = Packet { payload: Bytes(100), header: Bytes(10), per_packet: SimTime::ZERO };
        let stream = Stream::new(12, 0, Purpose::Loss);
        Parcel::new(&packet, Bytes(payload), loss, || Draw { stream, entity, step: 3 })
    }

    #[test]
    fn nothing_is_lost_without_loss() {
        assert_eq!(parcel(250, 0.0, 0), Parcel { packets: 3, wire: 280, again: 0, most: 1 });
        assert_eq!(parcel(0, 0.0, 0), Parcel { packets: 1, wire: 10, again: 0, most: 1 });
    }

    /// Tries of a packet are 1/(1-p) in the mean with variance p/(1-p)^2: within five standard errors.
    #[test]
    fn tries_are_geometric() {
        for loss in [0.01, 0.3, 0.8] {
            let n = 20_000;
            let all: Vec<Parcel> = (0..n).map(|i| parcel(250, loss, i)).collect();
            let packets = all.iter().map(|p| p.packets as f64).sum::<f64>() / (3 * n) as f64;
            let error = loss.sqrt() / (1.0 - loss) / ((3 * n) as f64).sqrt();
            assert!((packets - 1.0 / (1.0 - loss)).abs() < 5.0 * error, "{loss}: {packets}");
            let clean = all.iter().filter(|p| p.most == 1).count() as f64 / n as f64;
            let wanted = (1.0 - loss).powi(3);
            assert!((clean - wanted).abs() < 5.0 * (wanted * (1.0 - wanted) / n as f64).sqrt(), "{loss}: {clean}");
            let bytes = all.iter().map(|p| p.again as f64).sum::<f64>() / n as f64;
            let wanted = 280.0 * loss / (1.0 - loss);
            assert!(
                (bytes - wanted).abs() < 5.0 * 110.0 * 3f64.sqrt() * loss.sqrt() / (1.0 - loss) / (n as f64).sqrt()
            );
            assert!(all.iter().all(|p| p.wire == 280 + p.again && p.most <= p.packets - 2));
        }
    }
}
