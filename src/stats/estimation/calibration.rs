//! How well a network's probabilities mean what they say.

/// Logits of labelled images: one row of `classes` logits an image.
#[derive(Clone, Copy, Debug)]
pub struct Scores<'a> {
    logits: &'a [f32],
    labels: &'a [u16],
    classes: usize,
}

/// Equal-width bins of the expected calibration error.
const BINS: usize = 15;

/// Searched range of the temperature's logarithm: 1/20 to 20.
const LOG_RANGE: (f64, f64) = (-2.995_732_273_553_991, 2.995_732_273_553_991);

impl<'a> Scores<'a> {
    /// `logits` row by row; `None` unless there is one row a label, and each label is a class.
    pub fn new(logits: &'a [f32], labels: &'a [u16], classes: usize) -> Option<Self> {
        let whole = logits.len() == labels.len() * classes && labels.iter().all(|l| (*l as usize) < classes);
        (whole && !labels.is_empty()).then_some(Self { logits, labels, classes })
    }

    /// Mean negative log-likelihood of the labels in nats, logits divided by `temperature`.
    pub fn nll(&self, temperature: f64) -> f64 {
        self.mean(temperature, |p, label| -p[label].max(f64::MIN_POSITIVE).ln())
    }

    /// Mean squared distance between the probabilities and the label's unit vector (Brier 1950; between 0 and 2).
    pub fn brier(&self, temperature: f64) -> f64 {
        self.mean(temperature, |p, label| {
            p.iter().enumerate().map(|(c, p)| (p - f64::from(u8::from(c == label))).powi(2)).sum()
        })
    }

    /// Expected calibration error in 15 equal-width bins of the largest probability (Guo et al. 2017, equation 3).
    pub fn ece(&self, temperature: f64) -> f64 {
        let mut gaps = [0.0; BINS];
        self.each(temperature, |p, label| {
            let top = (0..p.len()).fold(0, |best, c| if p[c] > p[best] { c } else { best });
            let bin = ((p[top] * BINS as f64) as usize).min(BINS - 1);
            gaps[bin] += p[top] - f64::from(u8::from(top == label));
        });
        gaps.iter().map(|gap| gap.abs()).sum::<f64>() / self.labels.len() as f64
    }

    /// The temperature with the least negative log-likelihood between 1/20 and 20 (Guo et al. 2017), by golden section
    /// over its logarithm: along 1/temperature the likelihood is convex, so that there is one minimum.
    pub fn temperature(&self) -> f64 {
        golden_section(LOG_RANGE, |log| self.nll(log.exp())).exp()
    }

    fn mean(&self, temperature: f64, of: impl Fn(&[f64], usize) -> f64) -> f64 {
        let mut sum = 0.0;
        self.each(temperature, |p, label| sum += of(p, label));
        sum / self.labels.len() as f64
    }

    fn each(&self, temperature: f64, mut see: impl FnMut(&[f64], usize)) {
        let mut p = vec![0.0; self.classes];
        for (row, label) in self.logits.chunks_exact(self.classes).zip(self.labels) {
            softmax(row, temperature, &mut p);
            see(&p, *label as usize);
        }
    }
}

fn softmax(logits: &[f32], temperature: f64, p: &mut [f64]) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    p.iter_mut().zip(logits).for_each(|(p, l)| *p = ((f64::from(*l) - f64::from(most)) / temperature).exp());
    let sum: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= sum);
}

/// Where a function with one minimum is least, within 1e-7.
fn golden_section((mut low, mut high): (f64, f64), f: impl Fn(f64) -> f64) -> f64 {
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    let inner = |low: f64, high: f64| (high - ratio * (high - low), low + ratio * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    while high - low > 1e-7 {
        if fa < fb {
            (high, b, fb) = (b, a, fa);
            a = inner(low, high).0;
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = inner(low, high).1;
            fb = f(b);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 18] =
        [2.0, 0.5, -1.0, 0.2, 0.1, 0.0, -1.0, 3.0, 0.5, 1.0, 1.2, 0.9, 0.0, -2.0, 4.0, 3.0, 2.5, 0.0];
    const LABELS: [u16; 6] = [0, 2, 1, 0, 2, 1];

    fn scores() -> Scores<'static> {
        Scores::new(&LOGITS, &LABELS, 3).unwrap()
    }

    /// numpy and scipy, with L the logits, y the labels, p = softmax(L / T, axis=1):
    /// `-mean(log_softmax(L / T)[y])`, `mean(((p - eye(3)[y]) ** 2).sum(1))`, and over the 15 bins b = floor(15 max p)
    /// `sum(abs(sum(max p) - sum(right))) / 6`
    #[test]
    fn equals_scipy() {
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-7, "{found} {wanted}");
        close(scores().nll(1.0), 0.617_322_929_4);
        close(scores().nll(1.7), 0.680_549_514_0);
        close(scores().brier(1.0), 0.382_263_244_5);
        close(scores().brier(1.7), 0.395_791_398_8);
        close(scores().ece(1.0), 0.281_270_327_4);
        close(scores().ece(1.7), 0.327_760_288_7);
    }

    /// scipy: `minimize_scalar(lambda u: nll(exp(u)), bounds=(log(.05), log(20)), method="bounded")`
    #[test]
    fn finds_scipys_temperature() {
        assert!((scores().temperature() - 0.817_026_5).abs() < 1e-5, "{}", scores().temperature());
        assert!((scores().nll(scores().temperature()) - 0.611_588_025_8).abs() < 1e-7);
    }

    #[test]
    fn undoes_a_known_scaling() {
        let hotter: Vec<f32> = LOGITS.iter().map(|l| l * 4.0).collect();
        let found = Scores::new(&hotter, &LABELS, 3).unwrap().temperature();
        assert!((found / scores().temperature() - 4.0).abs() < 1e-4, "{found}");
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert!(Scores::new(&LOGITS, &LABELS[1..], 3).is_none());
        assert!(Scores::new(&LOGITS[..3], &[3], 3).is_none());
        assert!(Scores::new(&[], &[], 3).is_none());
    }

    #[test]
    fn survives_certainty_that_is_wrong() {
        assert!(Scores::new(&[1e4, 0.0], &[1], 2).unwrap().nll(1.0).is_finite());
    }
}
