//! How levels follow a change.
//!
//! Filling gives a channel the *key* (level, number); a flow is limited by the channel on its route of which the key is
//! least. Levels and limits are those of filling as soon as each channel is *content*:
//!
//! - its level is what the flows that others limit leave of it, divided by the number of its own, rounded down;
//! - flows that others limit have lesser keys than it;
//! - it could not have fixed rates before: with the flows fixed whose keys are less than that of one of its others, its
//!   share is above that key. For keys that are at least as many units below its level as flows cross it, this follows
//!   from the first two: shares grow by remainders only as flows of lower rates are fixed. So it suffices that no rate of
//!   its other flows is within so many units of its level; or, if it limits none, that it has a unit left for each.
//!
//! Why this suffices: take channels in the order of their keys. When one's turn comes, just the flows that it limits are
//! open on it, so its share is its level. If another had a lower share then, later flows, of higher rates, would lower
//! that further, down to a level that is lower than this one, which the order excludes.
//!
//! After a change the channels on the flow's route are looked at, then those whose flows' rates this changed, and so on,
//! lower levels first: rates depend on lower levels alone, so that most channels are looked at once. One that is not
//! content has a look at each of its flows, and takes over those that it limits now. Should it take too long, all is
//! filled from the start; see `afresh.rs`.

use super::Flows;
use super::agenda::Agenda;
use super::fabric::{Channel, SLACK};
use super::pairs::Pairs;

/// What levels are worked out with.
#[derive(Debug)]
pub(super) struct Work {
    agenda: Agenda,
    pairs: Pairs,
    /// Of the flows of one channel.
    keys: Vec<Key>,
    /// Flows that change their limit.
    taken: Vec<u32>,
}

/// A level and a channel's number as one number, one above it, so that none is zero.
type Key = u128;

#[inline]
fn key(level: u64, channel: u32) -> Key {
    (u128::from(level) << 32 | u128::from(channel)) + 1
}

#[inline]
fn level_of(key: Key) -> u64 {
    ((key - 1) >> 32) as u64
}

#[inline]
fn number_of(key: Key) -> u32 {
    (key - 1) as u32
}

/// The greatest key below another, and how often it is there.
#[inline]
fn greatest_below(keys: &[Key], end: Key) -> Option<(Key, i128)> {
    let greatest = keys.iter().fold(0, |greatest, key| greatest.max(if *key < end { *key } else { 0 }));
    let count = || keys.iter().map(|key| i128::from(*key == greatest)).sum();
    (greatest > 0).then(|| (greatest, count()))
}

impl Work {
    pub(super) fn new(channels: usize) -> Self {
        Self { agenda: Agenda::new(channels), pairs: Pairs::new(channels), keys: Vec::new(), taken: Vec::new() }
    }

    /// Before anything comes.
    #[cfg(test)]
    pub(super) fn keep_pairs(&mut self, kept: bool) {
        if !kept {
            self.pairs = Pairs::none();
        }
    }

    #[inline]
    pub(super) fn is_due(&self) -> bool {
        !self.agenda.is_empty()
    }

    /// All channels are content, whatever was to be looked at.
    pub(super) fn forget(&mut self) {
        while self.agenda.take().is_some() {}
    }
}

impl Flows {
    /// Looks at channels until all are content.
    #[cold]
    pub(super) fn level_out(&mut self) {
        let mut looks = 100 + 10 * self.fabric.channels.len();
        #[cfg(test)]
        if self.from_start {
            looks = 0;
        }
        while let Some(channel) = self.work.agenda.take() {
            match looks.checked_sub(1) {
                Some(fewer) => looks = fewer,
                None => return self.fill_afresh(),
            }
            self.look_at(channel);
        }
    }

    #[inline]
    fn look_at(&mut self, channel: u32) {
        let of = &self.fabric.channels[channel as usize];
        match (of.left().max(0) as u64).checked_div(of.own) {
            Some(share) if share >= of.top.saturating_add(of.crossings()) => self.set_level(channel, share),
            None if of.room >= 0 => {}
            _ => self.look_closely(channel),
        }
    }

    /// Finds which flows of a channel it limits. Those that others limit are gone through by falling keys: if its share
    /// with the flows of lesser keys fixed is not above a key, it limits them from that key on.
    fn look_closely(&mut self, channel: u32) {
        self.note_keys(channel);
        let of = &self.fabric.channels[channel as usize];
        let crossings = i128::from(of.crossings());
        // What is left for how many flows, if the channel limits its own; and if it limits all gone through so far, too.
        let mut own = (of.left(), i128::from(of.own));
        let (mut all, mut first, mut top) = (own, Key::MAX, 0);
        let mut next = greatest_below(&self.work.keys, Key::MAX);
        while let Some((key, flows)) = next {
            let level = i128::from(level_of(key));
            all = (all.0 + flows * level, all.1 + flows);
            if all.0 < all.1 * (level + i128::from(channel < number_of(key))) {
                (own, first, top) = (all, key, 0);
            } else {
                top = top.max(level);
                // Lesser keys are too far below.
                if level + crossings <= own.0.checked_div(own.1).unwrap_or(top) {
                    break;
                }
            }
            next = greatest_below(&self.work.keys, key);
        }
        self.fabric.channels[channel as usize].top = top as u64;
        self.set_level(channel, own.0.checked_div(own.1).map_or(SLACK, |share| share as u64));
        if first < Key::MAX {
            self.take_over(channel, first);
        }
    }

    /// Notes the keys of the channels that limit a channel's flows, in their order; least ones for the channel itself.
    fn note_keys(&mut self, channel: u32) {
        let key = |slot: &u32| {
            let by = self.fabric.limits[*slot as usize];
            key(self.fabric.level(by), by) * Key::from(by != channel)
        };
        self.work.keys.clear();
        self.work.keys.extend(self.fabric.members(channel).iter().map(key));
    }

    /// Limits all flows of a channel that others limit under this key or later ones.
    fn take_over(&mut self, channel: u32, first: Key) {
        let mut taken = std::mem::take(&mut self.work.taken);
        taken.resize(self.work.keys.len(), 0);
        let mut count = 0;
        for (slot, key) in self.fabric.members(channel).iter().zip(&self.work.keys) {
            taken[count] = *slot;
            count += usize::from(*key >= first);
        }
        for slot in &taken[..count] {
            // One that crosses the channel twice is there twice.
            if self.fabric.limits[*slot as usize] != channel {
                self.unlimit(*slot);
                self.limit(*slot, channel);
            }
        }
        self.work.taken = taken;
    }

    #[inline]
    pub(super) fn set_level(&mut self, channel: u32, level: u64) {
        let of = &mut self.fabric.channels[channel as usize];
        let before = std::mem::replace(&mut of.level, level);
        if before == level || of.own == 0 {
            return;
        }
        self.clocks.advance(channel, self.now, before);
        match level > before {
            true => self.pass_on::<true>(channel, level, level - before),
            false => self.pass_on::<false>(channel, level, before - level),
        }
    }

    /// A channel's level rises or falls by so much: so do the rates of its flows on all their channels.
    #[inline]
    fn pass_on<const RISES: bool>(&mut self, channel: u32, level: u64, by: u64) {
        let Work { agenda, pairs, .. } = &mut self.work;
        let mut change = |crossed: u32, count: u32, of: &mut Channel| {
            let by = (u128::from(by) * u128::from(count)) as i128;
            of.room = of.room.wrapping_add(if RISES { -by } else { by });
            if RISES {
                of.top = of.top.max(level);
            }
            agenda.collect(crossed, of.may_mind());
        };
        let channels = &mut self.fabric.channels;
        match pairs.crossed(channel) {
            Some(pairs) => pairs.iter().for_each(|(of, count)| change(*of, *count, &mut channels[*of as usize])),
            None => self.clocks.entries(channel).iter().for_each(|entry| {
                let (seats, channels) = self.fabric.crossed(entry.slot);
                let others = seats.iter().filter(|seat| seat.channel != channel);
                others.for_each(|seat| change(seat.channel, 1, &mut channels[seat.channel as usize]));
            }),
        }
        agenda.note_collected(|channel| self.fabric.level(channel));
        let of = &mut self.fabric.channels[channel as usize];
        let by = (u128::from(by) * u128::from(of.own)) as i128;
        of.room = of.room.wrapping_add(if RISES { -by } else { by });
    }

    /// The channel that might limit a new flow: that of the least key, or else the one with least for each of its flows.
    pub(super) fn guess(&self, slot: u32) -> u32 {
        let channels = || self.fabric.seats(slot).iter().map(|seat| seat.channel);
        let share = |channel: u32| {
            let of = &self.fabric.channels[channel as usize];
            (of.capacity / of.crossings().max(1), channel)
        };
        match channels().map(|channel| (self.fabric.level(channel), channel)).min() {
            Some((SLACK, _)) | None => channels().map(share).min().map_or(0, |(_, channel)| channel),
            Some((_, channel)) => channel,
        }
    }

    /// A channel limits a flow that nothing limits.
    pub(super) fn limit(&mut self, slot: u32, channel: u32) {
        self.fabric.limits[slot as usize] = channel;
        let level = self.fabric.level(channel);
        self.clocks.advance(channel, self.now, level);
        self.clocks.put(channel, slot);
        let Work { agenda, pairs, .. } = &mut self.work;
        let (seats, channels) = self.fabric.crossed(slot);
        for seat in seats {
            let of = &mut channels[seat.channel as usize];
            of.room -= i128::from(level);
            if seat.channel == channel {
                of.own += 1;
            } else {
                of.top = of.top.max(level);
                pairs.add(channel, seat.channel);
            }
            if of.may_mind() {
                agenda.note(seat.channel, of.level);
            }
        }
    }

    /// No channel limits a flow any more.
    pub(super) fn unlimit(&mut self, slot: u32) {
        let channel = self.fabric.limits[slot as usize];
        let level = self.fabric.level(channel);
        self.clocks.advance(channel, self.now, level);
        self.clocks.take(channel, slot);
        let Work { agenda, pairs, .. } = &mut self.work;
        let (seats, channels) = self.fabric.crossed(slot);
        for seat in seats {
            let of = &mut channels[seat.channel as usize];
            of.room += i128::from(level);
            if seat.channel == channel {
                of.own -= 1;
                of.level = if of.own == 0 { SLACK } else { level };
            } else {
                pairs.subtract(channel, seat.channel);
            }
            if of.may_mind() {
                agenda.note(seat.channel, of.level);
            }
        }
    }
}
