//! Families of networks with their sizes, as a recipe writes them.

use super::{Architecture, Bottleneck, Inverted, Plain, residual, separable};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A family of networks with its sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Form {
    /// A residual network of three stages (He et al. 2016).
    Residual {
        /// Blocks in each stage: 3 for ResNet-20, 1 for ResNet-8.
        blocks: usize,
        /// Channels of the first stage; each further one has twice as many.
        width: usize,
        /// The input is averaged over squares of so many pixels a side first: a lower resolution.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shrink: Option<usize>,
        /// Taps behind which there is an early answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exits: Vec<String>,
    },
    /// A depthwise-separable network (Howard et al. 2017).
    Separable {
        /// Channels of the first convolution.
        stem: usize,
        /// Channels and stride of each block.
        blocks: Vec<[usize; 2]>,
        /// The input is averaged over squares of so many pixels a side first: a lower resolution.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shrink: Option<usize>,
        /// Taps behind which there is an early answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exits: Vec<String>,
    },
    /// A residual network of bottlenecks (He et al. 2016).
    Bottleneck(Bottleneck),
    /// A network of inverted residuals (Sandler et al. 2018).
    Inverted(Inverted),
    /// Convolutions one after another (Springenberg et al. 2015).
    Plain(Plain),
}

impl Form {
    /// The description for some input and number of classes.
    ///
    /// # Errors
    /// Sizes that do not fit, or are beyond all reason; an exit where none can be.
    pub fn architecture(&self, input: [usize; 3], classes: usize) -> Result<Architecture, Problem> {
        let side = self.shrink().unwrap_or(1);
        let [h, w, c] = input;
        if side == 0 || !h.is_multiple_of(side) || !w.is_multiple_of(side) {
            let problem = Problem::new("squares of `shrink` pixels a side do not fill the images");
            return Err(problem.received(format!("{side}")).remedy(format!("a number that divides {h} and {w}")));
        }
        let input = [h / side, w / side, c];
        let (plain, exits) = match self {
            Self::Residual { blocks, width, exits, .. } => (residual(input, classes, *blocks, *width), exits),
            Self::Separable { stem, blocks, exits, .. } => (separable(input, classes, *stem, blocks), exits),
            Self::Bottleneck(form) => (form.architecture(input, classes), &form.exits),
            Self::Inverted(form) => (form.architecture(input, classes), &form.exits),
            Self::Plain(form) => (form.architecture(input, classes), &form.exits),
        };
        plain.shapes()?;
        let plain = if side > 1 { plain.shrunk(side) } else { plain };
        exits.iter().try_fold(plain, |architecture, tap| architecture.with_exit(tap))
    }

    /// Side of the squares that the input is averaged over first.
    fn shrink(&self) -> Option<usize> {
        match self {
            Self::Residual { shrink, .. } | Self::Separable { shrink, .. } => *shrink,
            Self::Bottleneck(form) => form.shrink,
            Self::Inverted(form) => form.shrink,
            Self::Plain(form) => form.shrink,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::{INPUT, SHRUNK, counts};

    /// A lower resolution is the network of the smaller image behind a layer that costs no multiplication.
    #[test]
    fn a_shrunk_input_costs_what_the_smaller_image_does() {
        let form = |shrink| Form::Residual { blocks: 1, width: 8, shrink, exits: vec!["stage2.block1".into()] };
        let [whole, half] = [None, Some(2)].map(|shrink| form(shrink).architecture([28, 28, 1], 10).unwrap());
        half.check().unwrap();
        let macs = |a: &Architecture| counts(a).unwrap().iter().map(|c| c.macs).sum::<u64>();
        let small = residual([14, 14, 1], 10, 1, 8).with_exit("stage2.block1").unwrap();
        assert_eq!((macs(&half), half.input), (macs(&small), whole.input));
        assert!(macs(&whole) > 3 * macs(&half));
        assert_eq!([half.at_tap(INPUT), half.at_tap(SHRUNK)].map(Result::unwrap), [0, 1]);
        assert_eq!(half.shapes().unwrap()[1..], small.shapes().unwrap());
    }

    #[test]
    fn squares_fill_the_image() {
        for side in [0, 3] {
            let form = Form::Residual { blocks: 1, width: 8, shrink: Some(side), exits: Vec::new() };
            let told = form.architecture([28, 28, 1], 10).unwrap_err().to_string();
            assert!(told.contains("do not fill") && told.contains("divides 28"), "{told}");
        }
    }

    /// None of these may take memory by its size before it is refused.
    #[test]
    fn sizes_beyond_all_reason_are_refused() {
        for (form, expected) in [
            (r#"{ "residual": { "blocks": 18446744073709551615, "width": 8 } }"#, "more than 4096 layers"),
            (r#"{ "residual": { "blocks": 1, "width": 9223372036854775807 } }"#, "more than 65536 channels"),
            (r#"{ "separable": { "stem": 8, "blocks": [[4294967296, 1]] } }"#, "more than 65536 channels"),
            (r#"{ "separable": { "stem": 8, "blocks": [[16, 4294967296]] } }"#, "stride"),
            (r#"{ "bottleneck": { "blocks": [4294967296], "width": 8 } }"#, "more than 4096 layers"),
            (r#"{ "bottleneck": { "blocks": [1], "width": 8, "expansion": 4294967296 } }"#, "more than 65536 channels"),
            (r#"{ "inverted": { "stem": 8, "blocks": [[1, 8, 4, 1]], "depth": 1e300 } }"#, "more than 4096 layers"),
            (r#"{ "inverted": { "stem": 8, "blocks": [[1, 8, 1, 1]], "width": 1e300 } }"#, "more than 65536 channels"),
            (r#"{ "plain": { "stacks": [[8, 4294967296]] } }"#, "more than 4096 layers"),
            (r#"{ "plain": { "stacks": [[32768, 2]] } }"#, "more than 1073741824 parameters"),
        ] {
            let form: Form = serde_json::from_str(form).unwrap();
            let told = form.architecture([28, 28, 1], 10).and_then(|a| a.check()).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
