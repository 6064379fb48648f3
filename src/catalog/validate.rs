//! Whether a profile is whole and agrees with itself.

use super::{Accuracy, Calibration, CodecProfile, LayerProfile, ModelProfile, Proportion, SizeOf, TapProfile};
use crate::config::is_new;
use crate::problem::{Problem, Problems};
use std::fmt::Display;

/// Fields whose provenance every profile states (`layers.host-time-s` only where there is one).
pub const PROVENANCE: &[&str] = &[
    "macs",
    "parameters",
    "peak-activation-bytes",
    "file.bytes",
    "layers.macs",
    "layers.host-time-s",
    "taps.codecs.bytes",
    "accuracy",
    "calibration",
];

/// Collects what is wrong, field by field.
struct Check(Problems);

impl Check {
    fn that(&mut self, right: bool, field: impl Display, what: &str, received: impl Display) {
        if !right {
            self.0.push(Problem::new(format!("`{field}` {what}")).received(received));
        }
    }

    fn equal(&mut self, field: &str, received: u64, other: &str, expected: u64) {
        self.that(received == expected, field, &format!("differs from {other}, which is {expected}"), received);
    }

    fn text(&mut self, field: impl Display, text: &str) {
        self.that(!text.trim().is_empty(), field, "is empty", "\"\"");
    }

    /// A name that is also a file's or a folder's.
    fn file_name(&mut self, field: &str, text: &str) {
        self.text(field, text);
        let plain = !text.contains(['/', '\\']) && text != "..";
        self.that(plain, field, "is not a plain file name", format!("{text:?}"));
    }

    fn sha256(&mut self, field: &str, text: &str) {
        let right = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        self.that(right, field, "is not a SHA-256 in lower-case hexadecimal", format!("{text:?}"));
    }

    fn positive(&mut self, field: impl Display, received: u64) {
        self.that(received > 0, field, "must be above zero", received);
    }

    fn at_least_zero(&mut self, field: impl Display, received: f64) {
        self.that(received.is_finite() && received >= 0.0, field, "must be a finite number from zero up", received);
    }

    fn shape(&mut self, field: impl Display, shape: [u32; 3]) {
        self.that(shape.iter().all(|&n| n > 0), field, "must be above zero throughout", format!("{shape:?}"));
    }

    fn distinct<'a>(&mut self, field: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = Vec::new();
        for name in names {
            self.text(field, name);
            self.that(is_new(&mut seen, name), field, "has a name twice", format!("`{name}`"));
        }
    }
}

impl ModelProfile {
    /// Checks that the profile is whole and agrees with itself; names each field that does not.
    ///
    /// # Errors
    /// All [`Problems`], in the order of the file.
    pub fn validate(&self) -> Result<(), Problems> {
        let mut check = Check(Problems::default());
        check.that(
            self.schema == 1,
            "schema",
            "is a version that this program does not read (it reads 1)",
            self.schema,
        );
        head(&mut check, self);
        file(&mut check, self);
        layers(&mut check, &self.layers);
        taps(&mut check, self);
        accuracy(&mut check, self, ("accuracy", &self.accuracy));
        calibration(&mut check, "calibration", &self.calibration);
        early_exits(&mut check, self);
        lineage(&mut check, self);
        provenance(&mut check, self);
        check.0.or(())
    }
}

fn head(check: &mut Check, profile: &ModelProfile) {
    check.file_name("id", &profile.id);
    check.text("architecture", &profile.architecture);
    check.shape("input", profile.input);
    check.that(!profile.classes.is_empty(), "classes", "is empty", "[]");
    check.distinct("classes", profile.classes.iter().map(String::as_str));
    let sum = |part: fn(&LayerProfile) -> u64| profile.layers.iter().map(part).fold(0, u64::saturating_add);
    check.equal("macs", profile.macs, "the sum over `layers`", sum(|l| l.macs));
    check.equal("parameters", profile.parameters, "the sum over `layers`", sum(|l| l.parameters));
    let largest = profile.layers.iter().map(|l| l.output_bytes).max().unwrap_or(1);
    let peak = profile.peak_activation_bytes;
    check.that(peak >= largest, "peak-activation-bytes", "is less than what one layer writes", peak);
}

fn file(check: &mut Check, profile: &ModelProfile) {
    let file = &profile.file;
    check.file_name("file.name", &file.name);
    check.positive("file.bytes", file.bytes);
    check.sha256("file.sha256", &file.sha256);
    check.text("file.precision", &file.precision);
}

fn layers(check: &mut Check, layers: &[LayerProfile]) {
    check.that(!layers.is_empty(), "layers", "is empty", "[]");
    check.distinct("layers.name", layers.iter().map(|l| l.name.as_str()));
    for (i, layer) in layers.iter().enumerate() {
        check.text(format!("layers[{i}].kind"), &layer.kind);
        check.shape(format!("layers[{i}].output"), layer.output);
        check.positive(format!("layers[{i}].input-bytes"), layer.input_bytes);
        check.positive(format!("layers[{i}].output-bytes"), layer.output_bytes);
        let weighted = layer.parameters == 0 || layer.weight_bytes > 0;
        check.that(weighted, format!("layers[{i}].weight-bytes"), "is zero though there are parameters", 0);
        check.at_least_zero(format!("layers[{i}].host-time-s"), layer.host_time_s.unwrap_or(0.0));
    }
}

fn taps(check: &mut Check, profile: &ModelProfile) {
    let taps = &profile.taps;
    check.that(taps.len() >= 2, "taps", "needs the raw input and the answer", format!("{} taps", taps.len()));
    check.distinct("taps.name", taps.iter().map(|t| t.name.as_str()));
    let (Some(first), Some(last)) = (taps.first(), taps.last()) else { return };
    let raw = first.layers == 0 && first.shape == profile.input && !first.exit;
    check.that(raw, "taps[0]", "is not the raw input (no layers, the input's shape, no exit)", &first.name);
    let whole = last.exit && last.layers as usize == profile.layers.len();
    check.that(whole, "the last of `taps`", "is not an exit after all layers", &last.name);
    for pair in taps.windows(2) {
        let rises = pair[0].layers < pair[1].layers;
        check.that(rises, "taps.layers", &format!("does not rise at `{}`", pair[1].name), pair[1].layers);
    }
    taps.iter().enumerate().for_each(|(i, t)| tap(check, &format!("taps[{i}]"), t, &profile.layers));
}

fn tap(check: &mut Check, field: &str, tap: &TapProfile, layers: &[LayerProfile]) {
    check.shape(format!("{field}.shape"), tap.shape);
    let exists = tap.layers as usize <= layers.len();
    check.that(exists, format!("{field}.layers"), &format!("there are only {} layers", layers.len()), tap.layers);
    let before = layers.get((tap.layers as usize).wrapping_sub(1)).filter(|_| !tap.exit);
    let agrees = before.is_none_or(|l| l.output == tap.shape);
    check.that(agrees, format!("{field}.shape"), "is not what the layer before it writes", format!("{:?}", tap.shape));
    check.that(!tap.codecs.is_empty(), format!("{field}.codecs"), "is empty", "[]");
    check.distinct(&format!("{field}.codecs.name"), tap.codecs.iter().map(|c| c.name.as_str()));
    tap.codecs.iter().for_each(|c| codec(check, field, c));
}

fn codec(check: &mut Check, field: &str, codec: &CodecProfile) {
    let mean = match codec.bytes {
        SizeOf::Fixed(bytes) => bytes as f64,
        SizeOf::PerImage { mean } => mean,
    };
    let right = mean.is_finite() && mean > 0.0 && mean < f64::from(u32::MAX);
    check.that(right, format!("{field}.codecs.{}.bytes", codec.name), "must be above zero and below 4 GiB", mean);
}

fn proportion(check: &mut Check, field: &str, p: &Proportion) {
    check.that(p.of > 0 && p.count <= p.of, field, "counts more than there are", format!("{} of {}", p.count, p.of));
    let agrees = p.of == 0 || (p.value - p.count as f64 / p.of as f64).abs() < 1e-9;
    check.that(agrees, format!("{field}.value"), "is not count / of", p.value);
    let ordered = 0.0 <= p.low && p.low <= p.value && p.value <= p.high && p.high <= 1.0;
    let interval = format!("{} .. {}", p.low, p.high);
    check.that(ordered, field, "has an interval that is not around its value, within 0 and 1", interval);
}

fn accuracy(check: &mut Check, profile: &ModelProfile, (field, of): (&str, &Accuracy)) {
    let Accuracy { validation, test, per_class } = of;
    let at = |part: &str| format!("{field}.{part}");
    proportion(check, &at("validation"), validation);
    proportion(check, &at("test"), test);
    for (i, p) in per_class.iter().enumerate() {
        proportion(check, &at(&format!("per-class[{i}]")), p);
    }
    let classes = profile.classes.len() as u64;
    check.equal(&at("per-class"), per_class.len() as u64, "the number of `classes`", classes);
    let sum = |part: fn(&Proportion) -> u64| per_class.iter().map(part).fold(0, u64::saturating_add);
    check.equal(&at("test.count"), test.count, "the sum over `per-class`", sum(|p| p.count));
    check.equal(&at("test.of"), test.of, "the sum over `per-class`", sum(|p| p.of));
    let data = &profile.lineage.data;
    check.equal(&at("validation.of"), validation.of, "`lineage.data.validation`", data.validation);
    check.equal(&at("test.of"), test.of, "`lineage.data.test`", data.test);
}

fn calibration(check: &mut Check, field: &str, calibration: &Calibration) {
    let Calibration { temperature, ece_before, ece_after, nll_before, nll_after } = *calibration;
    let right = temperature.is_finite() && temperature > 0.0;
    check.that(right, format!("{field}.temperature"), "must be a finite number above zero", temperature);
    for (name, ece) in [("ece-before", ece_before), ("ece-after", ece_after)] {
        check.that((0.0..=1.0).contains(&ece), format!("{field}.{name}"), "must be within 0 and 1", ece);
    }
    check.at_least_zero(format!("{field}.nll-before"), nll_before);
    check.at_least_zero(format!("{field}.nll-after"), nll_after);
}

fn early_exits(check: &mut Check, profile: &ModelProfile) {
    for (i, exit) in profile.early_exits.iter().enumerate() {
        let (field, last) = (format!("early-exits[{i}]"), profile.taps.last());
        let there = profile.taps.iter().any(|tap| tap.exit && tap.name == exit.tap && last != Some(tap));
        check.that(there, format!("{field}.tap"), "is no early exit of `taps`", format!("`{}`", exit.tap));
        accuracy(check, profile, (&format!("{field}.accuracy"), &exit.accuracy));
        calibration(check, &format!("{field}.calibration"), &exit.calibration);
    }
}

fn lineage(check: &mut Check, profile: &ModelProfile) {
    let lineage = &profile.lineage;
    check.text("lineage.recipe", &lineage.recipe);
    check.text("lineage.content", &lineage.content);
    check.text("lineage.method", &lineage.method);
    check.text("lineage.data.source", &lineage.data.source);
    check.sha256("lineage.data.sha256", &lineage.data.sha256);
    check.at_least_zero("lineage.cost.wall-s", lineage.cost.wall_s);
    check.at_least_zero("lineage.cost.cpu-s", lineage.cost.cpu_s);
    check.at_least_zero("lineage.cost.macs", lineage.cost.macs);
    if let Some(energy) = &lineage.estimated_energy {
        let agrees = (energy.energy_j - lineage.cost.cpu_s * energy.core_power_w).abs() <= 1e-9 * energy.energy_j.abs();
        let what = "is not `lineage.cost.cpu-s` times `core-power-w`";
        check.that(agrees, "lineage.estimated-energy.energy-j", what, energy.energy_j);
        check.at_least_zero("lineage.estimated-energy.core-power-w", energy.core_power_w);
        check.text("lineage.estimated-energy.source", &energy.source);
    }
}

fn provenance(check: &mut Check, profile: &ModelProfile) {
    let timed = profile.layers.iter().any(|l| l.host_time_s.is_some());
    for field in PROVENANCE.iter().filter(|f| timed || **f != "layers.host-time-s") {
        let stated = profile.provenance.contains_key(*field);
        check.that(stated, format!("provenance.{field}"), "is missing", "nothing");
    }
    let whole = serde_json::to_value(profile).unwrap_or_default();
    for field in profile.provenance.keys() {
        check.that(reaches(&whole, field), format!("provenance.{field}"), "names no field", format!("`{field}`"));
    }
}

/// Whether a dotted path leads to something, through every list on its way.
fn reaches(value: &serde_json::Value, path: &str) -> bool {
    if let serde_json::Value::Array(items) = value {
        return items.iter().any(|item| reaches(item, path));
    }
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    value.get(key).is_some_and(|inner| rest.is_none_or(|rest| reaches(inner, rest)))
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;
    use crate::catalog::{EstimatedEnergy, Provenance};

    fn broken(change: impl Fn(&mut ModelProfile)) -> String {
        let mut profile = made_up::profile("m", 3);
        change(&mut profile);
        profile.validate().expect_err("the broken profile was accepted").to_string()
    }

    #[test]
    fn accepts_a_whole_profile() {
        for layers in 1..4 {
            made_up::profile("m", layers).validate().unwrap();
        }
    }

    /// A way to break a profile, and the field that the complaint must name.
    type Breakage = (fn(&mut ModelProfile), &'static str);

    const BREAKAGES: &[Breakage] = &[
        (|p| p.schema = 2, "`schema`"),
        (|p| p.id = "a/b".into(), "`id`"),
        (|p| p.input = [4, 0, 1], "`input`"),
        (|p| p.classes[1] = "cat".into(), "`classes`"),
        (|p| p.macs += 1, "`macs`"),
        (|p| p.parameters -= 1, "`parameters`"),
        (|p| p.peak_activation_bytes = 1, "`peak-activation-bytes`"),
        (|p| p.file.bytes = 0, "`file.bytes`"),
        (|p| p.file.sha256 = "F".repeat(64), "`file.sha256`"),
        (|p| p.layers[1].name = "layer-1".into(), "`layers.name`"),
        (|p| p.layers[1].output_bytes = 0, "`layers[1].output-bytes`"),
        (|p| p.layers[1].weight_bytes = 0, "`layers[1].weight-bytes`"),
        (|p| p.layers[2].host_time_s = Some(f64::NAN), "`layers[2].host-time-s`"),
        (|p| p.taps.truncate(1), "`taps`"),
        (|p| p.taps.swap(1, 2), "`taps.layers`"),
        (|p| p.taps[0].layers = 1, "`taps[0]`"),
        (|p| p.taps[3].exit = false, "the last of `taps`"),
        (|p| p.taps[2].layers = 9, "`taps[2].layers`"),
        (|p| p.taps[1].shape = [3, 3, 3], "`taps[1].shape`"),
        (|p| p.taps[1].codecs.clear(), "`taps[1].codecs`"),
        (|p| p.taps[1].codecs[0].bytes = SizeOf::Fixed(0), "`taps[1].codecs.raw.bytes`"),
        (|p| p.accuracy.test.value = 0.51, "`accuracy.test.value`"),
        (|p| p.accuracy.test.low = 0.6, "`accuracy.test`"),
        (|p| p.accuracy.validation.count = 5, "`accuracy.validation`"),
        (|p| p.accuracy.per_class.truncate(1), "`accuracy.per-class`"),
        (|p| p.accuracy.per_class[0].count += 1, "`accuracy.test.count`"),
        (|p| p.lineage.data.test = 9, "`accuracy.test.of`"),
        (|p| p.calibration.temperature = 0.0, "`calibration.temperature`"),
        (|p| p.calibration.ece_after = 1.5, "`calibration.ece-after`"),
        (|p| p.lineage.cost.cpu_s = f64::INFINITY, "`lineage.cost.cpu-s`"),
        (|p| p.lineage.estimated_energy = Some(energy(1.0, 3.5, "s")), "`lineage.estimated-energy.energy-j`"),
        (|p| p.lineage.estimated_energy = Some(energy(0.0, -1.0, "s")), "`lineage.estimated-energy.core-power-w`"),
        (|p| p.lineage.estimated_energy = Some(energy(0.0, 3.5, " ")), "`lineage.estimated-energy.source`"),
        (|p| p.provenance.retain(|field, _| field != "file.bytes"), "`provenance.file.bytes`"),
        (|p| p.provenance.extend([("file.weight".into(), Provenance::Counted)]), "`provenance.file.weight`"),
    ];

    fn energy(energy_j: f64, core_power_w: f64, source: &str) -> EstimatedEnergy {
        EstimatedEnergy { energy_j, core_power_w, source: source.into() }
    }

    #[test]
    fn names_the_field_of_each_breakage() {
        for (change, field) in BREAKAGES {
            let told = broken(change);
            assert!(told.contains(field), "{field} is not named by: {told}");
        }
    }

    #[test]
    fn tells_everything_at_once() {
        let told = broken(|p| (p.schema, p.file.bytes, p.macs) = (2, 0, 1));
        assert_eq!(told.lines().count(), 3, "{told}");
    }

    #[test]
    fn host_times_may_be_absent() {
        let mut profile = made_up::profile("m", 2);
        profile.layers.iter_mut().for_each(|l| l.host_time_s = None);
        profile.provenance.remove("layers.host-time-s");
        profile.validate().unwrap();
    }
}
