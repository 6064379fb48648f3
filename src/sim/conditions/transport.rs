//! What is done before the first byte of a transfer, and how losses are noticed.
//!
//! A round trip is the sum of a link's two delays, jitter left out. A cold connection costs a round trip to open (TCP,
//! RFC 9293) and another one for TLS 1.3 (RFC 8446); handshakes put nothing on the wire. It then starts slowly (RFC 5681,
//! from 10 segments by RFC 6928): after each window the sender stands still until the first acknowledgement of it is back,
//! unless that comes while the window is still being sent; windows double. Those times are added up for a transfer that
//! has the link to itself (Kurose and Ross, *Computer Networking*, "TCP latency modelling") and added to its delay.
//!
//! Where losses are noticed by missing acknowledgements, that takes a round trip each time: a transfer is late by a round
//! trip for each loss of the packet that was lost most often. A datagram link sends a lost frame again at once.

use crate::units::SimTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Segments sent before the first acknowledgement.
const FIRST_WINDOW: u64 = 10;

/// Payload of a segment, where packets could be longer.
pub(in crate::sim) const SEGMENT: u64 = 1460;

/// How transfers are carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Nothing is added.
    #[default]
    Datagram,
    /// A connection that is there already: nothing before the first byte, but a round trip for each loss of the packet
    /// that is lost most often.
    Warm,
    /// A TCP connection opened for each transfer: a round trip before the first byte, slow start from 10 segments, and
    /// losses as with `warm`.
    Cold,
    /// The same with TLS 1.3 over it: two round trips.
    ColdTls,
}

impl Transport {
    /// What is waited for before the first byte.
    pub fn handshake(self, round_trip: SimTime) -> SimTime {
        let trips = match self {
            Self::Datagram | Self::Warm => 0,
            Self::Cold => 1,
            Self::ColdTls => 2,
        };
        SimTime::from_ns(round_trip.ns().saturating_mul(trips))
    }

    /// What is added to the delay of so many segments, each so long on the air, where `most` tries were needed for the
    /// packet that was lost most often.
    pub(in crate::sim) fn late(self, round_trip: SimTime, segments: u64, each: SimTime, most: u64) -> SimTime {
        let losses = SimTime::from_ns(round_trip.ns().saturating_mul(most - 1));
        match self {
            Self::Datagram => SimTime::ZERO,
            Self::Warm => losses,
            Self::Cold | Self::ColdTls => losses + slow_start(round_trip, segments, each),
        }
    }
}

/// How long a sender stands still, in all, before the last segment is sent.
fn slow_start(round_trip: SimTime, segments: u64, each: SimTime) -> SimTime {
    let (mut window, mut sent, mut still) = (FIRST_WINDOW, FIRST_WINDOW, 0u64);
    while sent < segments {
        let busy = each.ns().saturating_mul(window - 1);
        if busy >= round_trip.ns() {
            break;
        }
        still += round_trip.ns() - busy;
        window *= 2;
        sent += window;
    }
    SimTime::from_ns(still)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(t: u64) -> SimTime {
        SimTime::from_ns(t)
    }

    #[test]
    fn handshakes_take_round_trips() {
        let all = [Transport::Datagram, Transport::Warm, Transport::Cold, Transport::ColdTls];
        assert_eq!(all.map(|t| t.handshake(ns(40)).ns()), [0, 0, 40, 80]);
        assert_eq!(all.map(|t| t.late(ns(40), 3, ns(1), 3).ns()), [0, 80, 80, 80]);
    }

    /// Segment by segment: each is sent when the one before has been sent and its window is open.
    fn sent(round_trip: u64, segments: u64, each: u64) -> u64 {
        let (mut free, mut begins) = (0, Vec::new());
        let (mut window, mut opens, mut left) = (FIRST_WINDOW, 0, FIRST_WINDOW);
        for _ in 0..segments {
            if left == 0 {
                let first: u64 = begins[begins.len() - window as usize];
                (opens, window) = (first + each + round_trip, window * 2);
                left = window;
            }
            let begin = opens.max(free);
            begins.push(begin);
            (free, left) = (begin + each, left - 1);
        }
        free
    }

    #[test]
    fn slow_start_is_that_of_single_segments() {
        for (round_trip, each) in [(1000, 10), (1000, 60), (1000, 110), (1000, 111), (1000, 500), (7, 1)] {
            for segments in [1, 10, 11, 30, 31, 70, 71, 500] {
                let still = slow_start(ns(round_trip), segments, ns(each)).ns();
                assert_eq!(segments * each + still, sent(round_trip, segments, each), "{round_trip} {each} {segments}");
            }
        }
    }
}
