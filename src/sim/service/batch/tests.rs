use super::*;
use crate::sim::{Noise, Work};
use proptest::prelude::*;

/// (gap, kind)
type Jobs = [(u64, u8)];

fn ns(t: u64) -> SimTime {
    SimTime::from_ns(t)
}

/// A batch of n of kind k takes `3 + n * (k + 1)`.
fn time(kind: u8, size: usize) -> u64 {
    3 + size as u64 * (u64::from(kind) + 1)
}

fn table(most: u32) -> Arc<Table> {
    let work =
        |size, kind| Some(Work { per_call: ns(0), upto: vec![ns(0), ns(time(kind, size))], extrapolated: false });
    let sizes = (1..=most as usize).map(|size| (0..3).map(|kind| work(size, kind)).collect()).collect();
    Arc::new(Table { levels: vec![sizes], spread: Spread::new(&Noise::None) })
}

/// Serves jobs: when each leaves, if it is not refused, and its share.
fn clever(spec: &world::Batch, jobs: &Jobs) -> Vec<Option<(u64, u64)>> {
    let (mut station, mut now) = (Batching::new(spec, table(spec.most), 0), 0);
    let (mut out, mut leaving) = (vec![None; jobs.len()], BTreeMap::new());
    for (slot, (gap, kind)) in jobs.iter().enumerate() {
        now += gap;
        drain(&mut station, now, &mut leaving, &mut out);
        let kind = Kind { model: ModelId(*kind), from: TapId(0), upto: TapId(1) };
        let job = Job { slot: slot as u32, kind, ..Job::default() };
        if station.offer(ns(now), job) == Offer::Joined {
            settle(&mut station, now, &mut leaving, &mut out);
        }
    }
    drain(&mut station, u64::MAX / 4, &mut leaving, &mut out);
    out
}

type Out = [Option<(u64, u64)>];

fn drain(station: &mut Batching, until: u64, leaving: &mut BTreeMap<u32, u64>, out: &mut Out) {
    let mut gone = Vec::new();
    while let Some((at, slot)) = leaving.iter().map(|(s, a)| (*a, *s)).min().filter(|(at, _)| *at <= until) {
        leaving.remove(&slot);
        station.leave(slot, &mut gone);
        gone.drain(..).for_each(|slot| out[slot as usize].as_mut().unwrap().0 = at);
        settle(station, at, leaving, out);
    }
}

fn settle(station: &mut Batching, now: u64, leaving: &mut BTreeMap<u32, u64>, out: &mut Out) {
    while let Some(turn) = station.turn(ns(now)) {
        let Turn::Begins { slot, work, leaves, .. } = turn else { unreachable!() };
        out[slot as usize] = Some((0, work.ns()));
        leaving.extend(leaves.map(|leaves| (slot, leaves.ns())));
    }
    let (before, next) = station.announce();
    if before != next {
        leaving.retain(|slot, _| before.is_none_or(|(was, _)| was != *slot));
        leaving.extend(next.map(|(slot, at)| (slot, at.ns())));
    }
}

/// The same by brute force, nanosecond by nanosecond: those waiting as (number, kind, since), servers as when free.
fn brute(spec: &world::Batch, jobs: &Jobs) -> Vec<Option<(u64, u64)>> {
    let (mut waiting, mut free) = (Vec::<(usize, u8, u64)>::new(), vec![0; spec.servers as usize]);
    let (mut out, mut next, mut comes) = (vec![None; jobs.len()], 0, jobs.first().map_or(0, |j| j.0));
    for now in 0..100_000 {
        serve(spec, now, &mut waiting, &mut free, &mut out);
        while next < jobs.len() && comes == now {
            waiting.push((next, jobs[next].1, now));
            let crowded = waiting.len() > spec.bound.unwrap_or(u32::MAX) as usize;
            serve(spec, now, &mut waiting, &mut free, &mut out);
            if crowded && waiting.last().is_some_and(|last| last.0 == next) {
                waiting.pop();
            }
            next += 1;
            comes += jobs.get(next).map_or(0, |j| j.0);
        }
    }
    out
}

fn serve(spec: &world::Batch, now: u64, waiting: &mut Vec<(usize, u8, u64)>, free: &mut [u64], out: &mut Out) {
    while let Some(server) = free.iter().position(|f| *f <= now) {
        let of = |kind| waiting.iter().filter(move |w| w.1 == kind).take(spec.most as usize);
        let due =
            |w: &&(usize, u8, u64)| of(w.1).count() == spec.most as usize || w.2.saturating_add(spec.wait.ns()) <= now;
        let Some(first) = waiting.iter().find(due) else { return };
        let batch: Vec<usize> = of(first.1).map(|w| w.0).collect();
        let time = time(first.1, batch.len());
        free[server] = now + time;
        for (i, number) in batch.iter().enumerate() {
            let more = u64::from((i as u64) < time % batch.len() as u64);
            out[*number] = Some((now + time, time / batch.len() as u64 + more));
        }
        waiting.retain(|w| !batch.contains(&w.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn agrees_with_brute_force(
        servers in 1u32..3,
        most in 1u32..5,
        wait in 0u64..20,
        bound in proptest::option::of(0u32..6),
        jobs in proptest::collection::vec((0u64..6, 0u8..3), 1..40),
    ) {
        let spec = world::Batch { servers, most, wait: ns(wait), bound, ..world::Batch::default() };
        prop_assert_eq!(clever(&spec, &jobs), brute(&spec, &jobs));
    }
}

#[test]
fn batches_by_hand() {
    let spec = world::Batch { most: 3, wait: ns(10), ..world::Batch::default() };
    // Two of kind 0 wait until the first has done so for 10: 5 for both. Meanwhile three of kind 1 fill a batch.
    let jobs = [(0, 0), (4, 0), (7, 1), (1, 1), (1, 1)];
    let found: Vec<_> = clever(&spec, &jobs).into_iter().flatten().collect();
    assert_eq!(found, [(15, 3), (15, 2), (24, 3), (24, 3), (24, 3)]);
}

#[test]
fn without_a_time_limit_only_whole_batches_are_computed() {
    let spec = world::Batch { most: 2, wait: SimTime::NEVER, ..world::Batch::default() };
    assert_eq!(clever(&spec, &[(0, 0), (50, 0), (9, 0)]), [Some((55, 3)), Some((55, 2)), None]);
}
