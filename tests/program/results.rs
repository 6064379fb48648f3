//! The lab's committed tables: every number that answers tell is counted again from the committed answers.

use super::command::root;
use std::collections::BTreeMap;
use tierwise::catalog::{ModelProfile, PREDICTIONS};
use tierwise::lab::distil::subclass::{Partition, find};
use tierwise::stats::wilson;
use tierwise::store::parquet::Table;

/// A table as text: a map for each row.
fn csv(name: &str) -> Vec<BTreeMap<String, String>> {
    let path = root().join("results/lab").join(name).with_extension("csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(String::from).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    lines.map(|row| head.iter().cloned().zip(row).collect()).collect()
}

/// A network's answers to one split's raw images.
struct Answers {
    profile: ModelProfile,
    image: Vec<u32>,
    label: Vec<u32>,
    prediction: Vec<u32>,
    /// Columns; none where they are not kept.
    logits: Vec<Vec<f32>>,
}

impl Answers {
    fn read(name: &str, split: &str) -> Self {
        let folder = root().join("results/models").join(name);
        let table = Table::read(&folder.join(PREDICTIONS)).unwrap();
        let text = |column: &str| table.str(column).unwrap();
        let (splits, cut, tap, codec) = (text("split"), text("cut"), text("tap"), text("codec"));
        let raw = |i: &usize| (&*splits[*i], &*cut[*i], &*tap[*i], &*codec[*i]) == (split, "input", "answer", "raw");
        let rows: Vec<usize> = (0..table.rows()).filter(raw).collect();
        let number = |column: &str| rows.iter().map(|&i| table.u32(column).unwrap()[i]).collect();
        let logits = (0..).map_while(|k| table.f32(&format!("logit_{k}")).ok());
        let logits = logits.map(|column| rows.iter().map(|&i| column[i]).collect()).collect();
        let [image, label, prediction] = ["image", "label", "prediction"].map(number);
        Self { profile: ModelProfile::load(&folder).unwrap(), image, label, prediction, logits }
    }

    fn right(&self) -> usize {
        self.label.iter().zip(&self.prediction).filter(|(label, prediction)| label == prediction).count()
    }

    /// Whether its labels are superclasses.
    fn is_coarse(&self) -> bool {
        self.profile.lineage.data.superclasses.is_some()
    }

    /// The superclass that each image is taken for, if that is known.
    fn superclasses(&self, partition: &Partition) -> Option<Vec<usize>> {
        if self.is_coarse() {
            return Some(self.prediction.iter().map(|&p| p as usize).collect());
        }
        let sum = |group: &[usize], i: usize| group.iter().map(|&k| f64::from(self.logits[k][i]).exp()).sum::<f64>();
        let best = |i| {
            let sums: Vec<f64> = partition.groups.iter().map(|g| sum(g, i)).collect();
            (0..sums.len()).max_by(|&a, &b| sums[a].total_cmp(&sums[b]).then(b.cmp(&a))).unwrap()
        };
        (!self.logits.is_empty()).then(|| (0..self.image.len()).map(best).collect())
    }
}

fn value(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

fn agrees(row: &BTreeMap<String, String>, column: &str, right: f64) {
    let told = value(row, column).unwrap_or(f64::NAN);
    assert!((told - right).abs() < 1e-9, "{}: `{column}` is {told}, counted {right}", row["name"]);
}

fn share(right: usize, of: usize) -> f64 {
    right as f64 / of as f64
}

#[test]
fn accuracies_and_sizes_are_those_of_the_committed_files() {
    let rows = csv("variants");
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let [validation, test] = ["validation", "test"].map(|split| Answers::read(&row["name"], split));
        let (right, of) = (test.right(), test.image.len());
        agrees(&row, "top1", share(right, of));
        agrees(&row, "validation", share(validation.right(), validation.image.len()));
        let (low, high) = wilson(right as u64, of as u64, 0.95);
        agrees(&row, "top1_low", low);
        agrees(&row, "top1_high", high);
        let told = &test.profile;
        let file = root().join("results/models").join(&row["name"]).join(&told.file.name);
        agrees(&row, "bytes", std::fs::metadata(file).unwrap().len() as f64);
        agrees(&row, "parameters", told.parameters as f64);
        agrees(&row, "macs", told.macs as f64);
        assert_eq!(row["method"], told.lineage.method);
        assert_eq!(value(&row, "seed"), Some(told.lineage.seed as f64));
    }
}

#[test]
fn recalls_and_gains_are_those_of_the_committed_answers() {
    let classes: BTreeMap<u32, u32> = {
        let teacher = Answers::read("teacher", "test");
        teacher.image.into_iter().zip(teacher.label).collect()
    };
    let names = Answers::read("teacher", "test").profile.classes;
    let mut known: BTreeMap<String, Answers> = BTreeMap::new();
    let mut counted = 0;
    let rows = csv("subclass");
    for row in rows.iter().filter(|row| row["split"] == "test") {
        let answers = known.entry(row["name"].clone()).or_insert_with(|| Answers::read(&row["name"], "test"));
        let class = names.iter().position(|name| *name == row["subclass"]).unwrap();
        let of: Vec<usize> =
            (0..answers.image.len()).filter(|&i| classes[&answers.image[i]] as usize == class).collect();
        agrees(row, "images", of.len() as f64);
        if !answers.is_coarse() {
            let right = of.iter().filter(|&&i| answers.prediction[i] as usize == class).count();
            agrees(row, "recall", share(right, of.len()));
            counted += 1;
        }
        if !row["partition"].is_empty() {
            let groups = find(&Default::default(), &row["partition"]).unwrap();
            let partition = Partition::new(&groups, &names).map_err(|_| "no partition").unwrap();
            if let Some(taken) = answers.superclasses(&partition) {
                let right = of.iter().filter(|&&i| taken[i] == partition.group_of(class)).count();
                agrees(row, "superclass_recall", share(right, of.len()));
                counted += 1;
            }
        }
        beside(row, &rows);
    }
    assert!(counted > 200, "{counted}");
}

/// What is said of the control is what the control's own row says, and the gain is the difference.
fn beside(row: &BTreeMap<String, String>, rows: &[BTreeMap<String, String>]) {
    let key = |r: &BTreeMap<String, String>, name: &str| {
        (r[name].clone(), r["partition"].clone(), r["split"].clone(), r["subclass"].clone())
    };
    for (level, control, gain) in
        [("recall", "control_recall", "gain"), ("superclass_recall", "control_superclass_recall", "superclass_gain")]
    {
        let (Some(own), Some(other)) = (value(row, level), value(row, control)) else { continue };
        agrees(row, gain, own - other);
        let its = rows.iter().find(|r| key(r, "name") == key(row, "control")).and_then(|r| value(r, level));
        assert!(its.is_none_or(|its| (its - other).abs() < 1e-9), "{}: {level} of {}", row["name"], row["control"]);
    }
}

/// The share of the box below `reference` that points dominate, cell by cell of the grid that they span.
fn covered(points: &[[f64; 3]], reference: &[f64]) -> f64 {
    let ends = |axis: usize| {
        let mut all: Vec<f64> = points.iter().map(|p| p[axis].min(reference[axis])).collect();
        all.push(reference[axis]);
        all.sort_by(f64::total_cmp);
        all
    };
    let [x, y, z] = [0, 1, 2].map(ends);
    let sides = |ends: &[f64]| ends.windows(2).map(|w| (w[0], w[1] - w[0])).collect::<Vec<_>>();
    let (y, z) = (sides(&y), sides(&z));
    let mut volume = 0.0;
    for (x, wide) in sides(&x) {
        for (y, deep) in &y {
            let below = |z: f64| points.iter().any(|p| p[0] <= x && p[1] <= *y && p[2] <= z);
            volume += z.iter().filter(|(z, _)| below(*z)).map(|(_, high)| wide * deep * high).sum::<f64>();
        }
    }
    volume / reference.iter().product::<f64>()
}

/// What the committed searches and their controls cover, and spent, counted again from their histories.
#[test]
fn searches_cover_what_their_histories_say() {
    let searches = std::fs::read_dir(root().join("results/lab/search")).unwrap();
    let folders: Vec<_> = searches.map(|f| f.unwrap().path()).collect();
    let mut networks = 0;
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("summary.json")).unwrap();
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        let table = Table::read(&folder.join("history.parquet")).unwrap();
        let (outcome, method) = (table.str("outcome").unwrap(), table.str("method").unwrap());
        let (accuracy, macs, bytes) = ("accuracy", "macs", "bytes");
        let accuracy = table.f64(accuracy).unwrap();
        let finished: Vec<usize> = (0..table.rows()).filter(|&i| outcome[i] == "finished").collect();
        assert_eq!(told["finished"].as_u64().unwrap(), finished.len() as u64, "{}", folder.display());
        let best = finished.iter().map(|&i| accuracy[i]).fold(0.0, f64::max);
        assert_eq!(told["best"][0][1].as_f64().unwrap(), best, "{}", folder.display());
        if told["kind"] != "architecture" {
            continue;
        }
        networks += 1;
        let [macs, bytes] = [macs, bytes].map(|column| table.u64(column).unwrap());
        let reference: Vec<f64> = told["reference"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        for (arm, control) in [false, true].into_iter().enumerate() {
            let own = finished.iter().filter(|&&i| (method[i] == "random") == control);
            let points: Vec<_> = own.map(|&i| [1.0 - accuracy[i], macs[i] as f64, bytes[i] as f64]).collect();
            let share = told["hypervolume"][arm].as_f64().unwrap();
            assert!((covered(&points, &reference) - share).abs() < 1e-9, "{}", folder.display());
        }
    }
    assert_eq!(networks, 3);
}
