//! Integer inference beside our own in floats, as lines `benchmark,case,peer,metric,unit,ours,theirs,ratio`: whole networks
//! at batch 128 and 1 on all threads, then layers on each instruction set on one thread. Both take turns.

use std::time::Instant;

use tierwise::kernel::{
    ConvShape, Int8Conv, Int8Isa, Int8Product, Isa, Requantise, Residual, conv2d_affine_on, instruction_set,
};
use tierwise::lab::architecture::{Architecture, residual, separable};
use tierwise::lab::data::Scaling;
use tierwise::lab::network::{Executor, Folded, Kind, Trainee, Weights};
use tierwise::lab::quantise::{Calibration, Int8Network, Quantised, grids};

const ROUNDS: usize = 15;

fn scaling() -> Scaling {
    Scaling::grey(0.286, 0.353)
}

/// The median seconds of two runs that take turns.
fn both(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (run, times) in [&mut ours as &mut dyn FnMut(), &mut theirs].into_iter().zip(&mut times) {
            let start = Instant::now();
            run();
            // The first round warms up.
            times.extend((round > 0).then(|| start.elapsed().as_secs_f64()));
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

fn line(benchmark: &str, case: &str, peer: &str, per: f64, unit: &str, [ours, theirs]: [f64; 2]) {
    let (metric, unit) = unit.split_once(' ').expect("metric and unit");
    println!("{benchmark},{case},{peer},{metric},{unit},{:.4e},{:.4e},{:.2}", per / ours, per / theirs, theirs / ours);
}

fn images(n: usize, size: usize) -> Vec<f32> {
    (0..n * size).map(|i| ((i * 31 % 255) as f32 / 255.0 - 0.286) / 0.353).collect()
}

fn folded(architecture: &Architecture) -> Folded {
    let trainee = Trainee::new(architecture, 1).expect("a network");
    Weights::of(&trainee, scaling(), Kind::Shipped).and_then(|w| w.folded()).expect("folded")
}

fn network(name: &str, architecture: &Architecture) {
    let folded = folded(architecture);
    let floats = Executor::new(folded.clone()).expect("floats");
    let size: usize = architecture.input.iter().product();
    let grids = grids(&floats, &images(64, size), Calibration::MinMax).expect("grids");
    let network = Int8Network::new(&folded, &grids, &vec![false; architecture.layers.len()]).expect("integers");
    let integers = Quantised::int8(scaling(), network).expect("integers");
    for (batch, repeats) in [(128, 2), (1, 100)] {
        let images = images(batch, size);
        let repeat = |f: &dyn Fn() -> Vec<f32>| (0..repeats).for_each(|_| drop(std::hint::black_box(f())));
        let times = both(|| repeat(&|| integers.logits(&images)), || repeat(&|| floats.logits(&images)));
        let case = format!("{name} batch {batch}");
        line("int8 inference", &case, "own f32", (batch * repeats) as f64, "images 1/s", times);
    }
}

fn layer(name: &str, s: ConvShape, adds: bool) {
    let mut rest = Int8Isa::available();
    let (x, w, each) = (vec![0.5; s.input_len()], vec![0.1; s.weight_len()], vec![1.0; s.c_out]);
    let (mut y, residual) = (vec![0.0; s.output_len()], vec![0.2; s.output_len()]);
    let residual = adds.then_some(&residual[..]);
    let (bytes, weights) = (vec![3; s.input_len()], vec![5; s.weight_len()]);
    let (mut out, added) = (vec![0; s.output_len()], vec![9; s.output_len()]);
    let added = adds.then_some(&added[..]);
    let ratio = adds.then_some(Residual { ratio: 1.0, zero: 0 });
    let end = Requantise::new(&vec![0.001; s.c_out], &vec![3; s.c_out], 0, true, ratio);
    // The same widths of vectors side by side.
    for isa in Isa::available() {
        let Some(own) = (!rest.is_empty()).then(|| rest.remove(0)) else { continue };
        let conv = Int8Conv::new(Int8Product::new_on(own, &s, 0, &weights), &end);
        let times = both(
            || conv.run(&bytes, added, &mut out),
            || conv2d_affine_on(isa, &s, &x, &w, &each, &each, residual, true, &mut y),
        );
        let (case, peer) = (format!("{name} {}", own.name()), format!("own f32 {}", isa.name()));
        line("int8 layer", &case, &peer, s.macs() as f64 / 1e9, "products GMAC/s", times);
    }
}

fn square(size: usize, c_in: usize, c_out: usize, k: usize, stride: usize, groups: usize) -> ConvShape {
    ConvShape { n: 128, h: size, w: size, c_in, c_out, kh: k, kw: k, stride, pad: k / 2, groups }
}

fn main() {
    println!("# {}, {} threads", instruction_set(), rayon::current_num_threads());
    println!("benchmark,case,peer,metric,unit,ours,theirs,ratio");
    let input = [28, 28, 1];
    network("residual 3x16", &residual(input, 10, 3, 16));
    network("residual 1x16", &residual(input, 10, 1, 16));
    network("residual 1x8", &residual(input, 10, 1, 8));
    network("separable 24", &separable(input, 10, 24, &[[48, 2], [64, 2], [64, 1]]));
    network("separable 16", &separable(input, 10, 16, &[[32, 2], [64, 2], [64, 1]]));
    network("separable 8", &separable(input, 10, 8, &[[16, 2], [24, 1], [32, 2], [32, 1]]));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    alone.install(|| {
        layer("3x3 1->16 28", square(28, 1, 16, 3, 1, 1), false);
        layer("3x3 16->16 28 residual", square(28, 16, 16, 3, 1, 1), true);
        layer("3x3 16->32 28/2", square(28, 16, 32, 3, 2, 1), false);
        layer("3x3 6->6 28 residual", square(28, 6, 6, 3, 1, 1), true);
        layer("3x3 8->16 28/2", square(28, 8, 16, 3, 2, 1), false);
        layer("1x1 8->16 28/2", square(28, 8, 16, 1, 2, 1), false);
        layer("3x3 64->64 7", square(7, 64, 64, 3, 1, 1), false);
        layer("1x1 64->64 14", square(14, 64, 64, 1, 1, 1), false);
        layer("1x1 16->24 14", square(14, 16, 24, 1, 1, 1), false);
        layer("depthwise 16 28/2", square(28, 16, 16, 3, 2, 16), false);
        layer("depthwise 24 28/2", square(28, 24, 24, 3, 2, 24), false);
        layer("depthwise 64 14", square(14, 64, 64, 3, 1, 64), false);
    });
}
