//! A scenario and models that were never measured, for tests.

use super::{Library, Loader, Scenario};
use crate::catalog::{CodecProfile, ModelProfile, ModelTables, OutputTable, SizeOf, SizeTable, Split, made_up};
use crate::policy::Registry;
use crate::problem::{Problem, Problems, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Models by folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct MadeUp(pub(crate) BTreeMap<PathBuf, (ModelProfile, ModelTables, ModelTables)>);

impl MadeUp {
    /// `models/small` with two layers and `models/large` with four.
    pub(crate) fn new() -> Self {
        let one = |id: &str, layers| {
            let profile = profile(id, layers);
            let tables = |n| tables(&profile, n);
            (Path::new("models").join(id), (profile.clone(), tables(4), tables(8)))
        };
        Self([one("small", 2), one("large", 4)].into())
    }

    /// The entry of a model, to break it.
    pub(crate) fn of(&mut self, folder: &str) -> &mut (ModelProfile, ModelTables, ModelTables) {
        self.0.get_mut(Path::new(folder)).expect("made up")
    }
}

/// A made-up profile whose raw input can also be sent by a codec with a size for each image, and by a lossy one.
fn profile(id: &str, layers: u32) -> ModelProfile {
    let mut profile = made_up::profile(id, layers);
    let codec = |name: &str, lossless, bytes| CodecProfile { name: name.into(), lossless, bytes };
    profile.taps[0].codecs.push(codec("deflate", true, SizeOf::PerImage { mean: 10.0 }));
    profile.taps[0].codecs.push(codec("jpeg-50", false, SizeOf::Fixed(5)));
    profile
}

/// Tables of `n` images: labels alternate, answers are right where the model has more layers than the image's number.
pub(crate) fn tables(profile: &ModelProfile, n: u32) -> ModelTables {
    let label: Vec<u16> = (0..n).map(|i| (i % 2) as u16).collect();
    let right = |i: &u16, image: usize| if image < profile.layers.len() { *i } else { 1 - *i };
    let output = OutputTable {
        cut: "input".into(),
        tap: "answer".into(),
        codec: "raw".into(),
        prediction: label.iter().enumerate().map(|(image, i)| right(i, image)).collect(),
        confidence: (0..n).map(|i| 1.0 - 0.05 * i as f32).collect(),
        margin: vec![0.5; n as usize],
    };
    let bytes = (0..n).map(|i| 8 + i).collect();
    let sizes = vec![SizeTable { tap: "input".into(), codec: "deflate".into(), bytes }];
    ModelTables { image: (0..n).collect(), label, outputs: vec![output], sizes }
}

impl Loader for MadeUp {
    fn profile(&self, folder: &Path) -> Result<ModelProfile, Problems> {
        let missing = || Problem::new("cannot read the profile: no such file").in_file(folder.join("profile.json"));
        let (profile, _, _) = self.0.get(folder).ok_or_else(missing)?;
        profile.validate().map(|()| profile.clone())
    }

    fn tables(&self, folder: &Path, split: Split) -> Result<ModelTables, Problems> {
        let missing =
            || Problem::new("cannot read the tables: no such file").in_file(folder.join("predictions.parquet"));
        let (_, validation, test) = self.0.get(folder).ok_or_else(missing)?;
        Ok(if split == Split::Test { test.clone() } else { validation.clone() })
    }

    fn text(&self, file: &Path) -> Result<String, Problem> {
        match file.to_str() {
            Some("traces/train.csv") => Ok("time_s,rate_mbit_s\n0,10\n2,0\n3,20\n".into()),
            Some("traces/wifi.up") => Ok("1\n1\n4\n".into()),
            Some("traces/broken.csv") => Ok("0,10\n5,1\n4,1\n".into()),
            _ => Err(Problem::new("cannot read the trace: no such file").in_file(file)),
        }
    }
}

/// A whole scenario on these models.
pub(crate) const TEXT: &str = r#"title = "Two sensors"
question = "Where?"
seed = 7

[run]
horizon = { steady = { warm-up = "10 s" } }
length = "1 min"
replications = 3

[models]
small = "models/small"
large = "models/large"

[nodes.sensor]
tier = "device"
count = 2
preset = "stm32u575"
models = ["small"]
service = { fifo = { bound = 4 } }

[nodes.server]
tier = "cloud"
models = ["small", "large"]
service = { fifo = { servers = 2 } }
rate = "1 MMAC/s"
per-call = "1 ms"
idle = "10 W"
active = "20 W"
boundary = "wall"
overhead = 1.5

[links.radio]
between = ["sensor", "server"]
preset = "ieee-802.15.4"
cell = "shared"
sharing = "fair"
delay = { up = "2 ms", down = "1 ms" }

[workload.watch]
at = "sensor"
arrivals = { poisson = { rate = "0.5 /s" } }
classes = { mix = [[1, 1], [3, 1]] }
send = "deflate"
sink = "cloud"
deadline = "500 ms"

[information]
staleness = "100 ms"
decision = "20 us"

[policies]
stay = "local"
go = { cloud = {} }
ask = { cascade = { path = ["small@sensor", "large@server"] } }

[sweep.grid]
"workload.watch.arrivals.poisson.rate" = ["0.5 /s", "30 /min", "2 /s"]

[record]
requests = true
"#;

/// The scenario of this text, under the name `made-up.toml`.
pub(crate) fn scenario(text: &str) -> Result<Scenario, Problems> {
    Scenario::parse(Source::new("made-up.toml", text), &Registry::default())
}

/// Everything that can be wrong with a text and its models.
pub(crate) fn check(text: &str, models: &MadeUp) -> Result<(Scenario, Library), Problems> {
    let scenario = scenario(text)?;
    let library = scenario.load(models)?;
    scenario.check(&library, &Registry::default())?;
    Ok((scenario, library))
}
