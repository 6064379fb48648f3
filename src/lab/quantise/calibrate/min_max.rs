//! The range of all values that were seen.

use super::histogram::Histogram;

pub(super) fn range(seen: &Histogram) -> (f32, f32) {
    (seen.low, seen.high)
}

#[cfg(test)]
mod tests {
    use super::super::histogram::of;

    #[test]
    fn nothing_is_cut_off() {
        assert_eq!(super::range(&of(&[-2.0, 0.5, 7.0])), (-2.0, 7.0));
    }
}
