//! DSLab's throughput sharing and its topology-aware network.

mod fair;
mod flows;

fn main() {
    let (benchmark, length) = common::asked();
    match benchmark.as_str() {
        "fair" => fair::measure(length),
        "flows" => flows::measure(length),
        _ => {}
    }
}
