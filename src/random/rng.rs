use super::{Stream, sample};
use rand_core::TryRng;
use std::convert::Infallible;

/// A generator for one entity's one step: as many draws as wanted, none of them shifting anybody else's.
///
/// It implements `rand_core` 0.10's `TryRng` (hence its `Rng`), and has the few draws that a policy needs of its own.
/// Bits are made when first asked for. After 2^32 blocks it starts over.
#[derive(Clone, Debug)]
pub struct Rng {
    stream: Stream,
    entity: u64,
    step: u32,
    block: u32,
    /// The latest block, and how many of its words were given.
    ready: [u64; 2],
    given: u8,
}

impl Rng {
    /// The generator of `entity` at `step`; every draw made with it is a function of these, the stream and its position.
    #[inline]
    pub fn new(stream: Stream, entity: u64, step: u32) -> Self {
        Self { stream, entity, step, block: 0, ready: [0; 2], given: 2 }
    }

    /// The same, its first block having been drawn: `stream.draw(entity, step << 32)`.
    #[inline]
    pub(crate) fn begun(stream: Stream, entity: u64, step: u32, ready: [u64; 2]) -> Self {
        Self { stream, entity, step, block: 1, ready, given: 0 }
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        if self.given == 2 {
            self.refill();
        }
        self.given += 1;
        self.ready[usize::from(self.given == 2)]
    }

    #[inline]
    fn refill(&mut self) {
        let attempt = u64::from(self.step) << 32 | u64::from(self.block);
        self.ready = self.stream.draw(self.entity, attempt);
        self.block = self.block.wrapping_add(1);
        self.given = 0;
    }

    /// A number in [0, 1), uniform.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        sample::unit(self.bits())
    }

    /// An index below `n`, uniform; 0 if `n` is 0.
    #[inline]
    pub fn index(&mut self, n: usize) -> usize {
        sample::index(self.bits(), n as u64) as usize
    }

    /// True with probability `p`.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
}

impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use rand_core::Rng as _;

    fn rng(entity: u64, step: u32) -> Rng {
        Rng::new(Stream::new(1, 2, Purpose::Policy), entity, step)
    }

    #[test]
    fn repeats_and_differs_by_entity_and_step() {
        let draws = |mut r: Rng| [r.bits(), r.bits(), r.bits()];
        assert_eq!(draws(rng(3, 4)), draws(rng(3, 4)));
        assert_ne!(draws(rng(3, 4)), draws(rng(3, 5)));
        assert_ne!(draws(rng(3, 4)), draws(rng(4, 4)));
    }

    #[test]
    fn begun_goes_on_as_new() {
        let stream = Stream::new(1, 2, Purpose::Policy);
        let (mut new, mut begun) = (rng(3, 4), Rng::begun(stream, 3, 4, stream.draw(3, 4 << 32)));
        (0..5).for_each(|_| assert_eq!(new.bits(), begun.bits()));
    }

    #[test]
    fn serves_rand_core() {
        let mut bytes = [0; 11];
        rng(0, 0).fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], rng(0, 0).next_u64().to_le_bytes());
        assert_eq!(rng(0, 0).next_u32(), (rng(0, 0).bits() >> 32) as u32);
    }
}
