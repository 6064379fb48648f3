use super::philox::{philox, philox_beside};

/// What a stream of draws is for: streams of unlike purpose have nothing in common.
///
/// The numbers are part of every result: a number is never given to another purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u64)]
pub enum Purpose {
    /// Time between two births of a source.
    Arrival = 1,
    /// When a periodic source starts.
    Phase = 2,
    /// Class and image of a request.
    Image = 3,
    /// What a policy draws.
    Policy = 4,
    /// How long a service takes, where it is noisy.
    Service = 5,
    /// Initial weights of a network.
    Weights = 6,
    /// The order in which images are trained on.
    Order = 7,
    /// How images are changed while training.
    Augmentation = 8,
    /// Which images or runs are drawn again to find an interval.
    Resampling = 9,
    /// Class mixes of sites.
    Sites = 10,
    /// Where in its trace a link's lower node starts.
    Trace = 20,
    /// How often the packets of a transfer get lost.
    Loss = 21,
    /// What is added to the delay of a transfer.
    Jitter = 22,
    /// When something fails and is repaired.
    Failure = 30,
    /// Where the clusters of a codebook start.
    Clusters = 40,
    /// How images are mixed while training.
    Mixing = 60,
    /// What is dropped while training.
    Dropout = 61,
    /// What pruning takes out, where it is drawn.
    Pruning = 50,
    /// What becomes of corrupted images.
    Corruption = 51,
    /// What a search tries next.
    Search = 70,
}

/// A named stream of random bits without state: a draw is a function of (seed, replication, purpose, entity, attempt).
///
/// So no draw shifts another: two policies meet the same arrivals and the same images (common random numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: u64,
}

impl Stream {
    /// The stream of this seed, replication and purpose.
    #[inline]
    pub fn new(seed: u64, replication: u64, purpose: Purpose) -> Self {
        Self { key: philox([replication, purpose as u64], seed)[0] }
    }

    /// 128 random bits for the `attempt`-th draw of an entity.
    #[inline]
    pub fn draw(&self, entity: u64, attempt: u64) -> [u64; 2] {
        philox([entity, attempt], self.key)
    }

    /// One draw of each of several streams, (entity, attempt) by stream: sooner than one after another.
    #[inline]
    pub fn draw_beside<const N: usize>(streams: [Self; N], draws: [[u64; 2]; N]) -> [[u64; 2]; N] {
        philox_beside(draws, streams.map(|stream| stream.key))
    }
}
