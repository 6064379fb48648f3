//! nexosim, on one thread: its own order of what happens at one instant needs no more here.

mod edge;
mod hold;

fn main() {
    let (benchmark, length) = common::asked();
    match benchmark.as_str() {
        "edge" => edge::measure(length).unwrap_or_else(|problem| panic!("{problem}")),
        "hold" => common::hold::measure::<hold::Hold>(length),
        _ => {}
    }
}
