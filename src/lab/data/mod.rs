//! Labelled images, split in three by a fixed rule. A source is one file here and one line in the list below.
//!
//! Nothing outside a source's file knows it by name: what differs between sources is in [`Dataset`].

mod cifar;
#[cfg(test)]
mod end_to_end;
pub mod idx;
mod images;
mod scaling;
mod split;

pub use embedded::derive as derive_subset;
pub use images::{Images, first_of_each, hold_out, scaled};
pub use scaling::Scaling;

use crate::problem::{Problem, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Where labelled images come from; a type's fields are its settings in a recipe.
pub trait Load {
    /// Loads all images, from `folder` if the source needs files.
    ///
    /// # Errors
    /// All [`Problems`] with its files: missing, unreadable, corrupt, of a wrong size or checksum.
    fn load(&self, name: &str, folder: Option<&Path>) -> Result<Dataset, Problems>;

    /// What makes no sense among the settings: the key, and why.
    fn complaints(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Declares the sources: a module each, and one enum whose variants carry the settings.
macro_rules! sources {
    ($($(#[$doc:meta])* $name:literal => $module:ident::$type:ident),+ $(,)?) => {
        $(mod $module;)+
        $(pub use $module::$type;)+

        /// A source of labelled images: its name, or a table of its name with its settings.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[schemars(extend("x-noun" = "data source"))]
        pub enum Source {
            $($(#[$doc])* #[serde(rename = $name)] $type($type)),+
        }

        impl Source {
            /// Its name in recipes.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$type(_) => $name),+ }
            }

            fn inner(&self) -> &dyn Load {
                match self { $(Self::$type(source) => source),+ }
            }
        }
    };
}

sources! {
    /// Fashion-MNIST, all 60,000 + 10,000 images, from a folder of IDX files.
    "fashion-mnist" => fashion_mnist::FashionMnist,
    /// 4,000 + 1,000 images of Fashion-MNIST, inside the program: needs no files.
    "fashion-mnist-subset" => embedded::Embedded,
    /// CIFAR-10, binary version.
    "cifar-10" => cifar10::Cifar10,
    /// CIFAR-100, binary version.
    "cifar-100" => cifar100::Cifar100,
    /// Four IDX files from any folder.
    "idx" => idx_folder::IdxFolder,
    /// A folder of images (PNG, JPEG) for each class.
    "images" => folders::Folders,
}

impl Source {
    /// The source of a name and its settings, as a profile's lineage holds them.
    ///
    /// # Errors
    /// An unknown name, settings that are not its own.
    pub fn of(name: &str, settings: Option<&serde_json::Value>) -> Result<Self, Problem> {
        let settings = settings.cloned().unwrap_or_else(|| serde_json::json!({}));
        let wrong = |e: serde_json::Error| Problem::new(format!("not a data source: {e}")).received(name);
        serde_json::from_value(serde_json::json!({ name: settings })).map_err(wrong)
    }

    /// Its settings, if it has any.
    pub fn settings(&self) -> Option<serde_json::Value> {
        let whole = serde_json::to_value(self).ok()?;
        whole.get(self.name()).filter(|s| s.as_object().is_some_and(|s| !s.is_empty())).cloned()
    }

    /// What makes no sense among its settings: the key, and why.
    pub fn complaints(&self) -> Vec<(&'static str, String)> {
        self.inner().complaints()
    }

    /// Loads its images, from `folder` if it needs files.
    ///
    /// # Errors
    /// All [`Problems`] with its files.
    pub fn load(&self, folder: Option<&Path>) -> Result<Dataset, Problems> {
        self.inner().load(self.name(), folder)
    }
}

/// Loads a source without settings by name.
///
/// # Errors
/// An unknown name, and the source's own [`Problems`].
pub fn load(name: &str, folder: Option<&Path>) -> Result<Dataset, Problems> {
    Source::of(name, None)?.load(folder)
}

/// A source's images, split.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The source's name.
    pub source: String,
    /// SHA-256 over its contents.
    pub sha256: String,
    /// Height, width and channels of each image.
    pub input: [usize; 3],
    /// Names of the classes, by label.
    pub classes: Vec<String>,
    /// How bytes become the network's input.
    pub scaling: Scaling,
    /// Trained on.
    pub train: Images,
    /// Held out of training; choices are made on them.
    pub validation: Images,
    /// Results are read from them.
    pub test: Images,
}

impl Dataset {
    /// Trained on the first so many images of every class only, in file order.
    pub fn with_first_of_each(&self, each: usize) -> Self {
        Self { train: self.train.select(&first_of_each(&self.train.label, each)), ..self.clone() }
    }
}

/// The folder of a source's files, without which it is nothing.
fn needed<'a>(name: &str, folder: Option<&'a Path>) -> Result<&'a Path, Problem> {
    let missing =
        || Problem::new(format!("the data source `{name}` needs files")).remedy("name their folder: `--data`");
    folder.ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lineage_names_a_source_again() {
        let sources = [
            r#"{"fashion-mnist":{}}"#,
            r#"{"cifar-100":{"labels":"coarse","scaling":{"mean":[0.5,0.4,0.3],"deviation":[0.1,0.2,0.3]}}}"#,
            r#"{"idx":{"size":[28,28],"classes":["a","b"],"hold-out":5}}"#,
            r#"{"images":{"size":[8,8],"colour":"grey","hold-out":5}}"#,
        ];
        for text in sources {
            let source: Source = serde_json::from_str(text).unwrap();
            assert_eq!(Source::of(source.name(), source.settings().as_ref()).unwrap(), source);
        }
        let told = Source::of("fashion-mnits", None).unwrap_err().to_string();
        assert!(told.contains("fashion-mnits"), "{told}");
    }
}
