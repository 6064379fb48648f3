//! Links whose capacity changes: against loops over the trace, and by hand.

use crate::plain::{self, ns};
use crate::policies::Fixed;
use std::sync::Arc;
use tierwise::random::{Purpose, Stream};
use tierwise::sim::{
    Action, Actions, Arrivals, Conditions, Controller, GroupId, Jitter, ModelId, NodeId, Outage, Outages, Quality,
    Rate, Record, RunOptions, Sharing, Stretch, TapId, Tier, Trace, Transport, View, World, run, run_controlled,
};
use tierwise::units::{BitsPerSec, Bytes, SimTime};

const MS: u64 = 1_000_000;

/// One device whose requests go over a link of 8 Mbit/s to a cloud that takes 1 ns.
fn world(sizes: &[u32], per_second: f64, sharing: Sharing, conditions: Conditions) -> World {
    let mut device = plain::group("device", Tier::Device, 1, 1);
    let mut cloud = plain::group("cloud", Tier::Cloud, 1, 1000);
    (device.work, cloud.work) = (vec![None], vec![plain::work(0, &[0, 0])]);
    let mut link = plain::link(0, 1, sharing, 1000);
    link.conditions = Some(Box::new(conditions));
    let model = plain::model("model", &vec![0; sizes.len()], sizes, |_| (true, 1.0));
    let mut requests = plain::poisson(0, per_second, 1);
    requests.sink = Tier::Cloud;
    plain::world(vec![device, cloud], vec![link], vec![model], requests, 20.0)
}

/// (birth, bytes, arrival) of each request, in order of birth.
fn carried(world: &World, sizes: &[u32]) -> Vec<(u64, u64, u64)> {
    let mut records: Vec<Record> = Vec::new();
    let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
    run(world, &mut policy, 0, &RunOptions::default(), &mut records).unwrap();
    records.sort_by_key(|r| r.birth);
    let bytes = |r: &Record| u64::from(sizes[r.image as usize]);
    records.iter().map(|r| (r.born.ns(), bytes(r), r.ended.ns() - 1)).collect()
}

fn up(rate: Rate) -> Conditions {
    Conditions { up: Quality { rates: vec![rate], ..Quality::default() }, ..Conditions::default() }
}

/// A made-up record of packets: 0 to 3 in each of 500 ms.
fn packets() -> Vec<u64> {
    let stream = Stream::new(5, 0, Purpose::Order);
    (0..500).map(|ms| [0, 0, 1, 0, 2, 0, 3, 1][stream.draw(ms, 0)[0] as usize % 8]).collect()
}

/// Each packet's worth of bytes goes, when it gets through, to those in line who came before that instant: the byte that
/// completes a request leaves in the millisecond that a queue of bytes says. Those who leave at one instant do so a
/// nanosecond after each other.
#[test]
fn packets_are_replayed_to_the_byte() {
    let packets = packets();
    let burst =
        |(ms, n): (usize, &u64)| Stretch { at: ns(ms as u64 * MS), rate: BitsPerSec(0), burst: Bytes(1500 * n) };
    let trace = Trace::new(packets.iter().enumerate().map(burst).collect(), ns(500 * MS)).unwrap();
    let sizes: Vec<u32> = (0..50).map(|i| 40 + 97 * i).collect();
    let found = carried(&world(&sizes, 350.0, Sharing::Fifo, up(Rate::Trace(Arc::new(trace)))), &sizes);
    assert!(found.len() > 5000);
    let (mut next, mut left) = (0, found[0].1);
    for ms in 1.. {
        let mut bytes = 1500 * packets[ms % 500];
        while next < found.len() && bytes > 0 && found[next].0 < ms as u64 * MS {
            let got = bytes.min(left);
            (bytes, left) = (bytes - got, left - got);
            if left == 0 {
                assert_eq!(found[next].2 / MS, ms as u64, "request {next}: {:?}", found[next]);
                assert!(found[next].2 % MS < 100);
                next += 1;
                left = found.get(next).map_or(0, |f| f.1);
            }
        }
        if next == found.len() {
            return;
        }
    }
}

/// Rates in steps, first come, first served: a loop that spends each stretch of the trace on the line, bit by 10^-9 bit.
#[test]
fn rates_are_replayed_exactly() {
    let stream = Stream::new(6, 0, Purpose::Order);
    let rate = |i: u64| [0, 3_000_001, 20_000_000, 7_999_999][stream.draw(i, 0)[0] as usize % 4];
    let steps: Vec<(u64, u64)> = (0..100).map(|i| (i * 13 * MS + i % 7, rate(i))).collect();
    let stretch = |(at, rate): &(u64, u64)| Stretch { at: ns(*at), rate: BitsPerSec(*rate), burst: Bytes(0) };
    let period = 1300 * MS;
    let trace = Trace::new(steps.iter().map(stretch).collect(), ns(period)).unwrap();
    let sizes: Vec<u32> = (0..50).map(|i| 40 + 97 * i).collect();
    let found = carried(&world(&sizes, 250.0, Sharing::Fifo, up(Rate::Trace(Arc::new(trace)))), &sizes);
    let mut ends = steps.iter().map(|s| s.0).skip(1).chain([period]).collect::<Vec<_>>().into_iter();
    let (mut now, mut i, mut round, mut end) = (0, 0, 0, ends.next().unwrap());
    let mut before = 0;
    for (born, bytes, leaves) in &found {
        // The line goes on to the fraction of a nanosecond where it never empties.
        let goes_on = before > *born;
        let mut left = u128::from(*bytes) * 8_000_000_000;
        let mut spent_at = if goes_on { now } else { u128::from(*born) * 1_000_000_000 };
        loop {
            while u128::from(round * period + end) * 1_000_000_000 <= spent_at {
                i += 1;
                if i == steps.len() {
                    (i, round) = (0, round + 1);
                }
                end = steps.get(i + 1).map_or(period, |s| s.0);
            }
            let rate = u128::from(steps[i].1);
            let room = (u128::from(round * period + end) * 1_000_000_000 - spent_at) * rate / 1_000_000_000;
            if room >= left {
                spent_at += (left * 1_000_000_000).div_ceil(rate.max(1));
                break;
            }
            left -= room;
            spent_at = u128::from(round * period + end) * 1_000_000_000;
        }
        now = spent_at;
        before = (spent_at.div_ceil(1_000_000_000)) as u64;
        assert!(leaves.abs_diff(before) <= 1, "{leaves} {before}");
        before = *leaves;
    }
    assert!(found.len() > 4000);
}

/// When 1 ms of airtime is over that begins then.
fn around_the_outage(start: u64) -> u64 {
    match start {
        s if s + MS <= 2000 * MS || s >= 3000 * MS => s + MS,
        s if s < 2000 * MS => s + 1001 * MS,
        _ => 3001 * MS,
    }
}

/// By hand: 1 kB takes 1 ms, and stands still from 2 s to 3 s.
#[test]
fn an_outage_lets_transfers_stand_still() {
    let outages = Outages::Scheduled(vec![Outage { from: ns(2000 * MS), lasts: ns(1000 * MS) }]);
    let conditions = Conditions { outages: Some(outages), ..Conditions::default() };
    for sharing in [Sharing::Fixed, Sharing::Fifo, Sharing::Fair] {
        let world = world(&[1000], 50.0, sharing, conditions.clone());
        let found = carried(&world, &[1000]);
        let mut free = 0;
        let mut touched = 0;
        for (born, _, leaves) in &found {
            let start = if sharing == Sharing::Fifo { free.max(*born) } else { *born };
            free = around_the_outage(start);
            touched += u64::from(free > start + MS);
            let wanted = if sharing == Sharing::Fair { *leaves >= free } else { *leaves == free };
            assert!(wanted, "{sharing:?}: {born} {leaves} {free}");
        }
        assert!(touched > 0);
    }
}

/// A lossy link is M/G/1 with each packet's airtime times a geometric number of tries: E[S] + λE[S²]/(2(1−ρ)) in the mean.
#[test]
fn a_lossy_link_is_m_g_1() {
    let (loss, load) = (0.3f64, 0.6);
    let (tries, square) = (1.0 / (1.0 - loss), (1.0 + loss) / (1.0 - loss).powi(2));
    let expected = tries + load / tries * square / (2.0 * (1.0 - load));
    let up = Quality { loss, ..Quality::default() };
    let mut world = world(&[1000], load / tries * 1000.0, Sharing::Fifo, Conditions { up, ..Conditions::default() });
    world.horizon.end = ns(100_000 * MS);
    let mut again = Vec::new();
    let means: Vec<f64> = (0..20)
        .map(|replication| {
            let mut records: Vec<Record> = Vec::new();
            let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
            let result = run(&world, &mut policy, replication, &RunOptions::default(), &mut records).unwrap();
            again.push(result.resent[0].bytes_up as f64 / result.links[0].bytes_up as f64);
            records.iter().map(|r| (r.ended.ns() - r.born.ns()) as f64 * 1e-6).sum::<f64>() / records.len() as f64
        })
        .collect();
    for (found, wanted) in [(means, expected), (again, loss)] {
        let i = crate::interval::student(&found, 0.999);
        assert!(i.low <= wanted && wanted <= i.high && i.high - i.mean < 0.05 * wanted, "{i:?} {wanted}");
    }
}

/// By hand: 30 ms of round trip and 1 kB at 1 ms, 25 segments of 1 kB.
#[test]
fn transports_take_their_round_trips() {
    for (transport, bytes, wanted) in [
        (Transport::Datagram, 1000, 1 + 10),
        (Transport::Warm, 1000, 1 + 10),
        (Transport::Cold, 1000, 30 + 1 + 10),
        (Transport::ColdTls, 1000, 60 + 1 + 10),
        // 10 segments take 10 ms; the first is acknowledged 31 ms after the start: the sender stands still for 21 ms.
        (Transport::Warm, 25_000, 25 + 10),
        (Transport::ColdTls, 25_000, 60 + 25 + 21 + 10),
    ] {
        let mut world = world(&[bytes], 1.0, Sharing::Fifo, Conditions { transport, ..Conditions::default() });
        world.workloads[0].arrivals = Arrivals::Periodic { period: ns(1000 * MS) };
        let link = &mut world.links[0];
        (link.up.delay, link.down.delay, link.packet.payload) = (ns(10 * MS), ns(20 * MS), Bytes(1000));
        let found = carried(&world, &[bytes]);
        assert!(found.len() == 20 && found.iter().all(|f| f.2 - f.0 == wanted * MS), "{transport:?} {:?}", found[0]);
    }
}

/// Jitter delays each transfer by itself: its mean is added to the sojourn, and later ones overtake.
#[test]
fn jitter_is_added_to_the_delay() {
    let up = Quality { jitter: Jitter::Exponential(ns(50 * MS)), ..Quality::default() };
    let world = world(&[1000], 200.0, Sharing::Fixed, Conditions { up, ..Conditions::default() });
    let found = carried(&world, &[1000]);
    let late: Vec<f64> = found.iter().map(|f| (f.2 - f.0 - MS) as f64 / (50 * MS) as f64).collect();
    let mean = late.iter().sum::<f64>() / late.len() as f64;
    assert!((mean - 1.0).abs() < 5.0 / (late.len() as f64).sqrt(), "{mean}");
    assert!(found.windows(2).any(|pair| pair[0].2 > pair[1].2));
}

/// Gives a device a share of its link at the end of its first period.
struct Once(u16);

impl Controller for Once {
    fn period(&self) -> SimTime {
        ns(10_000 * MS)
    }

    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        if view.now() == self.period() {
            actions.0.push(Action::Share { link: 0, node: NodeId(0), share: self.0 });
        }
    }
}

/// By hand: 1 s of airtime, four times as long from 10 s on, and for ever with nothing.
#[test]
fn a_share_changes_what_is_under_way() {
    for (sharing, share) in [(Sharing::Fifo, 250), (Sharing::Fair, 250), (Sharing::Fifo, 0), (Sharing::Fair, 0)] {
        let mut world = world(&[1_000_000], 1.0, sharing, Conditions { adjustable: true, ..Conditions::default() });
        world.workloads[0].arrivals = Arrivals::Periodic { period: ns(5000 * MS) };
        world.seed = 5;
        let mut records: Vec<Record> = Vec::new();
        let mut policy = Fixed { model: ModelId(0), upto: TapId(1), at: GroupId(1) };
        let options = RunOptions::default();
        run_controlled(&world, &mut policy, Some(&mut Once(share)), 0, &options, &mut records).unwrap();
        for record in &records {
            let (born, second) = (record.born.ns(), 1000 * MS);
            let before = (10 * second).saturating_sub(born).min(second);
            let after = (second - before) * 4;
            let wanted = if after > 0 && share == 0 { 40 * second } else { born + before + after + 1 };
            assert_eq!(record.ended.ns(), wanted, "{sharing:?} {share} {born}");
        }
        assert_eq!(records.len(), 4);
    }
}
