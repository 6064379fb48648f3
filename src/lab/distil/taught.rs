//! What a student's training makes small: the labels' cross-entropy and a teacher's terms.

use super::lesson::{Term, Told};
use super::math::mean;
use super::memory::Memory;
use super::subclass::{Emphasis, Place};
use crate::lab::architecture::counts;
use crate::lab::network::Executor;
use crate::lab::train::{Objective, Seen, log_softmax};
use crate::problem::Problem;
use crate::store::hash::sha256_hex;
use candle_core::{D, Device, Result, Tensor};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The labels' cross-entropy and several terms of one teacher, if there is any; both networks see the same augmented
/// images.
pub struct Taught {
    labels: f64,
    terms: Vec<(f64, Box<dyn Term>)>,
    teacher: Option<Executor>,
    emphasis: Option<Emphasis>,
    memory: Option<Mutex<Memory>>,
    /// Images that the teacher was asked about.
    asked: AtomicU64,
}

impl Taught {
    /// The sum of the labels' cross-entropy and of terms, each times a weight.
    pub fn new(
        labels: f64,
        terms: Vec<(f64, Box<dyn Term>)>,
        teacher: Option<Executor>,
        emphasis: Option<Emphasis>,
    ) -> Self {
        Self { labels, terms, teacher, emphasis, memory: None, asked: AtomicU64::new(0) }
    }

    /// Adds a term times a weight.
    pub fn and(mut self, weight: f64, term: Box<dyn Term>) -> Self {
        self.terms.push((weight, term));
        self
    }

    /// Keeps what the teacher says in a folder, if that is vectors only; `looks` tells teacher, images and looks apart.
    ///
    /// # Errors
    /// As for [`Memory::load`].
    pub fn remembering(mut self, folder: &Path, looks: &str) -> std::result::Result<Self, Problem> {
        let Some(teacher) = &self.teacher else { return Ok(self) };
        let wanted = self.wanted(teacher);
        let shapes: Vec<_> = wanted.iter().map(|&t| teacher.shape(t)).collect();
        if shapes.iter().any(|[h, w, _]| h * w > 1) {
            return Ok(self);
        }
        let content = sha256_hex(format!("{looks} {wanted:?}").as_bytes());
        self.memory = Some(Mutex::new(Memory::load(folder, &content, shapes.iter().map(|s| s[2]).sum())?));
        Ok(self)
    }

    /// Writes down what the teacher said.
    ///
    /// # Errors
    /// Output errors.
    pub fn keep(&self) -> std::result::Result<(), Problem> {
        let memory = self.memory.as_ref().map(|memory| memory.lock().unwrap_or_else(PoisonError::into_inner));
        memory.map_or(Ok(()), |mut memory| memory.keep())
    }

    /// The labels' cross-entropy.
    fn hard(&self, seen: &Seen) -> Result<Tensor> {
        let each = (log_softmax(seen.logits)? * seen.targets)?.sum(D::Minus1)?.neg()?;
        let weights = self.emphasis.as_ref().map_or(Ok(None), |e| e.images(Place::Labels, seen))?;
        mean(&each, weights.as_ref())
    }

    /// The teacher's tensors that are read, each once: its answer, then those of the terms.
    fn wanted(&self, teacher: &Executor) -> Vec<usize> {
        let mut wanted = vec![teacher.architecture().layers.len()];
        for tensor in self.terms.iter().flat_map(|t| t.1.teacher()) {
            if !wanted.contains(&tensor) {
                wanted.push(tensor);
            }
        }
        wanted
    }

    /// The teacher's answers and whatever tensors the terms want, one term after another.
    fn ask(&self, seen: &Seen) -> Result<(Tensor, Vec<Tensor>)> {
        let Some(teacher) = &self.teacher else { return Ok((seen.logits.clone(), Vec::new())) };
        let wanted = self.wanted(teacher);
        let shaped = |(values, &tensor): (Vec<f32>, &usize)| {
            let [h, w, c] = teacher.shape(tensor);
            let n = values.len() / (h * w * c);
            Ok((tensor, Tensor::from_vec(values, (n, h, w, c), &Device::Cpu)?))
        };
        let told = match self.memory.as_ref().filter(|_| !seen.looks.is_empty()) {
            Some(memory) => self.remembered(teacher, &wanted, seen, memory),
            None => self.outputs(teacher, &wanted, seen.input),
        };
        let told = told.into_iter().zip(&wanted).map(shaped).collect::<Result<BTreeMap<_, _>>>()?;
        let features = self.terms.iter().flat_map(|t| t.1.teacher()).map(|tensor| told[&tensor].clone()).collect();
        Ok((told[&wanted[0]].flatten_from(1)?, features))
    }

    fn outputs(&self, teacher: &Executor, wanted: &[usize], images: &[f32]) -> Vec<Vec<f32>> {
        let [h, w, c] = teacher.shape(0);
        self.asked.fetch_add((images.len() / (h * w * c)) as u64, Ordering::Relaxed);
        teacher.outputs(images, wanted)
    }

    /// The same, of which only what is not known is asked for.
    fn remembered(&self, teacher: &Executor, wanted: &[usize], seen: &Seen, memory: &Mutex<Memory>) -> Vec<Vec<f32>> {
        let widths: Vec<usize> = wanted.iter().map(|&t| teacher.shape(t)[2]).collect();
        let [h, w, c] = teacher.shape(0);
        let rows = memory.lock().unwrap_or_else(PoisonError::into_inner).recall(seen.looks, |unknown| {
            let images: Vec<f32> =
                unknown.iter().flat_map(|&i| &seen.input[i * h * w * c..][..h * w * c]).copied().collect();
            side_by_side(&self.outputs(teacher, wanted, &images), &widths)
        });
        apart(&rows, &widths)
    }
}

/// Lists of vectors, `[n][width]` each, as one list of rows of all of them.
fn side_by_side(lists: &[Vec<f32>], widths: &[usize]) -> Vec<f32> {
    let n = lists.first().zip(widths.first()).map_or(0, |(list, width)| list.len() / width);
    let part = |i: usize| lists.iter().zip(widths).flat_map(move |(list, &width)| &list[i * width..][..width]);
    (0..n).flat_map(part).copied().collect()
}

/// The way back.
fn apart(rows: &[f32], widths: &[usize]) -> Vec<Vec<f32>> {
    let width = widths.iter().sum();
    let mut lists = vec![Vec::new(); widths.len()];
    for mut row in rows.chunks_exact(width) {
        for (list, &width) in lists.iter_mut().zip(widths) {
            let (mine, rest) = row.split_at(width);
            list.extend_from_slice(mine);
            row = rest;
        }
    }
    lists
}

impl Objective for Taught {
    fn loss(&self, seen: &Seen) -> Result<Tensor> {
        let (logits, heard) = self.ask(seen)?;
        let mut sum = (self.hard(seen)? * self.labels)?;
        let (mut features, mut heard, mut at) = (seen.features, heard.as_slice(), 0);
        for (weight, term) in &self.terms {
            let (here, own) = (term.student().len(), term.own(0).len());
            let mine = seen.own.narrow(0, at, own)?;
            let seen = Seen { features: &features[..here], own: &mine, ..*seen };
            let (told, rest) = heard.split_at(term.teacher().len());
            let loss = term.loss(&seen, &Told { logits: &logits, features: told })?;
            sum = (sum + (loss * *weight)?)?;
            (features, heard, at) = (&features[here..], rest, at + own);
        }
        Ok(sum)
    }

    fn wants(&self) -> Vec<usize> {
        self.terms.iter().flat_map(|(_, term)| term.student()).collect()
    }

    fn own(&self, seed: u64) -> Vec<f32> {
        self.terms.iter().flat_map(|(_, term)| term.own(seed)).collect()
    }

    fn sampling(&self, done: f64) -> Option<Vec<f64>> {
        self.emphasis.as_ref().and_then(|e| e.labels(Place::Sampling, done))
    }

    fn spent(&self) -> u64 {
        let layers = self.teacher.as_ref().map(|t| counts(t.architecture()).unwrap_or_default());
        let each: u64 = layers.unwrap_or_default().iter().map(|c| c.macs).sum();
        each * self.asked.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::{Architecture, separable};
    use crate::lab::data::{self, Dataset};
    use crate::lab::distil::Kd;
    use crate::lab::network::{Folded, Trainee};
    use crate::lab::train::{Job, Progress, Train, train};

    #[test]
    fn lists_come_apart_as_they_were() {
        let (lists, widths) = (vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0]], [2, 1]);
        let rows = side_by_side(&lists, &widths);
        assert_eq!(rows, [1.0, 2.0, 5.0, 3.0, 4.0, 6.0]);
        assert_eq!(apart(&rows, &widths), lists);
    }

    fn network(channels: usize) -> Architecture {
        separable([28, 28, 1], 10, 4, &[[8, 2], [channels, 2]])
    }

    fn taught() -> Taught {
        let teacher = Executor::new(Folded::of(&Trainee::new(&network(16), 3).unwrap()).unwrap()).unwrap();
        let kd = Kd { temperature: 4.0, alpha: 0.7 };
        Taught::new(0.3, vec![(0.7, Box::new(kd))], Some(teacher), None)
    }

    /// The trained weights' bits.
    fn trained(objective: &Taught, data: &Dataset) -> Vec<u32> {
        let settings = Train { epochs: 12, batch: 30, rate: 0.1, shift: 1, ..Train::default() };
        let architecture = network(12);
        let job = Job {
            architecture: &architecture,
            seed: 7,
            settings: &settings,
            objective,
            data,
            content: "test",
            start: None,
            mask: None,
            checkpoint: None,
            until: None,
        };
        let trained = train(&job, &Progress::hidden()).unwrap();
        trained.trainee.flat().unwrap().into_iter().map(f32::to_bits).collect()
    }

    /// The twin asks the teacher about every image of every batch.
    #[test]
    fn a_teacher_whose_answers_are_remembered_teaches_the_same() {
        let mut data = data::load("fashion-mnist-subset", None).unwrap();
        data.train = data.train.select(&(0..100).collect::<Vec<_>>());
        data.validation = data.validation.select(&(0..20).collect::<Vec<_>>());
        let home = tempfile::tempdir().unwrap();
        let always = taught();
        let right = trained(&always, &data);
        let first = taught().remembering(home.path(), "a").unwrap();
        assert_eq!(trained(&first, &data), right);
        assert!(first.spent() > 0 && first.spent() < always.spent());
        first.keep().unwrap();
        let second = taught().remembering(home.path(), "a").unwrap();
        assert_eq!(trained(&second, &data), right);
        let other = taught().remembering(home.path(), "b").unwrap();
        assert_eq!(trained(&other, &data), right);
        assert_eq!([second.spent(), other.spent()], [0, first.spent()]);
    }
}
