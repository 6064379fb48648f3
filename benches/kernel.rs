//! How fast the kernels are: GMAC/s forward, to the input and to the weights, then all three on each instruction set.

use std::time::Instant;

use tierwise::kernel::{
    ConvShape, Isa, batch_norm_backward, batch_norm_forward, conv2d_affine_on, conv2d_grad_input_on,
    conv2d_grad_weight_on, conv2d_on, instruction_set,
};

/// The median seconds of a few runs.
fn seconds(mut run: impl FnMut()) -> f64 {
    run();
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..9).map(once).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Seconds of the three passes.
fn passes(isa: Isa, s: &ConvShape) -> [f64; 3] {
    let (x, w, dy) = (vec![0.5; s.input_len()], vec![0.1; s.weight_len()], vec![0.2; s.output_len()]);
    let (mut y, mut dx, mut dw) = (dy.clone(), x.clone(), w.clone());
    [
        seconds(|| conv2d_on(isa, s, &x, &w, &mut y)),
        seconds(|| conv2d_grad_input_on(isa, s, &dy, &w, &mut dx)),
        seconds(|| conv2d_grad_weight_on(isa, s, &x, &dy, &mut dw)),
    ]
}

fn conv(name: &str, s: ConvShape) {
    let macs = s.macs() as f64 / 1e9;
    let times: Vec<[f64; 3]> = Isa::available().into_iter().rev().map(|isa| passes(isa, &s)).collect();
    let rates = times[0].map(|t| format!("{:8.1}", macs / t)).join("");
    let all = times.iter().map(|t| format!("{:10.1}", 3.0 * macs / t.iter().sum::<f64>()));
    println!("{name:<26}{rates} {}{:10.3}", all.collect::<String>(), times[0].iter().sum::<f64>() * 1e3);
}

/// Convolution, scale, shift, residual and ReLU in one pass, and the bare convolution beside it.
fn fused(name: &str, s: ConvShape) {
    let (x, w) = (vec![0.5; s.input_len()], vec![0.1; s.weight_len()]);
    let (each, residual) = (vec![1.0; s.c_out], vec![0.2; s.output_len()]);
    let mut y = residual.clone();
    let isa = Isa::best();
    let bare = seconds(|| conv2d_on(isa, &s, &x, &w, &mut y));
    let whole = seconds(|| conv2d_affine_on(isa, &s, &x, &w, &each, &each, Some(&residual), true, &mut y));
    println!("{name}: convolution {:.1} us, with scale, residual and ReLU {:.1} us", bare * 1e6, whole * 1e6);
}

fn norm(rows: usize, channels: usize) {
    let x: Vec<f32> = (0..rows * channels).map(|i| (i % 97) as f32 / 97.0).collect();
    let (each, mut y, mut dx, mut dr) = (vec![1.0; channels], x.clone(), x.clone(), x.clone());
    let [mut mean, mut var, mut dg, mut db] = [(); 4].map(|()| each.clone());
    let forward = seconds(|| {
        batch_norm_forward(&x, channels, &each, &each, 1e-5, Some(&x), true, &mut y, &mut mean, &mut var);
    });
    let dr = &mut dr;
    let backward = seconds(|| {
        let dresidual = Some(&mut dr[..]);
        batch_norm_backward(&x, &y, &x, channels, &each, &mean, &var, 1e-5, true, &mut dx, &mut dg, &mut db, dresidual);
    });
    println!("batch norm {rows}x{channels}: forward {:.3} ms, backward {:.3} ms", forward * 1e3, backward * 1e3);
}

fn square(n: usize, size: usize, c_in: usize, c_out: usize, k: usize, stride: usize) -> ConvShape {
    ConvShape { n, h: size, w: size, c_in, c_out, kh: k, kw: k, stride, pad: k / 2, groups: 1 }
}

fn main() {
    let names: String = Isa::available().iter().rev().map(|isa| format!("{:>10}", isa.name())).collect();
    println!("{} on {} threads; GMAC/s", instruction_set(), rayon::current_num_threads());
    println!("{:<26}{:>8}{:>8}{:>8} {names}{:>10}", "", "forward", "input", "weight", "all, ms");
    conv("3x3 1->16 28", square(128, 28, 1, 16, 3, 1));
    conv("3x3 16->16 28", square(128, 28, 16, 16, 3, 1));
    conv("3x3 16->32 28/2", square(128, 28, 16, 32, 3, 2));
    conv("3x3 32->32 14", square(128, 14, 32, 32, 3, 1));
    conv("3x3 32->64 14/2", square(128, 14, 32, 64, 3, 2));
    conv("3x3 64->64 7", square(128, 7, 64, 64, 3, 1));
    conv("1x1 64->64 14", square(128, 14, 64, 64, 1, 1));
    conv("1x1 16->32 28/2", square(128, 28, 16, 32, 1, 2));
    conv("5x5 6->16 14", square(128, 14, 6, 16, 5, 1));
    conv("3x3 depthwise 64 14", ConvShape { groups: 64, ..square(128, 14, 64, 64, 3, 1) });
    conv("3x3 depthwise 64 14/2", ConvShape { groups: 64, ..square(128, 14, 64, 64, 3, 2) });
    fused("batch 128, 16->16 28", square(128, 28, 16, 16, 3, 1));
    fused("batch 1, 16->16 28", square(1, 28, 16, 16, 3, 1));
    fused("batch 1, 64->64 7", square(1, 7, 64, 64, 3, 1));
    norm(128 * 28 * 28, 16);
    norm(128 * 14 * 14, 32);
    norm(128 * 7 * 7, 64);
}
