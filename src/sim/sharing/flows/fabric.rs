//! Who crosses which channel, who is limited by which, and at what level.

/// No channel.
pub(super) const NONE: u32 = u32::MAX;
/// The level of a channel that limits no flow.
pub(super) const SLACK: u64 = u64::MAX;

/// A channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub capacity: u64,
    /// What its flows' rates leave of it when each is one unit higher; less than nothing, perhaps, where it limits flows,
    /// or while levels are worked out.
    pub room: i128,
    /// The rate of the flows that it limits; [`SLACK`] if there are none.
    pub level: u64,
    /// None of its flows that another channel limits has a higher rate than that.
    pub top: u64,
    /// How often flows that it limits cross it.
    pub own: u64,
    pub flows: Vec<u32>,
}

impl Channel {
    /// What flows that others limit leave of it; less than nothing only while levels are worked out.
    #[inline]
    pub(super) fn left(&self) -> i128 {
        self.room + i128::from(self.crossings()) + (u128::from(self.level) * u128::from(self.own)) as i128
    }

    /// How often flows cross it.
    #[inline]
    pub(super) fn crossings(&self) -> u64 {
        self.flows.len() as u64
    }

    /// What its flows have together.
    pub(super) fn used(&self) -> u64 {
        (i128::from(self.capacity) - i128::from(self.crossings()) - self.room) as u64
    }

    /// A change of what it carries may make it discontent.
    #[inline]
    pub(super) fn may_mind(&self) -> bool {
        (self.own > 0) | (self.room < 0)
    }

    /// It is about to limit a flow: at nothing for the time being, if it is the first.
    #[inline]
    pub(super) fn open_up(&mut self) {
        if self.own == 0 {
            self.level = 0;
        }
    }
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
    /// By slot: the channel that limits the flow.
    pub limits: Vec<u32>,
    longest: usize,
    /// By slot, `longest` for each.
    seats: Vec<Seat>,
    lengths: Vec<u32>,
}

impl Fabric {
    pub(super) fn new(capacities: impl Iterator<Item = u64>, longest: usize) -> Self {
        let channel =
            |capacity| Channel { capacity, room: capacity.into(), level: SLACK, top: 0, own: 0, flows: Vec::new() };
        let channels = capacities.map(channel).collect();
        Self { channels, limits: Vec::new(), longest, seats: Vec::new(), lengths: Vec::new() }
    }

    /// A flow that nothing limits yet.
    pub(super) fn insert(&mut self, slot: u32, route: impl Iterator<Item = u32>) {
        self.make_room(slot as usize);
        let mut length = 0;
        for channel in route.take(self.longest) {
            let of = &mut self.channels[channel as usize];
            self.seats[slot as usize * self.longest + length] = Seat { channel, position: of.flows.len() as u32 };
            of.flows.push(slot);
            of.room -= 1;
            length += 1;
        }
        self.lengths[slot as usize] = length as u32;
    }

    fn make_room(&mut self, slot: usize) {
        if self.limits.len() <= slot {
            self.limits.resize(slot + 1, NONE);
            self.lengths.resize(slot + 1, 0);
            self.seats.resize((slot + 1) * self.longest, Seat::default());
        }
    }

    /// Takes a flow out of its channels' lists.
    pub(super) fn remove(&mut self, slot: u32) {
        for i in self.range(slot) {
            let Seat { channel, position } = self.seats[i];
            let of = &mut self.channels[channel as usize];
            of.flows.swap_remove(position as usize);
            of.room += 1;
            if let Some(moved) = of.flows.get(position as usize).copied() {
                let from = of.flows.len() as u32;
                self.reseat(moved, channel, (from, position));
            }
        }
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

    /// Its seats in the channels that a flow crosses, and all channels.
    #[inline]
    pub(super) fn crossed(&mut self, slot: u32) -> (&[Seat], &mut [Channel]) {
        let range = self.range(slot);
        (&self.seats[range], &mut self.channels)
    }

    /// Its seats in the channels that a flow crosses.
    #[inline]
    pub(super) fn seats(&self, slot: u32) -> &[Seat] {
        &self.seats[self.range(slot)]
    }

    #[inline]
    pub(super) fn level(&self, channel: u32) -> u64 {
        self.channels[channel as usize].level
    }

    #[inline]
    pub(super) fn rate(&self, slot: u32) -> u64 {
        self.level(self.limits[slot as usize])
    }

    pub(super) fn members(&self, channel: u32) -> &[u32] {
        &self.channels[channel as usize].flows
    }
}
