//! One axis of a space, as a recipe says it.

use crate::config::Node;
use crate::lab::search::space::{Axis, Domain, Space};
use schemars::JsonSchema;
use serde::Deserialize;

/// A key of the variant and what it may be set to: numbers `from` one `to` another, or `choices`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dimension {
    /// A dotted path in the variant's table, such as `train.rate`; or, from `architectures.` on, in the recipe's.
    pub key: String,
    /// The least number.
    #[serde(default)]
    pub from: Option<f64>,
    /// The greatest number.
    #[serde(default)]
    pub to: Option<f64>,
    /// Whether equal ratios count alike, and not equal differences.
    #[serde(default)]
    pub log: bool,
    /// Whether numbers are whole.
    #[serde(default)]
    pub whole: bool,
    /// Values without an order, of any kind.
    #[serde(default)]
    #[schemars(with = "Vec<serde_json::Value>")]
    pub choices: Vec<Node>,
    /// Counts only where an earlier axis is set so; elsewhere the variant's own value stays.
    #[serde(default)]
    pub when: Option<When>,
}

/// An earlier axis, set to one of its choices.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct When {
    /// Its key.
    pub key: String,
    /// The choice.
    #[schemars(with = "serde_json::Value")]
    pub is: Node,
}

impl Dimension {
    /// What it may be set to.
    ///
    /// # Errors
    /// The key that makes no sense, and why.
    pub fn domain(&self) -> Result<Domain, (&'static str, String)> {
        match (self.from, self.to, self.choices.len()) {
            (None, None, 0) => Err(("key", "needs `from` and `to`, or `choices`".into())),
            (None, None, of) if !self.log && !self.whole => self.distinct(of),
            (None, None, _) => Err(("choices", "have no `log` and no `whole`".into())),
            (Some(from), Some(to), 0) => self.numbers(from, to),
            (Some(_), Some(_), _) => Err(("choices", "beside `from` and `to`: keep one of them".into())),
            (None, ..) => Err(("to", "without `from`".into())),
            (_, None, _) => Err(("from", "without `to`".into())),
        }
    }

    fn distinct(&self, of: usize) -> Result<Domain, (&'static str, String)> {
        let twice = (0..of).any(|i| self.choices[..i].contains(&self.choices[i]));
        if twice { Err(("choices", "hold a value twice".into())) } else { Ok(Domain::Choice { of }) }
    }

    fn numbers(&self, from: f64, to: f64) -> Result<Domain, (&'static str, String)> {
        let log = self.log;
        let right = [
            (from < to, "to", "must be above `from`"),
            (!log || from > 0.0, "from", "must be above zero where `log` is set"),
            (!self.whole || from.fract() == 0.0, "from", "must be whole where `whole` is set"),
            (!self.whole || to.fract() == 0.0, "to", "must be whole where `whole` is set"),
            (from.abs().max(to.abs()) < 1e15, "to", "is too far from zero"),
        ];
        match right.into_iter().find(|(holds, ..)| !holds) {
            Some((_, key, why)) => Err((key, why.into())),
            None if self.whole => Ok(Domain::Whole { from: from as i64, to: to as i64, log }),
            None => Ok(Domain::Real { from, to, log }),
        }
    }
}

/// The axis and choice on which one depends, among those before it.
fn condition(before: &[Dimension], when: &When) -> Option<(usize, usize)> {
    let place = |d: &Dimension| d.choices.iter().position(|choice| choice.value == when.is.value);
    before.iter().enumerate().filter(|(_, d)| d.key == when.key).find_map(|(i, d)| Some((i, place(d)?)))
}

/// The space of some axes; those that make no sense are left out.
pub fn space(dimensions: &[Dimension]) -> Space {
    let axis = |(i, d): (usize, &Dimension)| {
        let when = d.when.as_ref().and_then(|when| condition(&dimensions[..i], when));
        Some(Axis { domain: d.domain().ok()?, when })
    };
    Space { axes: dimensions.iter().enumerate().filter_map(axis).collect() }
}

/// What makes no sense in each: the path of keys below the search, and why.
pub fn misfits(dimensions: &[Dimension]) -> Vec<(Vec<String>, String)> {
    let told = |i: usize, key: &str, why: String| (vec!["space".into(), i.to_string(), key.into()], why);
    let mut all = Vec::new();
    for (i, dimension) in dimensions.iter().enumerate() {
        if let Err((key, why)) = dimension.domain() {
            all.push(told(i, key, format!("`{key}` {why}")));
        }
        if dimension.when.as_ref().is_some_and(|when| condition(&dimensions[..i], when).is_none()) {
            all.push(told(i, "when", "no earlier axis has this key and this choice".into()));
        }
        if dimensions[..i].iter().any(|other| other.key == dimension.key && !apart(other, dimension)) {
            all.push(told(i, "key", format!("two axes set `{}` at once", dimension.key)));
        }
    }
    all
}

/// Whether two axes never count together: they depend on unlike choices of one axis.
fn apart(a: &Dimension, b: &Dimension) -> bool {
    let both = a.when.as_ref().zip(b.when.as_ref());
    both.is_some_and(|(a, b)| a.key == b.key && a.is.value != b.is.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimensions(text: &str) -> Vec<Dimension> {
        let node: Node = format!("space = [{text}]").parse().unwrap();
        node.entry("space").unwrap().node.items().iter().map(|item| Dimension::deserialize(item).unwrap()).collect()
    }

    #[test]
    fn axes_by_hand() {
        let all = dimensions(
            r#"{ key = "o", choices = ["sgd", { adamw = {} }] },
               { key = "r", from = 0.01, to = 1.0, log = true, when = { key = "o", is = "sgd" } },
               { key = "r", from = 0.001, to = 0.1, log = true, when = { key = "o", is = { adamw = {} } } },
               { key = "b", from = 16, to = 64, whole = true }"#,
        );
        assert!(misfits(&all).is_empty(), "{:?}", misfits(&all));
        let axes = space(&all).axes;
        assert_eq!(axes.iter().map(|a| a.when).collect::<Vec<_>>(), [None, Some((0, 0)), Some((0, 1)), None]);
        assert_eq!(axes[3].domain, Domain::Whole { from: 16, to: 64, log: false });
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let told = |text: &str| {
            misfits(&dimensions(text))
                .into_iter()
                .map(|(p, why)| format!("{}: {why}", p.join(".")))
                .collect::<Vec<_>>()
                .join("; ")
        };
        assert!(told(r#"{ key = "a" }"#).contains("space.0.key: `key` needs `from` and `to`, or `choices`"));
        assert!(told(r#"{ key = "a", from = 1.0, to = 1.0 }"#).contains("`to` must be above `from`"));
        assert!(told(r#"{ key = "a", from = 0.0, to = 1.0, log = true }"#).contains("above zero"));
        assert!(told(r#"{ key = "a", from = 0.5, to = 3.0, whole = true }"#).contains("must be whole"));
        assert!(told(r#"{ key = "a", choices = [1, 2, 1] }"#).contains("twice"));
        assert!(told(r#"{ key = "a", choices = [1], from = 1.0, to = 2.0 }"#).contains("keep one"));
        assert!(told(r#"{ key = "a", choices = [1] }, { key = "a", choices = [2] }"#).contains("two axes set `a`"));
        assert!(told(r#"{ key = "a", choices = [1], when = { key = "b", is = 1 } }"#).contains("no earlier axis"));
    }
}
