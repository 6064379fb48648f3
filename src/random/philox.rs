//! Philox2x64-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3.

const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;
const ROUNDS: u32 = 10;

/// One block: 128 random bits that are a function of a 128-bit counter and a 64-bit key.
#[inline]
pub fn philox(counter: [u64; 2], key: u64) -> [u64; 2] {
    let mut key = key;
    let mut state = round(counter, key);
    for _ in 1..ROUNDS {
        key = key.wrapping_add(WEYL);
        state = round(state, key);
    }
    state
}

/// Several blocks at once: a round waits for the one before, but not for those of other blocks.
#[inline]
pub fn philox_beside<const N: usize>(counters: [[u64; 2]; N], keys: [u64; N]) -> [[u64; 2]; N] {
    let (mut states, mut keys) = (counters, keys);
    for i in 0..N {
        states[i] = round(states[i], keys[i]);
    }
    for _ in 1..ROUNDS {
        for i in 0..N {
            keys[i] = keys[i].wrapping_add(WEYL);
            states[i] = round(states[i], keys[i]);
        }
    }
    states
}

#[inline(always)]
fn round([left, right]: [u64; 2], key: u64) -> [u64; 2] {
    let product = u128::from(left) * u128::from(MULTIPLIER);
    [(product >> 64) as u64 ^ key ^ right, product as u64]
}

#[cfg(test)]
mod tests {
    use super::{philox, philox_beside};

    /// The three known answers for `philox2x64 10` in Random123's `kat_vectors`.
    #[test]
    fn gives_the_published_answers() {
        assert_eq!(philox([0, 0], 0), [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]);
        assert_eq!(philox([u64::MAX; 2], u64::MAX), [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]);
        let pi = philox([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344], 0xa409_3822_299f_31d0);
        assert_eq!(pi, [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d]);
    }

    #[test]
    fn blocks_beside_each_other_are_as_alone() {
        let (counters, keys) = ([[1, 2], [3, 4], [u64::MAX, 5], [6, 0]], [7, 8, 9, u64::MAX]);
        let alone = std::array::from_fn(|i| philox(counters[i], keys[i]));
        assert_eq!(philox_beside(counters, keys), alone);
    }
}
