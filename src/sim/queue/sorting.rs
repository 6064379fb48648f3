//! Keys into falling order, in the way that suits their number: a key's time is its high 64 bits.
//!
//! What order random keys are in no processor foresees, so few of them are not compared one by one: each is put where the
//! number of those above it says, which compilers count with vectors.

/// From so many keys on counting is faster than comparing, up to so many, which it can do.
pub(super) const MANY: usize = 6;
pub(super) const SMALL: usize = 64;

#[inline]
fn time(key: u128) -> u64 {
    (key >> 64) as u64
}

/// Moves keys over to an empty front, whatever they are.
#[inline]
pub(super) fn by_comparing(keys: &mut Vec<u128>, front: &mut Vec<u128>) {
    std::mem::swap(front, keys);
    fall(front);
}

/// Moves at most [`SMALL`] keys, whose times are less than `2^shift` from `base` on, over to an empty front.
pub(super) fn by_counting(keys: &mut Vec<u128>, front: &mut Vec<u128>, base: u64, shift: u32) {
    if keys.is_sorted() {
        std::mem::swap(keys, front);
        return front.reverse();
    }
    let coarser = shift.saturating_sub(31);
    let times = numbers(keys, |key| (time(key).wrapping_sub(base) >> coarser) as i32);
    let others = &times[..keys.len().next_multiple_of(8).min(SMALL)];
    let above = |i: usize| others.iter().map(|other| i32::from(*other > times[i])).sum();
    if place(keys, front, above) {
        return keys.clear();
    }
    // Some are of one time; what follows it in a key, 32 bits with a sign, nearly always decides.
    let lows = numbers(keys, |key| (((key >> 32) as u32) ^ 1 << 31).cast_signed());
    let is_above =
        |other: (&i32, &i32), i: usize| (*other.0 > times[i]) | (*other.0 == times[i]) & (*other.1 > lows[i]);
    let above = |i: usize| others.iter().zip(&lows).map(|other| i32::from(is_above(other, i))).sum();
    if coarser == 0 && place(keys, front, above) {
        return keys.clear();
    }
    front.clear();
    by_comparing(keys, front);
}

/// Numbers of keys, and the least number where there are none.
#[inline]
fn numbers(keys: &[u128], number: impl Fn(u128) -> i32) -> [i32; SMALL] {
    let mut numbers = [i32::MIN; SMALL];
    numbers.iter_mut().zip(keys).for_each(|(of, key)| *of = number(*key));
    numbers
}

/// Puts keys where they belong in the front if no two want one place: whether none did.
#[inline(always)]
fn place(keys: &[u128], front: &mut Vec<u128>, above: impl Fn(usize) -> i32) -> bool {
    front.clear();
    front.extend_from_slice(keys);
    let mut places = 0;
    for (i, key) in keys.iter().enumerate() {
        let place = above(i) as usize;
        places += place;
        front[place % SMALL] = *key;
    }
    // Equals count fewer above them than there are places.
    places == keys.len() * (keys.len() - 1) / 2
}

/// Moves fewer than 2^16 keys, whose times are less than `2^shift` from `base` on, over to an empty front: spreads them over
/// slots of time, some for each, and sorts what is nearly sorted by then.
pub(super) fn by_slot(keys: &mut Vec<u128>, front: &mut Vec<u128>, base: u64, shift: u32) {
    match keys.len() {
        0..128 => by_slot_of::<128>(keys, front, base, shift),
        128..512 => by_slot_of::<512>(keys, front, base, shift),
        _ => by_slot_of::<2048>(keys, front, base, shift),
    }
}

fn by_slot_of<const SLOTS: usize>(keys: &mut Vec<u128>, front: &mut Vec<u128>, base: u64, shift: u32) {
    let coarser = shift.saturating_sub(SLOTS.trailing_zeros());
    let falling = |key: &u128| SLOTS - 1 - (time(*key).wrapping_sub(base) >> coarser) as usize % SLOTS;
    let mut ends = [0u16; SLOTS];
    keys.iter().for_each(|key| ends[falling(key)] += 1);
    let (mut sum, mut most) = (0, 0);
    for end in &mut ends {
        most = most.max(*end);
        (*end, sum) = (sum, sum + *end);
    }
    front.extend_from_slice(keys);
    for key in keys.drain(..) {
        let end = &mut ends[falling(&key)];
        front[usize::from(*end)] = key;
        *end += 1;
    }
    if usize::from(most) > SMALL { fall(front) } else { insert_each(front) }
}

/// Sorts falling what is nearly sorted.
fn insert_each(keys: &mut [u128]) {
    for i in 1..keys.len() {
        let (key, mut at) = (keys[i], i);
        while at > 0 && keys[at - 1] < key {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = key;
    }
}

/// Sorts falling; often there are one or two.
#[inline]
fn fall(keys: &mut [u128]) {
    match keys {
        [] | [_] => {}
        [a, b] if *a >= *b => {}
        [a, b] => std::mem::swap(a, b),
        more => more.sort_unstable_by(|a, b| b.cmp(a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn falling(keys: &[u128]) -> Vec<u128> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.reverse();
        keys
    }

    /// Keys of a bucket of `2^shift` instants from `base` on, of few or many instants and births.
    fn bucket(most: usize) -> impl Strategy<Value = (Vec<u128>, u64, u32)> {
        let keys = proptest::collection::vec(any::<(u64, u32, u32)>(), 1..=most);
        let kinds = (prop_oneof![Just(1), Just(3), Just(u64::MAX)], prop_oneof![Just(1), Just(2), Just(u32::MAX)]);
        (keys, kinds, 0u32..58, any::<u64>()).prop_map(|(keys, (instants, births), shift, base)| {
            let base = base >> shift << shift;
            let key = |(time, birth, slot): (u64, u32, u32)| {
                let time = base | ((time % instants) & ((1 << shift) - 1));
                u128::from(time) << 64 | u128::from(birth % births) << 32 | u128::from(slot % 2)
            };
            (keys.into_iter().map(key).collect(), base, shift)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn counting_sorts((mut keys, base, shift) in bucket(SMALL), sorted in any::<bool>()) {
            if sorted {
                keys.sort_unstable();
            }
            let (right, mut front) = (falling(&keys), Vec::new());
            by_counting(&mut keys, &mut front, base, shift);
            prop_assert_eq!((front, keys), (right, Vec::new()));
        }

        #[test]
        fn slots_sort((mut keys, base, shift) in prop_oneof![bucket(100), bucket(1500)]) {
            let (right, mut front) = (falling(&keys), Vec::new());
            by_slot(&mut keys, &mut front, base, shift);
            prop_assert_eq!((front, keys), (right, Vec::new()));
        }
    }
}
