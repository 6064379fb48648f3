//! What the tests of all methods share: a made-up batch in double precision, a loss's value, its gradient by differences.

use super::*;
use crate::lab::train::{Seen, cross_entropy};
use candle_core::{Device, Tensor, Var};

/// A tensor's values and its shape, `[n][h][w][c]`.
pub type Feature = (Vec<f64>, [usize; 4]);

/// What both networks said about some images.
#[derive(Clone, Debug)]
pub struct Batch {
    pub student: Vec<f64>,
    pub teacher: Vec<f64>,
    pub labels: Vec<u32>,
    pub features: Vec<Feature>,
    pub heard: Vec<Feature>,
    pub own: Vec<f64>,
    pub done: f64,
}

impl Batch {
    pub fn new(student: &[f32], teacher: &[f32], labels: &[u32]) -> Self {
        let wide = |v: &[f32]| v.iter().map(|&x| f64::from(x)).collect();
        let (student, teacher, labels) = (wide(student), wide(teacher), labels.to_vec());
        Self { student, teacher, labels, features: vec![], heard: vec![], own: vec![], done: 0.5 }
    }

    fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The loss, and what it can be differentiated by: logits, own parameters, features.
    fn loss(&self, labels: f64, weight: f64, term: &dyn Term) -> (f64, Vec<Vec<f64>>) {
        let var = |v: &[f64], shape: &[usize]| Var::from_slice(v, shape, &Device::Cpu).unwrap();
        let matrix = |v: &[f64]| var(v, &[self.rows(), v.len() / self.rows()]);
        let (logits, teacher, own) = (matrix(&self.student), matrix(&self.teacher), var(&self.own, &[self.own.len()]));
        let [mine, theirs] =
            [&self.features, &self.heard].map(|f| f.iter().map(|(v, s)| var(v, s)).collect::<Vec<_>>());
        let [features, heard] =
            [&mine, &theirs].map(|f| f.iter().map(|v| v.as_tensor().clone()).collect::<Vec<Tensor>>());
        let classes = logits.dim(1).unwrap();
        let one_hot = self.labels.iter().flat_map(|&l| (0..classes).map(move |k| f64::from(l as usize == k)));
        let targets = Tensor::from_iter(one_hot, &Device::Cpu).unwrap().reshape((self.rows(), classes)).unwrap();
        let seen = Seen {
            input: &[],
            logits: &logits,
            labels: &Tensor::new(self.labels.as_slice(), &Device::Cpu).unwrap(),
            targets: &targets,
            features: &features,
            own: own.as_tensor(),
            positions: &[],
            looks: &[],
            done: self.done,
        };
        let told = Told { logits: &teacher, features: &heard };
        let soft = (term.loss(&seen, &told).unwrap() * weight).unwrap();
        let hard = (cross_entropy(&logits, &targets).unwrap() * labels).unwrap();
        let loss = (soft + hard).unwrap();
        let found = loss.backward().unwrap();
        let gradient = |v: &Var| {
            let found = found.get(v.as_tensor()).map(|g| g.flatten_all().unwrap().to_vec1::<f64>().unwrap());
            found.unwrap_or_else(|| vec![0.0; v.elem_count()])
        };
        let gradients = [&logits, &own].into_iter().chain(&mine).map(gradient).collect();
        (loss.to_scalar::<f64>().unwrap(), gradients)
    }

    /// The same with one number moved, counted over logits, own parameters, features.
    fn moved(&self, part: usize, at: usize, by: f64) -> Self {
        let mut this = self.clone();
        match part {
            0 => this.student[at] += by,
            1 => this.own[at] += by,
            _ => this.features[part - 2].0[at] += by,
        }
        this
    }
}

/// Made-up numbers, as in `reference.py`.
pub fn wave(n: usize, phase: u32) -> Vec<f64> {
    (0..n).map(|i| 1.5 * (0.7 * i as f64 + f64::from(phase)).sin()).collect()
}

/// Four images, five classes.
pub fn made_up() -> Batch {
    let teacher = wave(20, 2).into_iter().map(|z| 2.0 * z).collect();
    Batch { student: wave(20, 1), teacher, ..Batch::new(&[], &[], &[0, 2, 4, 2]) }
}

/// Three images, three classes, and two pairs of tensors: student's, teacher's, student's, teacher's.
pub fn featured(a: [usize; 3], b: [usize; 3], c: [usize; 3], d: [usize; 3]) -> Batch {
    let feature = |[h, w, c]: [usize; 3], phase| (wave(3 * h * w * c, phase), [3, h, w, c]);
    Batch {
        student: wave(9, 1),
        teacher: wave(9, 2),
        features: vec![feature(a, 10), feature(c, 12)],
        heard: vec![feature(b, 11), feature(d, 13)],
        ..Batch::new(&[], &[], &[0, 2, 1])
    }
}

/// A method's whole loss, labels' part included.
pub fn value<M: Method + Term>(method: &M, batch: &Batch) -> f64 {
    batch.loss(method.labels(), method.weight(), method).0
}

/// A term's loss alone.
pub fn alone(term: &dyn Term, batch: &Batch) -> f64 {
    batch.loss(0.0, 1.0, term).0
}

/// Checks every element of a term's gradient against a central difference.
pub fn agrees_with_differences(term: &dyn Term, batch: &Batch) {
    const H: f64 = 1e-5;
    let (_, gradients) = batch.loss(0.0, 1.0, term);
    for (part, gradient) in gradients.iter().enumerate() {
        for (at, &found) in gradient.iter().enumerate() {
            let difference =
                (alone(term, &batch.moved(part, at, H)) - alone(term, &batch.moved(part, at, -H))) / (2.0 * H);
            assert!((difference - found).abs() < 1e-6 * (1.0 + found.abs()), "{part} {at}: {difference} for {found}");
        }
    }
    assert!(gradients.iter().flatten().any(|g| g.abs() > 1e-3), "the gradient vanishes");
}

#[test]
fn a_recipe_without_a_method_or_with_a_wrong_weight_is_refused() {
    let keys = |distil: Distil| distil.complaints().into_iter().map(|c| c.0).collect::<Vec<_>>();
    assert_eq!(keys(Distil { labels: Some(-1.0), ..Distil::default() }), ["distil", "labels"]);
    assert_eq!(
        keys(Distil { kd: Some(Kd { temperature: 0.0, alpha: 2.0 }), ..Distil::default() }),
        ["temperature", "alpha"]
    );
}
