//! Codecs against their definitions, crossings against a walk image by image.

use super::inner::{Fitted, Int8, Int8Deflate, Int8Rans};
use super::input::{Deflate, FourBit, Half, Jpeg, Png, inflated};
use super::*;
use crate::lab::answers::{Answers, Output, Shipped};
use crate::lab::architecture::{INPUT, residual};
use crate::lab::data::{self, Dataset};
use crate::lab::network::{Executor, Folded, Trainee};
use crate::random::{Purpose, Rng, Stream};
use proptest::prelude::*;
use std::io::Write;

const INPUTS: [&dyn InputCodec; 6] = [&Deflate, &Png, &FourBit, &Half, &Jpeg(50), &Jpeg(95)];

/// An image of slopes with some noise.
fn image([h, w, c]: [usize; 3], seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(Stream::new(seed, 0, Purpose::Image), 0, 0);
    let slope = 1 + rng.index(9);
    let noise = 1 + rng.index(60);
    (0..h * w * c).map(|i| ((i / c % w) * slope + i / c / w * 3 + rng.index(noise)) as u8).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..Default::default() })]

    #[test]
    fn images_come_back_as_far_as_a_codec_promises(
        (h, w, colour, seed) in (1..20usize, 1..20usize, any::<bool>(), 0..1000u64)
    ) {
        let shape = [h, w, if colour { 3 } else { 1 }];
        let image = image(shape, seed);
        for codec in INPUTS {
            let bytes = codec.encode(&image, shape).unwrap();
            let back = codec.decode(&bytes, shape).unwrap();
            prop_assert_eq!(back.len(), image.len());
            prop_assert!(!codec.lossless() || back == image);
            // What is fixed is so for any image.
            let other = codec.encode(&vec![0; image.len()], shape).unwrap();
            prop_assert!(!codec.fixed() || bytes.len() == other.len());
        }
        let back = FourBit.decode(&FourBit.encode(&image, shape).unwrap(), shape).unwrap();
        prop_assert!(back.iter().zip(&image).all(|(b, i)| b.abs_diff(*i) <= 8));
        prop_assert_eq!(FourBit.decode(&FourBit.encode(&back, shape).unwrap(), shape).unwrap(), back);
    }

    #[test]
    fn foreign_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0..60usize) {
        let shape = [6, 5, 1];
        for codec in INPUTS {
            prop_assert!(codec.decode(&bytes, shape).is_ok_and(|b| b.len() == 30) || codec.decode(&bytes, shape).is_err());
            let whole = codec.encode(&image(shape, 1), shape).unwrap();
            let part = &whole[..whole.len().saturating_sub(1 + cut)];
            prop_assert!(codec.decode(part, shape).is_ok_and(|b| b.len() == 30) || codec.decode(part, shape).is_err());
        }
    }

    #[test]
    fn activations_come_back_within_a_step(
        (low, span, seed) in (-4.0..1.0f32, 0.01..9.0f32, 0..1000u64)
    ) {
        let shape = [4, 3, 5];
        let mut rng = Rng::new(Stream::new(seed, 0, Purpose::Image), 0, 0);
        let values: Vec<f32> = (0..60).map(|_| low + span * rng.unit() as f32).collect();
        let (plain, coded) = (Int8.fit(&values, shape).unwrap(), Int8Deflate.fit(&values, shape).unwrap());
        let bytes = plain.encode(&values).unwrap();
        let back = plain.decode(&bytes).unwrap();
        let [least, most] = [f32::min, f32::max].map(|f| values.iter().copied().fold(0.0, f));
        let step = (most - least) / 255.0;
        prop_assert!(back.iter().zip(&values).all(|(b, v)| (b - v).abs() <= 1.001 * step + 1e-6));
        prop_assert_eq!(coded.decode(&coded.encode(&values).unwrap()).unwrap(), back.clone());
        let entropy = Int8Rans.fit(&values, shape).unwrap();
        let sent = entropy.encode(&values).unwrap();
        prop_assert_eq!(entropy.decode(&sent).unwrap(), back);
        prop_assert!(entropy.decode(&sent[..sent.len() - 1]).is_err() && entropy.decode(&[]).is_err());
        // What the training images never showed is sent as well: the end of the range.
        let beyond: Vec<f32> = values.iter().map(|v| 3.0 * v + 1.0).collect();
        let told = entropy.decode(&entropy.encode(&beyond).unwrap()).unwrap();
        prop_assert_eq!(told, plain.decode(&plain.encode(&beyond).unwrap()).unwrap());
        prop_assert_eq!(plain.decode(&plain.encode(&[0.0; 60]).unwrap()).unwrap(), vec![0.0; 60]);
        prop_assert!(plain.decode(&bytes[1..]).is_err() && coded.decode(&bytes[..9]).is_err());
    }
}

#[test]
fn deflated_sizes_are_those_of_a_stream() {
    for bytes in [vec![0u8; 784], (0..784u32).map(|i| (i * i * 31 % 251) as u8).collect()] {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&bytes).unwrap();
        assert_eq!(packed(&bytes).unwrap(), encoder.finish().unwrap());
        assert_eq!(inflated(&packed(&bytes).unwrap(), 784).unwrap(), bytes);
    }
    assert!(packed(&[0; 784]).unwrap().len() < 20);
    assert!(inflated(&packed(&[0; 784]).unwrap(), 783).is_err());
}

/// By hand: 0..15 on a 3x3 image.
#[test]
fn half_sends_means_and_interpolates() {
    let (shape, image) = ([3, 3, 1], [0, 2, 10, 4, 6, 30, 100, 50, 7]);
    let sent = Half.encode(&image, shape).unwrap();
    assert_eq!(sent, [3, 20, 75, 7]);
    // Row 0 lies on the upper squares: 3, (3·3 + 20)/4, (3·20 + 3)/4; row 1 leans to the lower ones by a quarter.
    let right = [3.0, 7.25, 15.75, 21.0, 23.25, 27.75, 57.0, 48.75, 32.25].map(|v: f64| v);
    let back = Half.decode(&sent, shape).unwrap();
    let row = |y: usize| [back[3 * y], back[3 * y + 1], back[3 * y + 2]];
    assert_eq!(row(0), [right[0], right[1], right[2]].map(|v| v.round() as u8));
    assert_eq!(
        row(1),
        [0.75 * 3.0 + 0.25 * 75.0, 0.75 * 7.25 + 0.25 * 58.0, 0.75 * 15.75 + 0.25 * 24.0]
            .map(|v| (v + 0.001f64).round() as u8)
    );
    assert_eq!(Half.decode(&Half.encode(&[9; 30], [6, 5, 1]).unwrap(), [6, 5, 1]).unwrap(), [9; 30]);
}

#[test]
fn int8_is_what_it_says() {
    let fitted = Int8.fit(&[-1.0, 4.1, 0.0], [1, 1, 3]).unwrap();
    // Scale 0.02, zero at 50; what is outside saturates.
    assert_eq!(fitted.encode(&[-1.0, 0.0, 4.1, 0.011, -9.0, 9.0]).unwrap(), [0, 50, 255, 51, 0, 255]);
    let back = fitted.decode(&[0, 50, 255]).unwrap();
    assert!((back[0] + 1.0).abs() < 1e-6 && back[1] == 0.0 && (back[2] - 4.1).abs() < 1e-6);
    assert_eq!(Int8.fit(&[0.0; 3], [1, 1, 3]).unwrap().decode(&[0; 3]).unwrap(), [0.0; 3]);
    assert!(Int8.fit(&[f32::NAN], [1, 1, 1]).unwrap_err().to_string().contains("no finite number"));
}

/// Higher quality costs more bytes and leaves less error; pixels are the same on all processors.
#[test]
fn jpeg_follows_its_quality() {
    let data = data::load("fashion-mnist-subset", None).unwrap();
    let sent = |quality: u8| {
        let one = |i: usize| {
            let image = data.test.image(i);
            let bytes = Jpeg(quality).encode(image, data.input).unwrap();
            let back = Jpeg(quality).decode(&bytes, data.input).unwrap();
            let error: f64 = back.iter().zip(image).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
            (bytes.len(), error, back.iter().map(|b| u64::from(*b)).sum::<u64>())
        };
        (0..50).map(one).fold((0, 0.0, 0), |(n, e, s), (bytes, error, sum)| (n + bytes, e + error, s + sum))
    };
    let [low, middle, high] = [10, 50, 95].map(sent);
    assert!(
        low.0 < middle.0 && middle.0 < high.0 && low.1 > 2.0 * middle.1 && middle.1 > 2.0 * high.1,
        "{low:?} {middle:?} {high:?}"
    );
    assert_eq!([low.2, middle.2, high.2], [2_802_066, 2_772_422, 2_737_777]);
}

#[test]
fn names_are_the_lists() {
    for name in [
        "deflate",
        "png",
        "four-bit",
        "half",
        "jpeg-1",
        "jpeg-100",
        "int8",
        "int8-deflate",
        "int8-rans",
        "bottleneck-8",
    ] {
        assert_eq!(Codec::named(name).unwrap().name(), name);
        let read: Codec = serde_json::from_str(&format!("\"{name}\"")).unwrap();
        assert_eq!(
            (&read, serde_json::to_string(&read).unwrap()),
            (&Codec::named(name).unwrap(), format!("\"{name}\""))
        );
    }
    for name in ["jpeg-0", "bottleneck-0", "jpeg-101", "jpeg-050", "jpeg-", "raw", "int9", ""] {
        assert!(Codec::named(name).is_err(), "{name}");
    }
    let told = Codec::named("deflat").unwrap_err().to_string();
    assert!(told.contains("did you mean `deflate`?"), "{told}");
}

fn few() -> Dataset {
    let mut data = data::load("fashion-mnist-subset", None).unwrap();
    data.train = data.train.select(&(0..100).collect::<Vec<_>>());
    data.validation = data.validation.select(&(0..20).collect::<Vec<_>>());
    data.test = data.test.select(&(0..300).collect::<Vec<_>>());
    data
}

fn network() -> Shipped {
    let folded = Folded::of(&Trainee::new(&residual([28, 28, 1], 10, 1, 4), 1).unwrap()).unwrap();
    Shipped::Float(Box::new(Executor::new(folded).unwrap()))
}

/// Activations of an image are what entropy coding is for: fewer bytes than deflated, at the same answers.
#[test]
fn entropy_coded_activations_are_smaller_than_deflated_ones() {
    let (network, data) = (network(), few());
    let all = crossings(&network, &data, &["int8-deflate", "int8-rans"].map(|n| Codec::named(n).unwrap())).unwrap();
    for pair in all.chunks_exact(2).filter(|pair| pair[0].cut != "pool") {
        assert_eq!((&pair[0].cut, &pair[0].answers), (&pair[1].cut, &pair[1].answers));
        let [deflated, coded] = [&pair[0], &pair[1]].map(|c| c.sizes.mean());
        assert!(coded < deflated, "{}: {coded} {deflated}", pair[0].cut);
    }
}

#[test]
fn the_rest_of_a_network_answers_from_a_tap_as_the_whole() {
    let (network, data) = (network(), few());
    let executor = network.float().unwrap();
    let x = data.validation.scaled(&data.scaling);
    let whole = executor.logits(&x);
    for (i, layer) in executor.architecture().layers.iter().enumerate().filter(|(_, l)| l.tap.is_some()) {
        let activations = executor.outputs(&x, &[i + 1]).swap_remove(0);
        assert_eq!(activations.len(), 20 * executor.shape(i + 1).iter().product::<usize>());
        assert_eq!(executor.logits_from(i + 1, &activations), whole, "{}", layer.name);
    }
}

#[test]
fn crossings_are_what_a_walk_image_by_image_gives() {
    let (network, data) = (network(), few());
    let codecs = ["int8", "png", "jpeg-30", "int8-deflate"].map(|name| Codec::named(name).unwrap());
    let all = crossings(&network, &data, &codecs).unwrap();
    let names: Vec<(&str, &str)> = all.iter().map(|c| (c.cut.as_str(), c.codec.as_str())).collect();
    assert_eq!(names[..4], [(INPUT, "png"), (INPUT, "jpeg-30"), ("stem", "int8"), ("stem", "int8-deflate")]);
    assert_eq!(names.len(), 2 + 2 * 5);
    assert!(all[0].answers.is_none() && all[0].lossless && !all[0].fixed);
    let sizes = |image: &[u8]| Png.encode(image, data.input).unwrap().len() as u32;
    assert!(all[0].sizes.test.iter().copied().eq((0..300).map(|i| sizes(data.test.image(i)))));
    let jpeg = all[1].answers.as_ref().unwrap();
    let arrived = Jpeg(30).decode(&Jpeg(30).encode(data.test.image(7), data.input).unwrap(), data.input).unwrap();
    let scaled = data::Images { pixels: arrived, ..data.test.select(&[7]) }.scaled(&data.scaling);
    assert_eq!(jpeg.test.logits[70..80], network.logits(&scaled));
    stem(network.float().unwrap(), &data, &all[2], &all[3]);
    let again = crossings(&network, &data, &codecs).unwrap();
    assert_eq!(all, again);
}

fn stem(executor: &Executor, data: &Dataset, plain: &Crossing, coded: &Crossing) {
    let tensors = |images: &data::Images| executor.outputs(&images.scaled(&data.scaling), &[1]).swap_remove(0);
    let fitted: Box<dyn Fitted> = Int8.fit(&tensors(&data.train), executor.shape(1)).unwrap();
    let arrived = fitted.decode(&fitted.encode(&tensors(&data.test.select(&[260]))).unwrap()).unwrap();
    let answers = plain.answers.as_ref().unwrap();
    assert_eq!(answers.test.logits[2600..2610], executor.logits_from(1, &arrived));
    assert_eq!((answers, plain.fixed, plain.sizes.mean()), (coded.answers.as_ref().unwrap(), true, 28.0 * 28.0 * 4.0));
    assert!(coded.sizes.mean() < plain.sizes.mean() && !coded.fixed);
}

#[test]
fn tables_hold_every_crossing_once() {
    let (network, data) = (network(), few());
    let codecs = ["png", "half", "int8-deflate"].map(|name| Codec::named(name).unwrap());
    let all = crossings(&network, &data, &codecs).unwrap();
    let raw = Answers::of(&network, &data);
    let table = Output::columns(&outputs(&raw, &all, &[], |_| 1.5), true);
    // Raw, half, and int8-deflate at five taps; png answers as raw.
    assert_eq!((table.rows(), table.names().count()), (320 * 7, 9 + 10));
    let bytes = bytes_columns(&all, &data);
    assert_eq!(bytes.rows(), 320 * 6);
    let profiles: Vec<(String, bool)> = profiles(&all, INPUT).into_iter().map(|c| (c.name, c.lossless)).collect();
    assert_eq!(profiles, [("png".to_string(), true), ("half".to_string(), false)]);
    assert_eq!(all[1].size(), crate::catalog::SizeOf::Fixed(14 * 14));
}

/// What was measured is what a simulated transfer moves, and answers.
#[test]
fn a_scenario_reads_what_was_measured() {
    use crate::scenario::Loader;
    let (network, data) = (network(), few());
    let codecs = ["jpeg-50", "int8", "int8-deflate"].map(|name| Codec::named(name).unwrap());
    let all = crossings(&network, &data, &codecs).unwrap();
    let home = tempfile::tempdir().unwrap();
    Output::columns(&outputs(&Answers::of(&network, &data), &all, &[], |_| 1.0), true)
        .write(&home.path().join("predictions.parquet"))
        .unwrap();
    bytes_columns(&all, &data).write(&home.path().join("bytes.parquet")).unwrap();
    let read = crate::study::Files::below(home.path()).tables(std::path::Path::new(""), crate::catalog::Split::Test);
    let tables = read.unwrap();
    for crossing in &all {
        let at = tables.position(&crossing.cut, "answer", &crossing.codec).unwrap();
        let part = &crossing.answers.as_ref().unwrap().test;
        let said = part.rows().map(|(_, row)| crate::lab::train::best(row) as u16);
        assert!(tables.outputs[at].prediction.iter().copied().eq(said), "{} {}", crossing.cut, crossing.codec);
        let bytes = tables.size(&crossing.cut, &crossing.codec).map(|s| &s.bytes);
        assert_eq!(bytes, (!crossing.fixed).then_some(&crossing.sizes.test));
    }
}
