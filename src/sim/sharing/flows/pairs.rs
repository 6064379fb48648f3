//! How many flows that one channel limits cross another: where there are few channels, kept for each two of them, so that
//! what a channel's level changes is worked out by channel instead of by flow.

/// More channels than that have hardly more than a flow to a pair.
const MOST: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// By the channel that limits, then the one crossed. Empty: they are not kept.
    counts: Vec<u32>,
    /// The same: which counts are not zero.
    some: Vec<u64>,
    channels: usize,
    words: usize,
}

impl Pairs {
    pub(super) fn new(channels: usize) -> Self {
        let (kept, words) = (if channels <= MOST { channels } else { 0 }, channels.div_ceil(64));
        Self { counts: vec![0; kept * kept], some: vec![0; kept * words], channels, words }
    }

    #[inline]
    pub(super) fn are_kept(&self) -> bool {
        !self.counts.is_empty()
    }

    /// A channel limits a flow from now on that crosses another.
    #[inline]
    pub(super) fn add(&mut self, limits: u32, crossed: u32) {
        self.counts[limits as usize * self.channels + crossed as usize] += 1;
        self.some[limits as usize * self.words + crossed as usize / 64] |= 1 << (crossed % 64);
    }

    /// It limits it no more.
    #[inline]
    pub(super) fn subtract(&mut self, limits: u32, crossed: u32) {
        let count = &mut self.counts[limits as usize * self.channels + crossed as usize];
        *count -= 1;
        self.some[limits as usize * self.words + crossed as usize / 64] ^= u64::from(*count == 0) << (crossed % 64);
    }

    /// Each channel that flows cross which this one limits, and how many do.
    #[inline]
    pub(super) fn each(&self, limits: u32, mut each: impl FnMut(u32, u32)) {
        let counts = &self.counts[limits as usize * self.channels..][..self.channels];
        for (word, some) in self.some[limits as usize * self.words..][..self.words].iter().enumerate() {
            let mut rest = *some;
            while rest != 0 {
                let crossed = word * 64 + rest.trailing_zeros() as usize;
                each(crossed as u32, counts[crossed]);
                rest &= rest - 1;
            }
        }
    }
}
