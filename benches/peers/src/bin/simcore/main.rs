//! simcore, the core of DSLab.

mod edge;
mod hold;

fn main() {
    let (benchmark, length) = common::asked();
    match benchmark.as_str() {
        "edge" => edge::measure(length),
        "hold" => common::hold::measure::<hold::Hold>(length),
        _ => {}
    }
}
