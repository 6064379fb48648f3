//! Distillation: how a teacher teaches. A method is one file here and one line in the list below; a recipe may name
//! several, whose losses are added up.

mod attention;
mod dist;
mod dkd;
#[cfg(test)]
mod end_to_end;
mod fitnet;
mod kd;
mod lesson;
mod lskd;
mod math;
mod memory;
mod pupil;
mod rkd;
pub mod subclass;
mod taps;
mod taught;
#[cfg(test)]
mod tests;

pub use attention::Attention;
pub use dist::Dist;
pub use dkd::Dkd;
pub use fitnet::Fitnet;
pub use kd::Kd;
pub use lesson::{Lesson, Method, Term, Told};
pub use lskd::Lskd;
pub use memory::Memory;
pub use pupil::Pupil;
pub use rkd::Rkd;
pub use subclass::{Focus, Labels, Pseudo, Subclass};
pub use taught::Taught;

use super::data::Dataset;
use super::network::Executor;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Writes [`Distil`] and what needs all of its methods.
macro_rules! methods {
    ($($(#[$doc:meta])* $key:ident: $kind:ident, $name:literal;)+) => {
        /// How a teacher teaches: the sum of the labels' cross-entropy and every method named, each times its weight.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Distil {
            /// Weight of the labels' cross-entropy: 1 unless said, beside `kd` 1 less its `alpha`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub labels: Option<f64>,
            $($(#[$doc])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $key: Option<$kind>,)+
        }

        impl Distil {
            /// The methods that are named, with their names.
            pub fn methods(&self) -> Vec<(&'static str, &dyn Method)> {
                let mut all: Vec<(&'static str, &dyn Method)> = Vec::new();
                $(all.extend(self.$key.as_ref().map(|m| ($name, m as &dyn Method)));)+
                all
            }
        }

        /// The names of all methods.
        const NAMES: &[&str] = &[$($name),+];
    };
}

methods! {
    /// By its softened answers (Hinton, Vinyals, Dean 2015).
    kd: Kd, "kd";
    /// By the right class and all others apart (Zhao et al. 2022).
    dkd: Dkd, "dkd";
    /// By the shape of its logits (Sun et al. 2024).
    lskd: Lskd, "lskd";
    /// By correlation over classes and over images (Huang et al. 2022).
    dist: Dist, "dist";
    /// By its tensors (Romero et al. 2015).
    fitnet: Fitnet, "fitnet";
    /// By where it looks (Zagoruyko and Komodakis 2017).
    attention: Attention, "attention";
    /// By distances and angles between images (Park et al. 2019).
    rkd: Rkd, "rkd";
    /// By its subclasses, known or invented, weighted by the chain rule (Müller, Kornblith and Hinton 2020).
    subclass: Subclass, "subclass";
    /// By pseudo-subclasses that its embeddings give, without training it again (Loo et al. 2024).
    pseudo: Pseudo, "pseudo";
}

impl Distil {
    /// Its name in tables.
    pub fn name(&self) -> String {
        self.methods().iter().map(|(name, _)| *name).collect::<Vec<_>>().join("+")
    }

    /// What makes no sense: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = self.methods().iter().flat_map(|(_, m)| m.complaints()).collect();
        if self.methods().is_empty() {
            all.push(("distil", format!("names no method; known: {}", NAMES.join(", "))));
        }
        if self.labels.is_some_and(|w| !lesson::weight(w)) {
            all.push(("labels", lesson::WEIGHT.into()));
        }
        all
    }

    /// What does not fit the two networks or the data.
    pub fn misfits(&self, lesson: &Lesson) -> Vec<Problem> {
        self.methods().iter().flat_map(|(_, m)| m.misfits(lesson)).collect()
    }

    /// What the student's training makes small.
    ///
    /// # Errors
    /// As for [`Self::misfits`].
    pub fn objective(&self, lesson: &Lesson, teacher: Executor, data: &Dataset) -> Result<Taught, Problem> {
        let methods = self.methods();
        let labels = self.labels.unwrap_or_else(|| methods.iter().fold(1.0, |w, (_, m)| w.min(m.labels())));
        let term = |(_, m): &(_, &dyn Method)| Ok((m.weight(), m.term(lesson, &teacher, data)?));
        let terms = methods.iter().map(term).collect::<Result<_, Problem>>()?;
        Ok(Taught::new(labels, terms, Some(teacher), lesson.emphasis.cloned()))
    }
}
