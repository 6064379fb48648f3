//! Channels whose capacity changes: every nanosecond is looked at by itself.

use super::channel::{Channel, FINE, Transfer};
use super::place::{self, Hop};
use tierwise::random::{Purpose, Stream, sample};
use tierwise::sim::{Cell, Outages, Rate, Sharing, Stretch, World};

/// What gets through for transfers of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Tempo {
    trace: Vec<Stretch>,
    period: u64,
    offset: u64,
    outages: Option<Outages>,
    /// Nothing after this is looked at.
    stop: u64,
    /// The part of it that its node gets, in 2^-32.
    share: u64,
}

/// All of it.
pub const WHOLE: u64 = 1 << 32;

/// Whose transfers are of one kind: a lower node's (or all nodes', where they are alike) in one direction.
pub type KindKey = (u32, bool);

pub fn kind_of(world: &World, hop: Hop) -> KindKey {
    let link = &world.links[hop.link];
    let conditions = link.conditions.as_deref().cloned().unwrap_or_default();
    let alike = conditions.up.rates.len() < 2 && conditions.down.rates.len() < 2 && !conditions.scatter;
    let alike = alike && !conditions.adjustable;
    if alike && link.cell == Cell::Shared { (0, hop.up) } else { (place::member(world, hop), hop.up) }
}

impl Tempo {
    /// `None`: capacity never changes.
    pub fn of(world: &World, replication: u64, hop: Hop) -> Option<Self> {
        let link = &world.links[hop.link];
        let conditions = link.conditions.as_deref().cloned().unwrap_or_default();
        let traced = |rates: &[Rate]| rates.iter().any(|r| matches!(r, Rate::Trace(_)));
        let steady = conditions.outages.is_none() && !traced(&conditions.up.rates) && !traced(&conditions.down.rates);
        if steady && link.sharing != Sharing::Throughput && !conditions.adjustable {
            return None;
        }
        let stop = (world.horizon.end + world.horizon.drain).ns();
        let (outages, member) = (conditions.outages.clone(), place::member(world, hop));
        let rates = if hop.up { &conditions.up.rates } else { &conditions.down.rates };
        let Some(Rate::Trace(trace)) = rates.get(member as usize % rates.len().max(1)) else {
            return Some(Self { trace: Vec::new(), period: 1, offset: 0, outages, stop, share: WHOLE });
        };
        let mut offset = 0;
        if conditions.scatter {
            let entity = ((hop.link as u64) << 32) + u64::from(member);
            let bits = Stream::new(world.seed, replication, Purpose::Trace).draw(entity, u64::from(hop.up))[0];
            offset = sample::index(bits, trace.period().ns());
        }
        let (trace, period) = (trace.stretches().to_vec(), trace.period().ns());
        Some(Self { trace, period, offset, outages, stop, share: WHOLE })
    }

    pub fn with_share(self, share: u64) -> Self {
        Self { share, ..self }
    }

    fn stretch(&self, at: u64) -> &Stretch {
        let place = (at + self.offset) % self.period;
        self.trace.iter().rev().find(|s| s.at.ns() <= place).expect("one is at zero")
    }

    fn is_out(&self, at: u64) -> bool {
        let within = |from: u64, lasts: u64| from <= at && at < from + lasts;
        match &self.outages {
            None => false,
            Some(Outages::Scheduled(all)) => all.iter().any(|o| within(o.from.ns(), o.lasts.ns())),
            Some(Outages::Periodic(p)) => at >= p.from.ns() && (at - p.from.ns()) % p.every.ns() < p.lasts.ns(),
        }
    }

    fn bursts(&self) -> bool {
        self.trace.iter().any(|s| s.burst.0 > 0)
    }

    /// What the trace lets through in the nanosecond that ends at `at`.
    fn traced(&self, at: u64) -> u128 {
        if self.trace.is_empty() {
            return 1;
        }
        let at_place = |s: &Stretch| s.at.ns() == (at + self.offset) % self.period;
        let burst = self.trace.iter().filter(|s| at_place(s)).map(|s| u128::from(s.burst.0)).sum::<u128>();
        u128::from(self.stretch(at - 1).rate.0) + burst * 8_000_000_000
    }

    fn nanosecond(&self, at: u64) -> u128 {
        if self.is_out(at - 1) { 0 } else { self.traced(at) }
    }

    pub fn capacity(&self, from: u64, to: u64) -> u128 {
        self.shared((from + 1..=to).map(|at| self.nanosecond(at)).sum())
    }

    fn shared(&self, all: u128) -> u128 {
        (all * u128::from(self.share)) >> 32
    }

    /// When so much has got through; `u64::MAX` where it does not in this run.
    pub fn done(&self, from: u64, work: u128) -> u64 {
        let mut sum = 0;
        for at in from + 1..=self.stop {
            sum += self.nanosecond(at);
            if self.shared(sum) >= work {
                return at;
            }
        }
        u64::MAX
    }

    /// Nanoseconds on the air.
    pub fn airtime(&self, from: u64, to: u64) -> u64 {
        let on_air = |at: &u64| {
            let rate = self.trace.is_empty() || self.bursts() || self.stretch(at - 1).rate.0 > 0;
            rate && !self.is_out(at - 1)
        };
        self.shared((from + 1..=to.min(self.stop)).filter(on_air).count() as u128) as u64
    }

    /// What is known of the rate at an instant, `usual` being that without a trace.
    pub fn known(&self, at: u64, usual: u64) -> Option<u64> {
        let rate = match self.traced_rate(at) {
            None if self.share == WHOLE => return None,
            rate => rate.unwrap_or(usual),
        };
        Some(self.shared(rate.into()) as u64)
    }

    fn traced_rate(&self, at: u64) -> Option<u64> {
        if self.is_out(at) {
            return Some(0);
        }
        if self.trace.is_empty() {
            return None;
        }
        if !self.bursts() {
            return Some(self.stretch(at).rate.0);
        }
        let span = self.period.min(1_000_000_000);
        let at = at + self.period;
        let sum = (at - span + 1..=at).map(|t| self.traced(t)).sum::<u128>();
        Some((sum / u128::from(span)) as u64)
    }

    /// Mean of what gets through in a nanosecond, outages aside.
    pub fn nominal(&self) -> u128 {
        let sum: u128 = (1..=self.period).map(|at| self.traced(at)).sum();
        ((sum + u128::from(self.period) / 2) / u128::from(self.period)).max(1)
    }

    pub fn work(&self, wire: u64, airtime: u64) -> u128 {
        if self.trace.is_empty() { u128::from(airtime) } else { u128::from(wire.max(1)) * 8_000_000_000 }
    }
}

impl Transfer {
    fn bits(&self) -> i128 {
        i128::from(self.wire.max(1)) * 8
    }

    /// In 2^-32 ns, rounded down.
    pub fn time_of_bit(&self) -> i128 {
        (i128::from(self.airtime) * FINE / self.bits()).max(1)
    }
}

/// A channel's transfers of one kind, and what it gets.
impl Channel {
    /// First come, first served: when one is done that begins now, with what the last one of its kind left over.
    pub fn tempo_begin(&mut self, now: u64, transfer: &mut Transfer) {
        let tempo = transfer.tempo.clone().expect("it varies");
        let spare = std::mem::take(&mut self.spare);
        transfer.credit = if spare.0 == transfer.kind { spare.1 } else { 0 };
        transfer.began = now;
        transfer.ends = tempo.done(now, transfer.work.saturating_sub(transfer.credit)).max(now + 1);
        if self.sharing == Sharing::Fixed {
            transfer.ends = tempo.done(now, transfer.work).max(now + 1);
        }
        transfer.left = match self.sharing {
            Sharing::Throughput => transfer.bits() << 20,
            _ => (transfer.work as i128) * FINE,
        };
    }

    pub fn tempo_finish(&mut self, transfer: &Transfer) {
        let Some(tempo) = &transfer.tempo else { return };
        if !self.waiting.is_empty() {
            let got = transfer.credit + tempo.capacity(transfer.began, transfer.ends);
            self.spare = (transfer.kind, got - transfer.work);
        }
    }

    /// A node gets another share from now on.
    pub fn set_share(&mut self, world: &World, member: u32, share: u64, now: u64) {
        if self.is_shared() {
            self.tempo_catch_up(now);
        }
        let own = |t: &&mut Transfer| place::member(world, t.hop) == member;
        for transfer in self.on_air.iter_mut().filter(own) {
            let tempo = transfer.tempo.as_mut().expect("it varies");
            transfer.credit += tempo.capacity(transfer.began, now);
            transfer.began = now;
            tempo.share = share;
            transfer.ends = tempo.done(now, transfer.work.saturating_sub(transfer.credit)).max(now + 1);
        }
        for transfer in self.waiting.iter_mut().filter(own) {
            transfer.tempo.as_mut().expect("it varies").share = share;
        }
    }

    fn kinds(&self) -> Vec<KindKey> {
        let mut kinds: Vec<KindKey> = self.on_air.iter().map(|t| t.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// What all of a kind get together until `now`, in fine units.
    fn share(&self, kind: KindKey, now: u64) -> i128 {
        let of = self.on_air.iter().filter(|t| t.kind == kind);
        let tempo = of.clone().next().and_then(|t| t.tempo.as_ref()).expect("somebody is there");
        tempo.capacity(self.last, now) as i128 * FINE * of.count() as i128 / self.on_air.len() as i128
    }

    /// Fair: gives equal parts to those of each kind; who needs less leaves the rest to the others.
    pub fn tempo_catch_up(&mut self, now: u64) {
        if self.sharing == Sharing::Throughput {
            let free = self.free(now);
            self.last = now;
            return self.even_out(free);
        }
        let shares: Vec<_> = self.kinds().into_iter().map(|kind| (kind, self.share(kind, now))).collect();
        for (kind, mut share) in shares {
            let mut of: Vec<&mut Transfer> = self.on_air.iter_mut().filter(|t| t.kind == kind).collect();
            of.sort_by_key(|t| t.left);
            let mut had = 0;
            for i in 0..of.len() {
                let more = of.len() as i128 - i as i128;
                let need = (of[i].left - had) * more;
                if need > share {
                    had += share / more;
                    of[i..].iter_mut().for_each(|t| t.left -= had);
                    break;
                }
                share -= need;
                had = of[i].left;
                of[i].left = 0;
            }
        }
        self.last = now;
    }

    /// For how long the air was free since the last change, in 2^-52 ns.
    fn free(&self, now: u64) -> i128 {
        let tempo = self.on_air.first().and_then(|t| t.tempo.as_ref());
        tempo.map_or(0, |t| t.capacity(self.last, now) as i128) << 52
    }

    /// Equal throughput: as many bits for each; who needs fewer leaves the rest to the others.
    fn even_out(&mut self, mut free: i128) {
        let mut of: Vec<&mut Transfer> = self.on_air.iter_mut().collect();
        of.sort_by_key(|t| t.left);
        let mut had = 0;
        for i in 0..of.len() {
            let times: i128 = of[i..].iter().map(|t| t.time_of_bit()).sum();
            let need = (of[i].left - had) * times;
            if need > free {
                had += free / times;
                of[i..].iter_mut().for_each(|t| t.left -= had);
                return;
            }
            free -= need;
            had = of[i].left;
            of[i].left = 0;
        }
    }

    fn times_of_bits(&self) -> i128 {
        self.on_air.iter().map(Transfer::time_of_bit).sum()
    }

    pub fn tempo_next_done(&self) -> Option<u64> {
        if self.sharing == Sharing::Throughput {
            let least = self.on_air.iter().map(|t| t.left).min()?;
            let work = (least * self.times_of_bits() + (1 << 52) - 1) >> 52;
            return Some(self.on_air[0].tempo.as_ref().expect("it varies").done(self.last, work as u128));
        }
        let first = |kind: KindKey| {
            let of = self.on_air.iter().filter(|t| t.kind == kind);
            let least = of.clone().map(|t| t.left).min().expect("somebody is there");
            let all = (least * self.on_air.len() as i128 + FINE - 1) / FINE;
            of.clone().next().and_then(|t| t.tempo.as_ref()).expect("it varies").done(self.last, all as u128)
        };
        self.kinds().into_iter().map(first).min()
    }

    pub fn tempo_backlog(&self, at: u64) -> u64 {
        let whole = |t: &Transfer| t.work.div_ceil(t.tempo.as_ref().expect("it varies").nominal());
        let waiting: u128 = self.waiting.iter().map(whole).sum();
        let rest = |t: &Transfer| {
            let tempo = t.tempo.as_ref().expect("it varies");
            let left = t.work.saturating_sub(t.credit).saturating_sub(tempo.capacity(t.began, at));
            left.div_ceil(tempo.nominal())
        };
        let fair = |kind: KindKey| {
            let of = self.on_air.iter().filter(|t| t.kind == kind);
            let nominal = of.clone().next().and_then(|t| t.tempo.as_ref()).expect("it varies").nominal();
            let left = of.map(|t| t.left).sum::<i128>() - self.share(kind, at);
            (left.max(0) as u128).div_ceil(nominal * FINE as u128)
        };
        let sum = match self.sharing {
            Sharing::Fixed | Sharing::Flows => 0,
            Sharing::Fifo => waiting + self.on_air.iter().map(rest).sum::<u128>(),
            Sharing::Fair => self.kinds().into_iter().map(fair).sum(),
            Sharing::Throughput => {
                let left = self.on_air.iter().map(|t| t.left * t.time_of_bit()).sum::<i128>() - self.free(at);
                ((left.max(0) + (1 << 52) - 1) >> 52) as u128
            }
        };
        u64::try_from(sum).unwrap_or(u64::MAX)
    }
}
