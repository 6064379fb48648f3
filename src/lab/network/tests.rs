//! The trainable pass against stock candle, the folded form against the unfolded one, files against memory.

use super::layout::Role;
use super::pass::EPS;
use super::tape::Dropout;
use super::*;
use crate::lab::architecture::{ANSWER, Architecture, Bottleneck, Builder, Conv, Inverted, Op, residual, separable};
use crate::lab::data::Scaling;
use crate::random::{Purpose, Stream, sample::unit};
use candle_core::{D, Device, Tensor};
use proptest::prelude::*;

fn scaling() -> Scaling {
    Scaling::grey(0.5, 0.25)
}

fn noise(n: usize, seed: u64) -> Vec<f32> {
    let stream = Stream::new(seed, 0, Purpose::Image);
    (0..n).map(|i| (2.0 * unit(stream.draw(i as u64, 0)[0]) - 1.0) as f32).collect()
}

/// The same network in candle's own operations, channels first. Square images only: for others the gradient of candle's
/// strided convolution fails with a shape mismatch (the kernels are tested on those by themselves).
fn stock(trainee: &Trainee, x: &[f32], n: usize) -> candle_core::Result<Vec<Tensor>> {
    let (plan, flat) = (&trainee.plan, trainee.parameters.as_tensor());
    let [h, w, c] = plan.architecture.input;
    let mut tensors = vec![Tensor::from_slice(x, (n, h, w, c), &Device::Cpu)?.permute((0, 3, 1, 2))?.contiguous()?];
    for (i, layer) in plan.architecture.layers.iter().enumerate() {
        let part = |role| {
            let range = plan.layout.range(i, role);
            flat.narrow(0, range.start, range.len())
        };
        let x = &tensors[layer.from];
        let y = match &layer.op {
            Op::Conv(conv) => {
                let each = (1, conv.channels, 1, 1);
                let inner = plan.shapes[layer.from][2] / conv.groups;
                let w = part(Role::Weight)?.reshape((conv.kernel, conv.kernel, inner, conv.channels))?;
                let w = w.permute((3, 2, 0, 1))?.contiguous()?;
                let z = x.conv2d(&w, conv.pad, conv.stride, 1, conv.groups)?;
                let mean = z.mean_keepdim((0, 2, 3))?;
                let centred = z.broadcast_sub(&mean)?;
                let deviation = (centred.sqr()?.mean_keepdim((0, 2, 3))? + f64::from(EPS))?.sqrt()?;
                let y = centred.broadcast_div(&deviation)?.broadcast_mul(&part(Role::Gamma)?.reshape(each)?)?;
                let y = y.broadcast_add(&part(Role::Beta)?.reshape(each)?)?;
                let y = if let Some(t) = layer.add { (y + &tensors[t])? } else { y };
                if conv.relu { y.relu()? } else { y }
            }
            Op::GlobalAveragePool => x.mean_keepdim((2, 3))?,
            Op::AveragePool { size } => x.avg_pool2d(*size)?,
            Op::Linear { outputs } => {
                let w = part(Role::Weight)?.reshape(((), *outputs))?;
                let y = x.flatten_from(1)?.matmul(&w)?.broadcast_add(&part(Role::Bias)?)?;
                y.reshape((n, *outputs, 1, 1))?
            }
            Op::GroupLogits { groups } => {
                let of = |g: &Vec<usize>| {
                    let members = Tensor::from_iter(g.iter().map(|&k| k as u32), &Device::Cpu)?;
                    x.flatten_from(1)?.index_select(&members, 1)?.log_sum_exp(D::Minus1)
                };
                let all = groups.iter().map(of).collect::<candle_core::Result<Vec<_>>>()?;
                Tensor::stack(&all, 1)?.reshape((n, groups.len(), 1, 1))?
            }
        };
        tensors.push(y);
    }
    Ok(tensors)
}

/// A weighted sum of log-probabilities and squares of features: a loss whose gradient differs in every element.
fn loss(logits: &Tensor, features: &[Tensor]) -> candle_core::Result<Tensor> {
    let weigh = |t: &Tensor, seed| t * Tensor::from_vec(noise(t.elem_count(), seed), t.shape(), &Device::Cpu)?;
    let log = logits.broadcast_sub(&logits.log_sum_exp(D::Minus1)?.unsqueeze(1)?)?;
    let mut sum = weigh(&log, 9)?.sum_all()?;
    for (i, feature) in features.iter().enumerate() {
        sum = (sum + weigh(&feature.sqr()?, 10 + i as u64)?.sum_all()? * 0.1)?;
    }
    Ok(sum)
}

/// Farthest distance, in units of the largest right value.
fn distance(found: &[f32], right: &[f32]) -> f32 {
    let scale = right.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    assert_eq!(found.len(), right.len());
    found.iter().zip(right).fold(0.0, |m: f32, (a, b)| m.max((a - b).abs())) / scale
}

fn agrees_with_stock(architecture: &Architecture, n: usize, seed: u64, wanted: &[usize]) {
    let mut trainee = Trainee::new(architecture, seed).unwrap();
    // Norms away from 1 and 0, so that their gradients are seen.
    let moved: Vec<f32> = trainee.flat().unwrap().iter().zip(noise(1 << 16, seed)).map(|(p, e)| p + 0.1 * e).collect();
    trainee.set_flat(&moved).unwrap();
    let x = noise(n * trainee.plan.size(0), seed + 1);
    let run = |logits: Tensor, features: &[Tensor]| {
        let gradients = loss(&logits, features).unwrap().backward().unwrap();
        let gradient = gradients.get(trainee.parameters.as_tensor()).unwrap().to_vec1::<f32>().unwrap();
        (logits.flatten_all().unwrap().to_vec1::<f32>().unwrap(), gradient)
    };
    let mut tensors = stock(&trainee, &x, n).unwrap();
    let right: Vec<_> =
        wanted.iter().map(|&t| tensors[t].permute((0, 2, 3, 1)).unwrap().contiguous().unwrap()).collect();
    let right = run(tensors.pop().unwrap().flatten_from(1).unwrap(), &right);
    let parameters = trainee.parameters.clone();
    let (logits, features) = trainee.forward_with(n, wanted, |input| input.copy_from_slice(&x)).unwrap();
    let gradients = loss(&logits, &features).unwrap().backward().unwrap();
    let gradient = gradients.get(parameters.as_tensor()).unwrap().to_vec1::<f32>().unwrap();
    let logits = logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert!(distance(&logits, &right.0) < 1e-4, "logits differ by {}", distance(&logits, &right.0));
    for p in &trainee.plan.layout.parameters {
        let far = distance(&gradient[p.range.clone()], &right.1[p.range.clone()]);
        assert!(far < 2e-3, "gradient of {} differs by {far}", p.name);
    }
}

/// One convolution of any shape, with or without a projected sum, and a head.
fn small(size: [usize; 3], kernel: usize, stride: usize, pad: usize, groups: usize, sum: bool) -> Architecture {
    let mut b = Builder::new(size);
    let conv = |channels, groups, relu| Op::Conv(Conv { channels, kernel, stride, pad, groups, relu });
    b.layer("first", conv(2 * groups, groups, true), 0, None);
    let side = if sum { Some(b.layer("side", conv(2 * groups, 1, false), 0, None)) } else { None };
    let same = Conv { channels: 2 * groups, kernel: 3, stride: 1, pad: 1, groups, relu: true };
    b.layer("second", Op::Conv(same), 1, side);
    b.answer(3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: proptest::test_runner::RngSeed::Fixed(3), ..Default::default() })]

    #[test]
    fn every_convolution_agrees_with_stock_candle(
        (side, inner, groups) in (5..10usize, 1..3usize, 1..4usize),
        (kernel, stride, pad, sum) in (1..4usize, 1..3usize, 0..2usize, any::<bool>()),
        seed in 0..100u64,
    ) {
        agrees_with_stock(&small([side, side, inner * groups], kernel, stride, pad, groups, sum), 4, seed, &[]);
    }
}

#[test]
fn whole_networks_agree_with_stock_candle() {
    agrees_with_stock(&residual([11, 11, 1], 5, 2, 4), 6, 1, &[]);
    agrees_with_stock(&separable([10, 10, 3], 5, 4, &[[6, 2], [8, 1]]), 6, 2, &[]);
    let blocks = vec![[1, 4, 1, 1], [3, 4, 2, 1], [2, 6, 1, 2]];
    let inverted = Inverted {
        stem: 4,
        stem_stride: 1,
        blocks,
        head: Some(9),
        width: 1.0,
        depth: 1.0,
        shrink: None,
        exits: vec![],
    };
    agrees_with_stock(&inverted.architecture([9, 9, 3], 5), 6, 3, &[]);
    let bottleneck = Bottleneck { blocks: vec![1, 2], width: 3, expansion: 2, shrink: None, exits: vec![] };
    agrees_with_stock(&bottleneck.architecture([9, 9, 3], 5), 6, 4, &[]);
    agrees_with_stock(&residual([8, 8, 2], 5, 1, 4).shrunk(2), 6, 5, &[]);
}

#[test]
fn gradients_flow_back_into_any_tensors() {
    let residual = residual([11, 11, 1], 5, 2, 4);
    let [inside, block] = ["stage1.block1", "stage2.block2"].map(|tap| residual.at_tap(tap).unwrap());
    let (pool, answer) = (residual.at_tap("pool").unwrap(), residual.layers.len());
    agrees_with_stock(&residual, 6, 3, &[block, inside - 1, inside, pool, block, answer]);
    agrees_with_stock(&separable([10, 10, 3], 5, 4, &[[6, 2], [8, 1]]), 6, 4, &[1, 0, 2]);
    let grouped = separable([10, 10, 3], 5, 4, &[[6, 2]]).grouped(vec![vec![1, 4, 0], vec![3, 2]]);
    agrees_with_stock(&grouped, 6, 5, &[grouped.finest()]);
    assert!(residual.at_tap("stage1.blok1").unwrap_err().to_string().contains("did you mean `stage1.block1`?"));
}

#[test]
fn an_executor_gives_any_tensors() {
    let executor = Executor::new(Folded::of(&trained(&residual([8, 8, 2], 4, 1, 4))).unwrap()).unwrap();
    let x = noise(70 * 128, 7);
    let taps = [0, executor.architecture().at_tap("pool").unwrap(), executor.architecture().at_tap(ANSWER).unwrap()];
    let found = executor.outputs(&x, &taps);
    assert_eq!((found[0].as_slice(), &found[2]), (x.as_slice(), &executor.logits(&x)));
    assert_eq!((found[1].len(), executor.shape(taps[1])), (70 * 16, [1, 1, 16]));
    // The classifier turns the pooled tensor into the answer.
    let weights = Folded::of(&trained(&residual([8, 8, 2], 4, 1, 4))).unwrap().layers.pop().unwrap();
    let logit: f32 = (0..16).map(|i| found[1][16 * 3 + i] * weights[0][4 * i + 2]).sum::<f32>() + weights[1][2];
    assert!((logit - found[2][4 * 3 + 2]).abs() < 1e-4);
}

fn trained(architecture: &Architecture) -> Trainee {
    let mut trainee = Trainee::new(architecture, 5).unwrap();
    for step in 0..3 {
        let n = 4 * trainee.plan.size(0);
        trainee.forward(4, |input| input.copy_from_slice(&noise(n, step))).unwrap();
    }
    trainee
}

/// What is left out has no gradient, and the rest has that of differences; other steps leave out others.
#[test]
fn dropout_goes_back_as_it_went_forward() {
    let architecture = separable([6, 6, 1], 3, 4, &[[8, 2]]);
    let mut trainee = Trainee::new(&architecture, 5).unwrap();
    let x = noise(4 * 36, 3);
    let value = |trainee: &mut Trainee, step| {
        trainee.drop_out(0.5, 1, step);
        let logits = trainee.forward(4, |input| input.copy_from_slice(&x)).unwrap();
        loss(&logits, &[]).unwrap()
    };
    let found = value(&mut trainee, 7).backward().unwrap();
    let found = found.get(trainee.parameters.as_tensor()).unwrap().to_vec1::<f32>().unwrap();
    let flat = trainee.flat().unwrap();
    const H: f32 = 1e-2;
    for at in [2, 30, 60, flat.len() - 20, flat.len() - 8, flat.len() - 1] {
        let mut moved = |by: f32| {
            let mut parameters = flat.clone();
            parameters[at] += by;
            trainee.set_flat(&parameters).unwrap();
            f64::from(value(&mut trainee, 7).to_scalar::<f32>().unwrap())
        };
        let difference = (moved(H) - moved(-H)) / f64::from(2.0 * H);
        assert!((difference - f64::from(found[at])).abs() < 2e-2, "{at}: {difference} for {}", found[at]);
    }
    trainee.set_flat(&flat).unwrap();
    let at_step = |trainee: &mut Trainee, step| value(trainee, step).to_scalar::<f32>().unwrap();
    assert_eq!(at_step(&mut trainee, 7), at_step(&mut trainee, 7));
    assert_ne!(at_step(&mut trainee, 7), at_step(&mut trainee, 8));
}

/// Half are left out, the mean stays.
#[test]
fn dropout_keeps_the_mean() {
    let dropout = Dropout { share: 0.25, stream: Stream::new(1, 0, Purpose::Dropout), step: 3 };
    let mut values = vec![1.0; 40_000];
    dropout.mask(2, &mut values);
    let left_out = values.iter().filter(|&&v| v == 0.0).count() as f64 / 40_000.0;
    let mean = values.iter().sum::<f32>() / 40_000.0;
    assert!((left_out - 0.25).abs() < 5.0 * (0.1875f64 / 40_000.0).sqrt() && (mean - 1.0).abs() < 0.02, "{left_out}");
}

#[test]
fn passes_use_the_same_memory_again() {
    let architecture = residual([9, 9, 1], 4, 1, 4);
    let mut trainee = Trainee::new(&architecture, 5).unwrap();
    let mut rooms = Vec::new();
    for step in 0..12 {
        trainee.drop_out(0.2, 1, step);
        let logits = trainee.forward(5, |input| input.copy_from_slice(&noise(5 * 81, step))).unwrap();
        loss(&logits, &[]).unwrap().backward().unwrap();
        rooms.push(trainee.room());
    }
    assert!(rooms[2..].iter().all(|room| *room == rooms[2]), "{rooms:?}");
}

#[test]
fn folding_keeps_the_answers() {
    let architecture = residual([8, 8, 2], 4, 1, 4);
    let mut trainee = trained(&architecture);
    let (n, x) = (70, noise(70 * 128, 7));
    // Running statistics follow a batch that comes again and again; the training pass then computes what the folded form
    // does, but for the variance's bias.
    let mut forward = || trainee.forward(n, |input| input.copy_from_slice(&x)).unwrap();
    let logits = (0..200).map(|_| forward()).last().unwrap();
    let executor = Executor::new(Weights::of(&trainee, scaling(), Kind::Shipped).unwrap().folded().unwrap()).unwrap();
    let logits = logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert!(distance(&executor.logits(&x), &logits) < 0.02);
}

#[test]
fn files_give_back_what_they_hold() {
    let trainee = trained(&separable([7, 5, 1], 3, 4, &[[6, 2]]));
    for kind in [Kind::Shipped, Kind::Trained] {
        let weights = Weights::of(&trainee, scaling(), kind).unwrap();
        let bytes = weights.encode().unwrap();
        assert_eq!(bytes, weights.encode().unwrap());
        assert_eq!(Weights::decode(&bytes).unwrap(), weights);
        for at in [0, 8, 100, bytes.len() - 1] {
            assert!(Weights::decode(&bytes[..at]).is_err());
        }
    }
    let again = Weights::of(&trainee, scaling(), Kind::Trained).unwrap().trainee().unwrap();
    assert_eq!((again.flat().unwrap(), &again.statistics), (trainee.flat().unwrap(), &trainee.statistics));
}

#[test]
fn weights_of_another_architecture_are_refused() {
    let trainee = trained(&separable([7, 5, 1], 3, 4, &[[6, 2]]));
    let mut weights = Weights::of(&trainee, scaling(), Kind::Shipped).unwrap();
    weights.architecture = residual([7, 5, 1], 3, 1, 4);
    assert!(weights.folded().unwrap_err().to_string().contains("no tensor `stage1.block1.conv1.weight`"));
    let mut folded = Weights::of(&trainee, scaling(), Kind::Shipped).unwrap().folded().unwrap();
    folded.layers[0][1].pop();
    assert!(Executor::new(folded).unwrap_err().to_string().contains("`stem` needs"));
}

#[test]
fn the_batch_does_not_change_an_answer() {
    let trainee = trained(&residual([8, 8, 2], 4, 1, 4));
    let executor = Executor::new(Weights::of(&trainee, scaling(), Kind::Shipped).unwrap().folded().unwrap()).unwrap();
    let x = noise(130 * 128, 7);
    let together = executor.logits(&x);
    let apart: Vec<f32> = x.chunks(128).flat_map(|image| executor.logits(image)).collect();
    assert_eq!(together, apart);
    assert_eq!(executor.architecture().layers.last().unwrap().tap.as_deref(), Some(ANSWER));
}
