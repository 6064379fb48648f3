use crate::random::{Purpose, Stream};

/// How often images are drawn again.
const DRAWS: u64 = 1000;

/// Sums of what was counted for each image, over as many images as there are, drawn again with replacement: one array of
/// sums for each of 1000 draws. Nothing for fewer than two images.
///
/// It answers: how far would a result move with other images of the same kind? A million requests on ten thousand
/// images do not make a million facts. Draws are a function of `seed` and `series`: counts of two policies about the
/// same images, redrawn in equal series, can be compared draw by draw.
pub fn redraw<const N: usize>(images: &[[u32; N]], seed: u64, series: u64) -> Vec<[u64; N]> {
    let stream = Stream::new(seed, series, Purpose::Resampling);
    let draws = if images.len() < 2 { 0 } else { DRAWS };
    (0..draws).map(|draw| once(images, &stream, draw)).collect()
}

fn once<const N: usize>(images: &[[u32; N]], stream: &Stream, draw: u64) -> [u64; N] {
    let n = images.len();
    let mut sum = [0; N];
    for block in 0..n.div_ceil(4) {
        for place in places(stream.draw(draw, block as u64), n as u64).into_iter().take(n - 4 * block) {
            sum.iter_mut().zip(images[place]).for_each(|(sum, count)| *sum += u64::from(count));
        }
    }
    sum
}

/// Four indices below `n` from 128 bits; biased by at most `n` / 2^32.
fn places(bits: [u64; 2], n: u64) -> [usize; 4] {
    let place = |word: u64| (((word & 0xffff_ffff) * n) >> 32) as usize;
    [place(bits[0]), place(bits[0] >> 32), place(bits[1]), place(bits[1] >> 32)]
}

/// Where the middle of some values lies: the percentile interval of redrawn results, interpolated linearly between
/// order statistics. Values that are no numbers are left out; no values, no interval.
pub fn percentiles(mut values: Vec<f64>, confidence: f64) -> Option<(f64, f64)> {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |q: f64| {
        let place = q * last as f64;
        let (low, part) = (place as usize, place.fract());
        values[low] + part * (values[(low + 1).min(last)] - values[low])
    };
    Some((at((1.0 - confidence) / 2.0), at((1.0 + confidence) / 2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(images: &[[u32; 2]]) -> (f64, f64) {
        let share = |[asked, right]: [u64; 2]| right as f64 / asked as f64;
        percentiles(redraw(images, 1, 0).into_iter().map(share).collect(), 0.95).expect("an interval")
    }

    /// One request an image is a plain proportion: the interval is near p ± 1.96 √(p(1−p)/n).
    #[test]
    fn is_the_binomial_interval_for_one_request_an_image() {
        let images: Vec<[u32; 2]> = (0..2000).map(|i| [1, u32::from(i % 10 != 0)]).collect();
        let half = 1.96 * (0.9f64 * 0.1 / 2000.0).sqrt();
        let (low, high) = interval(&images);
        assert!((low - (0.9 - half)).abs() < 0.002 && (high - (0.9 + half)).abs() < 0.002, "{low} {high}");
    }

    #[test]
    fn asking_the_same_images_more_often_adds_no_facts() {
        let of = |asked| (0..500).map(|i| [asked, asked * u32::from(i % 5 != 0)]).collect::<Vec<_>>();
        assert_eq!(interval(&of(1)), interval(&of(1000)));
    }

    /// The naive twin: indices one by one, in plain arithmetic.
    #[test]
    fn equals_drawing_one_by_one() {
        let images: Vec<[u32; 2]> = (0..7).map(|i| [i + 1, i]).collect();
        let stream = Stream::new(3, 2, Purpose::Resampling);
        let drawn = |k: u64| {
            let bits = stream.draw(5, k / 4)[(k / 2 % 2) as usize];
            let word = if k.is_multiple_of(2) { bits as u32 } else { (bits >> 32) as u32 };
            images[(u64::from(word) * 7 / (1 << 32)) as usize]
        };
        let sum = (0..7).map(drawn).fold([0, 0], |s, i| [s[0] + u64::from(i[0]), s[1] + u64::from(i[1])]);
        assert_eq!(redraw(&images, 3, 2)[5], sum);
    }

    #[test]
    fn equal_series_draw_equal_images() {
        let (one, two): (Vec<[u32; 1]>, Vec<[u32; 1]>) = (0..50).map(|i| ([i], [2 * i])).unzip();
        let double: Vec<[u64; 1]> = redraw(&one, 1, 4).into_iter().map(|[sum]| [2 * sum]).collect();
        assert_eq!(double, redraw(&two, 1, 4));
        assert_ne!(redraw(&one, 1, 4), redraw(&one, 1, 5));
        assert!(redraw(&one[..1], 1, 4).is_empty());
    }

    /// numpy: `np.percentile([4, 1, 3, 2, 10], [2.5, 97.5])`
    #[test]
    fn percentiles_equal_numpys() {
        let (low, high) = percentiles(vec![4.0, 1.0, f64::NAN, 3.0, 2.0, 10.0], 0.95).expect("values");
        assert!((low - 1.1).abs() < 1e-12 && (high - 9.4).abs() < 1e-12, "{low} {high}");
        assert_eq!(percentiles(vec![f64::NAN], 0.95), None);
    }
}
