//! What each codec costs at each tap, and what it leaves of the answers.

use super::{Codec, Fitted, InputCodec, Way};
use crate::catalog::Split;
use crate::lab::answers::{Answers, Part, Shipped};
use crate::lab::architecture::INPUT;
use crate::lab::data::{Dataset, Images};
use crate::problem::Problem;
use rayon::prelude::*;

/// Images whose activations are in memory at once.
const BATCH: usize = 256;
/// Training images that codecs are fitted on, evenly spread.
const FITTED_ON: usize = 1024;

/// One codec at one tap, measured on all validation and test images.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The tap that is crossed.
    pub cut: String,
    /// The codec's name.
    pub codec: String,
    /// Whether what arrives is what was sent: then the answers are `raw`'s.
    pub lossless: bool,
    /// Whether every image takes as many bytes.
    pub fixed: bool,
    /// Bytes of each image.
    pub sizes: Sizes,
    /// What is answered when the rest of the network runs on what arrives; nothing if it is what was sent.
    pub answers: Option<Answers>,
}

/// Bytes of every image, in the order of the images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Of the validation images.
    pub validation: Vec<u32>,
    /// Of the test images.
    pub test: Vec<u32>,
}

impl Sizes {
    /// The mean over the test images.
    pub fn mean(&self) -> f64 {
        self.test.iter().map(|&b| f64::from(b)).sum::<f64>() / (self.test.len() as f64).max(1.0)
    }
}

/// Measures codecs for images at the input, and codecs for activations at every tap behind it that does not answer: taps
/// in the order of the network, codecs as given.
///
/// # Errors
/// Images or activations that a codec cannot write, and a lossless codec that changed one.
pub fn crossings(network: &Shipped, data: &Dataset, codecs: &[Codec]) -> Result<Vec<Crossing>, Problem> {
    let mut all = Vec::new();
    for codec in codecs {
        if let Way::Input(way) = codec.way() {
            all.push(at_input(network, data, codec, way.as_ref())?);
        }
    }
    if !codecs.iter().any(|c| matches!(c.way(), Way::Inner(_))) {
        return Ok(all);
    }
    let (layers, exits) = (&network.architecture().layers, network.architecture().exits());
    for (i, layer) in layers[..layers.len().saturating_sub(1)].iter().enumerate() {
        // Nothing is behind an early answer.
        if let Some(tap) = layer.tap.as_ref().filter(|_| !exits.iter().any(|exit| exit.tensor == i + 1)) {
            all.extend(at_tap(network, data, codecs, tap, i + 1)?);
        }
    }
    Ok(all)
}

/// What became of the images of a split: bytes, and logits if they can have changed.
type Sent = (Vec<u32>, Option<Vec<f32>>);

fn at_input(network: &Shipped, data: &Dataset, codec: &Codec, way: &dyn InputCodec) -> Result<Crossing, Problem> {
    let send = |images: &Images| sent_images(network, data, images, way).map_err(|p| about(p, codec, INPUT));
    let parts = [send(&data.validation)?, send(&data.test)?];
    Ok(crossing(codec, INPUT, way.fixed(), data, parts))
}

fn sent_images(network: &Shipped, data: &Dataset, images: &Images, way: &dyn InputCodec) -> Result<Sent, Problem> {
    let one = |i: usize| {
        let image = images.image(i);
        let bytes = way.encode(image, data.input)?;
        let arrived = way.decode(&bytes, data.input)?;
        if way.lossless() && arrived != image {
            return Err(Problem::new(format!("image {} came back changed", images.number[i])));
        }
        Ok((bytes.len() as u32, arrived))
    };
    let (sizes, arrived): (Vec<u32>, Vec<Vec<u8>>) =
        (0..images.len()).into_par_iter().map(one).collect::<Result<Vec<_>, Problem>>()?.into_iter().unzip();
    let arrived = Images { pixels: arrived.concat(), ..images.clone() };
    Ok((sizes, (!way.lossless()).then(|| network.logits(&arrived.scaled(&data.scaling)))))
}

fn at_tap(
    network: &Shipped,
    data: &Dataset,
    codecs: &[Codec],
    tap: &str,
    tensor: usize,
) -> Result<Vec<Crossing>, Problem> {
    let [height, width, channels] = network.architecture().shapes()?[tensor];
    let examples = examples(network, data, tensor);
    let mut all = Vec::new();
    for codec in codecs {
        let Way::Inner(way) = codec.way() else { continue };
        if !way.narrows([height, width, channels]) {
            continue;
        }
        let told = |p: Problem| about(p, codec, tap);
        let fitted = way.fit(&examples, [height, width, channels]).map_err(told)?;
        let send = |images: &Images| sent_activations(network, data, images, tensor, fitted.as_ref()).map_err(told);
        all.push(crossing(codec, tap, way.fixed(), data, [send(&data.validation)?, send(&data.test)?]));
    }
    Ok(all)
}

/// A tensor of some training images.
fn examples(network: &Shipped, data: &Dataset, tensor: usize) -> Vec<f32> {
    let (have, wanted) = (data.train.len(), data.train.len().min(FITTED_ON));
    let positions: Vec<usize> = (0..wanted).map(|i| i * have / wanted).collect();
    network.outputs(&data.train.select(&positions).scaled(&data.scaling), &[tensor]).swap_remove(0)
}

fn sent_activations(
    network: &Shipped,
    data: &Dataset,
    images: &Images,
    tensor: usize,
    way: &dyn Fitted,
) -> Result<Sent, Problem> {
    let size = network.architecture().shapes()?[tensor].iter().product();
    let (mut sizes, mut logits) = (Vec::new(), Vec::new());
    let positions: Vec<usize> = (0..images.len()).collect();
    for batch in positions.chunks(BATCH) {
        let input = images.select(batch).scaled(&data.scaling);
        let activations = network.outputs(&input, &[tensor]).swap_remove(0);
        let one = |activation: &[f32]| {
            let bytes = way.encode(activation)?;
            Ok((bytes.len() as u32, way.decode(&bytes)?))
        };
        let sent = activations.par_chunks(size).map(one).collect::<Result<Vec<_>, Problem>>()?;
        let (bytes, arrived): (Vec<u32>, Vec<Vec<f32>>) = sent.into_iter().unzip();
        sizes.extend(bytes);
        logits.extend(network.logits_from(tensor, &arrived.concat()));
    }
    Ok((sizes, Some(logits)))
}

fn crossing(codec: &Codec, cut: &str, fixed: bool, data: &Dataset, parts: [Sent; 2]) -> Crossing {
    let [(validation, on_validation), (test, on_test)] = parts;
    let answers = on_validation.zip(on_test).map(|(validation, test)| Answers {
        validation: Part::new(Split::Validation, &data.validation, validation),
        test: Part::new(Split::Test, &data.test, test),
    });
    let (sizes, lossless) = (Sizes { validation, test }, codec.lossless());
    Crossing { cut: cut.into(), codec: codec.name().into(), lossless, fixed, sizes, answers }
}

fn about(problem: Problem, codec: &Codec, tap: &str) -> Problem {
    Problem { what: format!("`{}` at the tap `{tap}`: {}", codec.name(), problem.what), ..problem }
}
