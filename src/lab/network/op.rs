//! The whole training pass as one candle op over the parameters, so that any loss on its output can be differentiated.

use super::aware::Aware;
use super::init;
use super::pass::Plan;
use super::tape::{Dropout, Tape};
use crate::lab::architecture::Architecture;
use crate::problem::Problem;
use crate::random::{Purpose, Stream};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, Var, bail};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Share of the batch's statistics in the running ones, each step.
const FOLLOW: f32 = 0.1;

/// A network being trained.
#[derive(Debug)]
pub struct Trainee {
    /// What it is.
    pub plan: Arc<Plan>,
    /// All parameters, as [`super::Layout`] says.
    pub parameters: Var,
    /// Running statistics of the norms.
    pub statistics: Vec<f32>,
    tape: Arc<Mutex<Tape>>,
}

/// A candle error as a problem: these are mistakes of the program, not of its input.
pub fn broken(e: candle_core::Error) -> Problem {
    Problem::new(format!("the network cannot be run: {e}"))
}

impl Trainee {
    /// A network with initial parameters by `seed`.
    ///
    /// # Errors
    /// As for [`Architecture::check`].
    pub fn new(architecture: &Architecture, seed: u64) -> std::result::Result<Self, Problem> {
        let plan = Plan::new(architecture.clone())?;
        let (parameters, statistics) = (init::parameters(&plan.layout, seed), init::statistics(&plan.layout));
        Self::with(plan, &parameters, statistics).map_err(broken)
    }

    /// A network with given parameters and statistics, laid out for `plan`.
    pub(super) fn with(plan: Plan, parameters: &[f32], statistics: Vec<f32>) -> Result<Self> {
        let tape = Arc::new(Mutex::new(Tape::new(plan.architecture.layers.len())));
        let parameters = Var::from_slice(parameters, parameters.len(), &Device::Cpu)?;
        Ok(Self { plan: Arc::new(plan), parameters, statistics, tape })
    }

    /// From now on runs as if quantised, or not.
    pub fn aware(&mut self, aware: Option<Aware>) {
        locked(&self.tape).aware = aware;
    }

    /// Logits `[n][classes]` of a batch by batch statistics; `fill` writes the input, channels last.
    /// The running statistics follow.
    ///
    /// # Errors
    /// candle's own.
    pub fn forward(&mut self, n: usize, fill: impl FnOnce(&mut [f32])) -> Result<Tensor> {
        Ok(self.forward_with(n, &[], fill)?.0)
    }

    /// As [`Self::forward`], and the tensors of these numbers beside the logits, `[n][h][w][c]` each; gradients flow back
    /// into all of them.
    ///
    /// # Errors
    /// candle's own.
    pub fn forward_with(
        &mut self,
        n: usize,
        wanted: &[usize],
        fill: impl FnOnce(&mut [f32]),
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let pass = {
            let mut tape = locked(&self.tape);
            tape.batch = n;
            tape.pass += 1;
            let mut input = Tape::take(&mut tape.tensors[0], n * self.plan.size(0));
            fill(&mut input);
            tape.tensors[0] = input;
            tape.pass
        };
        let op = Pass { plan: self.plan.clone(), tape: self.tape.clone(), pass, wanted: wanted.to_vec() };
        let both = self.parameters.apply_op1(op)?;
        self.plan.follow(&locked(&self.tape), FOLLOW, &mut self.statistics);
        self.apart(&both, n, wanted)
    }

    /// Logits and wanted tensors out of one vector.
    fn apart(&self, all: &Tensor, n: usize, wanted: &[usize]) -> Result<(Tensor, Vec<Tensor>)> {
        let mut start = n * self.plan.architecture.classes();
        let logits = all.narrow(0, 0, start)?.reshape((n, self.plan.architecture.classes()))?;
        let mut features = Vec::new();
        for &tensor in wanted {
            let len = n * self.plan.size(tensor);
            let [h, w, c] = self.plan.shapes[tensor];
            features.push(all.narrow(0, start, len)?.reshape((n, h, w, c))?);
            start += len;
        }
        Ok((logits, features))
    }

    /// Leaves a share of linear layers' inputs out of the next passes, drawn anew for each `step`.
    pub fn drop_out(&self, share: f64, seed: u64, step: u64) {
        let stream = Stream::new(seed, 0, Purpose::Dropout);
        locked(&self.tape).dropout = Some(Dropout { share, stream, step });
    }

    /// Buffers that passes use, and the numbers they have room for.
    #[cfg(test)]
    pub fn room(&self) -> (usize, usize) {
        locked(&self.tape).room()
    }

    /// The input of the last forward pass, `[n][h][w][c]`: what a teacher sees.
    pub fn with_input<T>(&self, f: impl FnOnce(&[f32]) -> T) -> T {
        f(&locked(&self.tape).tensors[0])
    }

    /// All parameters as plain numbers.
    ///
    /// # Errors
    /// candle's own.
    pub fn flat(&self) -> Result<Vec<f32>> {
        self.parameters.to_vec1()
    }

    /// Replaces all parameters.
    ///
    /// # Errors
    /// candle's own.
    pub fn set_flat(&self, parameters: &[f32]) -> Result<()> {
        self.parameters.set(&Tensor::from_slice(parameters, parameters.len(), &Device::Cpu)?)
    }
}

fn locked(tape: &Mutex<Tape>) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Pass {
    plan: Arc<Plan>,
    tape: Arc<Mutex<Tape>>,
    pass: u64,
    wanted: Vec<usize>,
}

impl Pass {
    /// The tensors that come out, in order: the answer, then what is wanted.
    fn outputs(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.plan.architecture.layers.len()).chain(self.wanted.iter().copied())
    }

    /// The parameters that the pass sees.
    fn seen<'a>(&self, tape: &Tape, parameters: &'a [f32]) -> Cow<'a, [f32]> {
        tape.aware.map_or(Cow::Borrowed(parameters), |aware| aware.parameters(&self.plan, parameters).into())
    }
}

impl CustomOp1 for Pass {
    fn name(&self) -> &'static str {
        "network"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("parameters are not contiguous") };
        let mut tape = locked(&self.tape);
        let parameters = self.seen(&tape, &storage.as_slice::<f32>()?[start..end]);
        self.plan.forward(&parameters, &mut tape);
        let out: Vec<f32> = self.outputs().flat_map(|t| tape.tensors[t].iter().copied()).collect();
        let len = out.len();
        Ok((CpuStorage::F32(out), Shape::from(len)))
    }

    fn bwd(&self, parameters: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let mut tape = locked(&self.tape);
        if tape.pass != self.pass {
            bail!("another batch went forward before this one went back");
        }
        let parameters = parameters.to_vec1::<f32>()?;
        let parameters = self.seen(&tape, &parameters);
        let gradient = gradient.to_vec1::<f32>()?;
        let mut rest = gradient.as_slice();
        let given = self.outputs().map(|t| {
            let (own, others) = rest.split_at(tape.batch * self.plan.size(t));
            rest = others;
            (t, own)
        });
        let given: Vec<_> = given.collect();
        let found = self.plan.backward(&parameters, &mut tape, &given);
        let len = found.len();
        Ok(Some(Tensor::from_vec(found, len, &Device::Cpu)?))
    }
}
