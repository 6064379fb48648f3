//! Who crosses which channel, and at what rate: the state that filling works on.

/// No channel.
pub(super) const NONE: u32 = u32::MAX;
/// The level of a channel that is no flow's bottleneck.
pub(super) const SLACK: u64 = u64::MAX;

/// When a rate is fixed in the course of filling: by which share, of which channel.
pub(super) type Instant = (u64, u32);

/// A flow, as filling sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub rate: u64,
    /// The channel that fixes its rate.
    pub by: u32,
    /// Twice the number of the change that touched it last; one more where its rate is not fixed again yet.
    pub mark: u64,
}

/// A channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub capacity: u64,
    /// Sum of its flows' rates.
    pub used: u64,
    /// The share at which it fixed rates, or [`SLACK`].
    pub level: u64,
    /// The change in which it is looked at.
    pub looked_at: u64,
    pub flows: Vec<u32>,
}

/// A flow in a channel, at that position of its list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seat {
    pub channel: u32,
    position: u32,
}

#[derive(Debug)]
pub(super) struct Fabric {
    pub channels: Vec<Channel>,
    pub states: Vec<State>,
    /// How many flows there are.
    pub count: u64,
    longest: usize,
    /// By slot, `longest` for each.
    seats: Vec<Seat>,
    lengths: Vec<u32>,
}

impl Fabric {
    pub(super) fn new(capacities: impl Iterator<Item = u64>, longest: usize) -> Self {
        let channel = |capacity| Channel { capacity, used: 0, level: SLACK, looked_at: 0, flows: Vec::new() };
        let channels = capacities.map(channel).collect();
        Self { channels, states: Vec::new(), count: 0, longest, seats: Vec::new(), lengths: Vec::new() }
    }

    /// A flow without a rate.
    pub(super) fn insert(&mut self, slot: u32, route: impl Iterator<Item = u32>) {
        self.make_room(slot as usize);
        self.count += 1;
        self.states[slot as usize] = State { rate: 0, by: NONE, mark: 0 };
        let mut length = 0;
        for channel in route.take(self.longest) {
            let of = &mut self.channels[channel as usize];
            self.seats[slot as usize * self.longest + length] = Seat { channel, position: of.flows.len() as u32 };
            of.flows.push(slot);
            length += 1;
        }
        self.lengths[slot as usize] = length as u32;
    }

    fn make_room(&mut self, slot: usize) {
        if self.states.len() <= slot {
            self.states.resize(slot + 1, State { rate: 0, by: NONE, mark: 0 });
            self.lengths.resize(slot + 1, 0);
            self.seats.resize((slot + 1) * self.longest, Seat::default());
        }
    }

    /// Takes a flow out of its channels' lists: when its rate was fixed.
    pub(super) fn remove(&mut self, slot: u32) -> Instant {
        self.count -= 1;
        let State { rate, by, .. } = self.states[slot as usize];
        for i in self.range(slot) {
            let Seat { channel, position } = self.seats[i];
            let of = &mut self.channels[channel as usize];
            of.used -= rate;
            of.flows.swap_remove(position as usize);
            if let Some(moved) = of.flows.get(position as usize).copied() {
                let from = of.flows.len() as u32;
                self.reseat(moved, channel, (from, position));
            }
        }
        (rate, by)
    }

    fn reseat(&mut self, slot: u32, channel: u32, (from, to): (u32, u32)) {
        let range = self.range(slot);
        let moved = |s: &&mut Seat| (s.channel, s.position) == (channel, from);
        if let Some(seat) = self.seats[range].iter_mut().find(moved) {
            seat.position = to;
        }
    }

    #[inline]
    fn range(&self, slot: u32) -> std::ops::Range<usize> {
        let first = slot as usize * self.longest;
        first..first + self.lengths[slot as usize] as usize
    }

    /// Its seats in the channels that a flow crosses.
    #[inline]
    pub(super) fn seats(&self, slot: u32) -> &[Seat] {
        &self.seats[self.range(slot)]
    }

    /// How many channels a flow crosses.
    #[inline]
    pub(super) fn length(&self, slot: u32) -> usize {
        self.lengths[slot as usize] as usize
    }

    /// One of the channels that a flow crosses.
    #[inline]
    pub(super) fn channel_of(&self, slot: u32, hop: usize) -> u32 {
        self.seats[slot as usize * self.longest + hop].channel
    }

    #[inline]
    pub(super) fn rate(&self, slot: u32) -> u64 {
        self.states[slot as usize].rate
    }

    pub(super) fn members(&self, channel: u32) -> &[u32] {
        &self.channels[channel as usize].flows
    }

    pub(super) fn used(&self, channel: u32) -> u64 {
        self.channels[channel as usize].used
    }

    /// Notes on a flow's channels that its rate changed.
    #[inline]
    pub(super) fn account(&mut self, slot: u32, old: u64, new: u64) {
        for i in self.range(slot) {
            let of = &mut self.channels[self.seats[i].channel as usize];
            of.used = of.used.wrapping_add(new.wrapping_sub(old));
        }
    }
}
