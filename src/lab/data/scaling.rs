//! From bytes to the network's input.

use crate::problem::Problem;
use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A byte `b` of channel `c` enters the network as `(b / 255 − mean[c]) / deviation[c]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// Mean of each channel's training pixels, in units of 255; a number alone where there is one channel.
    #[serde(with = "channels")]
    #[schemars(schema_with = "channels::schema")]
    pub mean: Vec<f32>,
    /// Their standard deviations, in units of 255.
    #[serde(with = "channels")]
    #[schemars(schema_with = "channels::schema")]
    pub deviation: Vec<f32>,
}

impl Scaling {
    /// The same for one channel: grey.
    pub fn grey(mean: f32, deviation: f32) -> Self {
        Self { mean: vec![mean], deviation: vec![deviation] }
    }

    /// Mean and (population) standard deviation of each channel of `pixels`, channels last. Sums are of integers:
    /// exact, in any order.
    ///
    /// # Errors
    /// A channel that is the same everywhere.
    pub fn of(pixels: &[u8], channels: usize) -> Result<Self, Problem> {
        let one = |channel: usize| {
            let mut counts = [0u64; 256];
            pixels.iter().skip(channel).step_by(channels).for_each(|&b| counts[usize::from(b)] += 1);
            moments(&counts)
        };
        let (mean, deviation): (Vec<f32>, Vec<f32>) = (0..channels).map(one).unzip();
        match deviation.iter().position(|&d| d == 0.0) {
            Some(channel) => Err(Problem::new(format!("channel {channel} of all training images is one value"))
                .received(mean[channel])
                .remedy("leave the channel out, or state `scaling`")),
            None => Ok(Self { mean, deviation }),
        }
    }

    /// Of how many channels.
    pub fn channels(&self) -> usize {
        self.mean.len()
    }

    /// The input value of each byte, by channel.
    pub fn tables(&self) -> Vec<[f32; 256]> {
        let table = |(mean, deviation): (&f32, &f32)| std::array::from_fn(|b| (b as f32 / 255.0 - mean) / deviation);
        self.mean.iter().zip(&self.deviation).map(table).collect()
    }

    /// What makes no sense for images of so many channels.
    pub fn complaint(&self, channels: usize) -> Option<String> {
        let numbers = self.mean.iter().chain(&self.deviation).all(|v| v.is_finite());
        let fits = [self.mean.len(), self.deviation.len()] == [channels; 2];
        let right = fits && numbers && self.deviation.iter().all(|&d| d > 0.0);
        (!right).then(|| format!("needs {channels} means and {channels} deviations above zero"))
    }
}

/// Mean and standard deviation, in units of 255, of bytes that were counted.
fn moments(counts: &[u64; 256]) -> (f32, f32) {
    let sum = |power: u32| counts.iter().zip(0u64..).map(|(n, b)| u128::from(n * b.pow(power))).sum::<u128>();
    let n = counts.iter().sum::<u64>().max(1);
    let mean = sum(1) as f64 / n as f64;
    // n²·variance, exact.
    let spread = u128::from(n) * sum(2) - sum(1) * sum(1);
    ((mean / 255.0) as f32, ((spread as f64).sqrt() / n as f64 / 255.0) as f32)
}

/// A number for one channel, a list for any number of them.
mod channels {
    use super::*;

    pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        match values {
            [one] => one.serialize(serializer),
            all => all.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        deserializer.deserialize_any(Channels)
    }

    pub fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let number = serde_json::json!({ "type": "number" });
        schemars::json_schema!({ "oneOf": [number, { "type": "array", "items": number, "minItems": 1 }] })
    }

    struct Channels;

    impl<'de> Visitor<'de> for Channels {
        type Value = Vec<f32>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a number, or a list of one for each channel")
        }

        fn visit_f64<E>(self, value: f64) -> Result<Vec<f32>, E> {
            Ok(vec![value as f32])
        }

        fn visit_i64<E>(self, value: i64) -> Result<Vec<f32>, E> {
            Ok(vec![value as f32])
        }

        fn visit_u64<E>(self, value: u64) -> Result<Vec<f32>, E> {
            Ok(vec![value as f32])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<f32>, A::Error> {
            std::iter::from_fn(|| items.next_element().transpose()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: bytes 0 and 255, then 51 and 153 in the second channel.
    #[test]
    fn moments_of_each_channel() {
        let found = Scaling::of(&[0, 51, 255, 153], 2).unwrap();
        assert_eq!((found.mean, found.deviation), (vec![0.5, 0.4], vec![0.5, 0.2]));
        let told = Scaling::of(&[0, 9, 255, 9], 2).unwrap_err().to_string();
        assert!(told.contains("channel 1 of all training images is one value"), "{told}");
    }

    #[test]
    fn a_value_of_each_channel() {
        let tables = Scaling { mean: vec![0.0, 1.0], deviation: vec![1.0, 0.5] }.tables();
        assert_eq!((tables[0][255], tables[1][255], tables[1][0]), (1.0, 0.0, -2.0));
    }

    /// Files that were written when there was one channel only hold two numbers.
    #[test]
    fn one_channel_is_written_as_numbers() {
        let old = r#"{"mean":0.286,"deviation":0.353}"#;
        let grey: Scaling = serde_json::from_str(old).unwrap();
        assert_eq!(grey, Scaling::grey(0.286, 0.353));
        assert_eq!(serde_json::to_string(&grey).unwrap(), old);
        let colour = r#"{"mean":[0.5,0.25,1.0],"deviation":[0.5,0.25,0.125]}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Scaling>(colour).unwrap()).unwrap(), colour);
        let wrong = serde_json::from_str::<Scaling>(r#"{"mean":"grey","deviation":1}"#).unwrap_err();
        assert!(wrong.to_string().contains("a number, or a list"), "{wrong}");
    }

    #[test]
    fn wrong_channels_are_told() {
        assert_eq!(Scaling::grey(0.5, 0.5).complaint(1), None);
        assert!(Scaling::grey(0.5, 0.5).complaint(3).is_some());
        assert!(Scaling::grey(0.5, 0.0).complaint(1).is_some());
    }
}
