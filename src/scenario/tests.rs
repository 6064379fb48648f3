use super::made_up::{MadeUp, TEXT, check, scenario};
use super::*;
use crate::catalog::{Boundary, Split};
use crate::sim::{
    Arrivals, Cell, Codec, CodecId, Direction, Fifo, GroupId, Noise, Packet, Radio, Service, Sharing, Size, Think,
    Tier, Work,
};
use crate::units::{BitsPerSec, Bytes, PerSec, SimTime, Watts};
use std::path::Path;

fn ms(ms: u64) -> SimTime {
    SimTime::from_ns(ms * 1_000_000)
}

fn watts(text: &str) -> Watts {
    text.parse().unwrap()
}

pub(super) fn world(text: &str, point: usize) -> World {
    let (scenario, library) = check(text, &MadeUp::new()).unwrap();
    scenario.world(&scenario.points()[point], &library).unwrap()
}

#[test]
fn a_world_has_what_the_file_says_of_its_nodes() {
    let world = world(TEXT, 0);
    assert_eq!(world.seed, 7);
    let [sensor, server] = &world.groups[..] else { panic!() };
    assert_eq!((sensor.name.as_str(), sensor.tier, sensor.count), ("sensor", Tier::Device, 2));
    assert_eq!(sensor.service, Service::Fifo(Fifo { servers: 1, bound: Some(4), noise: Noise::None }));
    assert_eq!((sensor.idle, sensor.active, sensor.boundary), (Watts(29.5e-6), Watts(23.2e-3), Boundary::Chip));
    assert!(sensor.work[0].as_ref().unwrap().extrapolated && sensor.work[1].is_none());
    assert_eq!((server.tier, server.count, server.boundary), (Tier::Cloud, 1, Boundary::Wall));
    assert_eq!((server.idle, server.active), (Watts(15.0), Watts(30.0)));
    let large = Work { per_call: ms(1), upto: vec![ms(0), ms(1), ms(3), ms(6), ms(10)], extrapolated: false };
    assert_eq!(server.work, [Some(Work { upto: large.upto[..3].to_vec(), ..large.clone() }), Some(large)]);
}

#[test]
fn a_world_has_what_the_file_says_of_its_links() {
    let world = world(TEXT, 0);
    let [link] = &world.links[..] else { panic!() };
    assert_eq!((link.name.as_str(), link.lower, link.upper), ("radio", GroupId(0), GroupId(1)));
    assert_eq!((link.cell, link.sharing, link.half_duplex), (Cell::Shared, Sharing::Fair, true));
    assert_eq!(link.up, Direction { rate: BitsPerSec(250_000), delay: ms(2) });
    assert_eq!(link.down, Direction { rate: BitsPerSec(250_000), delay: ms(1) });
    let packet = Packet { payload: Bytes(102), header: Bytes(31), per_packet: SimTime::from_ns(1_184_000) };
    assert_eq!(link.packet, packet);
    let radio = Radio { transmit: watts("14.4 mW"), receive: watts("13.8 mW"), boundary: Boundary::Radio };
    assert_eq!((link.lower_radio, link.upper_radio), (radio, radio));
}

#[test]
fn a_world_has_what_the_file_says_of_its_models() {
    let world = world(TEXT, 0);
    let codec = |name: &str, lossless| Codec { name: name.into(), lossless };
    assert_eq!(world.codecs, [codec("raw", true), codec("deflate", true), codec("jpeg-50", false)]);
    let [small, large] = &world.models[..] else { panic!() };
    assert_eq!((small.name.as_str(), small.variant.as_str(), large.variant.as_str()), ("small", "small", "large"));
    let taps: Vec<(&str, bool)> = large.taps.iter().map(|t| (t.name.as_str(), t.exit)).collect();
    assert_eq!(taps, [("input", false), ("block-1", false), ("block-2", false), ("block-3", false), ("answer", true)]);
    let input = [Some(Size::Fixed(16)), Some(Size::Table { table: 0, mean: 12 }), Some(Size::Fixed(5))];
    assert_eq!(small.taps[0].sizes, input);
    assert_eq!(large.taps[2].sizes, [Some(Size::Fixed(32)), None, None]);
    assert_eq!((world.labels.len(), small.tables.label.len(), small.validation.label.len()), (8, 8, 4));
}

#[test]
fn a_world_has_what_the_file_says_of_its_requests() {
    let world = world(TEXT, 0);
    let [watch] = &world.workloads[..] else { panic!() };
    assert_eq!((watch.name.as_str(), watch.at, watch.send, watch.sink), ("watch", GroupId(0), CodecId(1), Tier::Cloud));
    assert_eq!(watch.arrivals, Arrivals::Poisson { rate: PerSec(0.5) });
    assert_eq!(watch.deadline, Some(ms(500)));
    let cumulative: Vec<&[u64]> = watch.sites.iter().map(|s| &s.cumulative[..]).collect();
    assert_eq!(cumulative, [[1 << 31, 1 << 32], [3 << 30, 1 << 32]]);
    assert_eq!((world.information.staleness, world.information.decision), (ms(100), SimTime::from_ns(20_000)));
    let horizon = crate::sim::Horizon { warm_up: ms(10_000), end: ms(70_000), drain: ms(60_000) };
    assert_eq!(world.horizon, horizon);
}

#[test]
fn the_rest_of_the_file_is_kept() {
    let scenario = scenario(TEXT).unwrap();
    let file = scenario.file();
    assert_eq!((file.title.as_str(), file.question.as_str(), file.images), ("Two sensors", "Where?", Split::Test));
    assert_eq!((file.run.replications, file.record.requests), (3, true));
    assert_eq!(file.policies.names().collect::<Vec<_>>(), ["stay", "go", "ask"]);
    let strategies: Vec<&str> = file.policies.iter().map(|(_, spec)| spec.strategy.as_str()).collect();
    assert_eq!(strategies, ["local", "cloud", "cascade"]);
}

#[test]
fn each_value_of_the_sweep_is_a_point() {
    let scenario = scenario(TEXT).unwrap();
    let told: Vec<(u32, &str, f64, &str)> =
        scenario.points().iter().map(|p| (p.index, p.value.as_str(), p.value_base, p.unit)).collect();
    assert_eq!(told, [(0, "0.5 /s", 0.5, "1/s"), (1, "30 /min", 0.5, "1/s"), (2, "2 /s", 2.0, "1/s")]);
    assert!(scenario.points().iter().all(|p| p.parameter == "workload.watch.arrivals.poisson.rate"));
    assert_eq!(world(TEXT, 2).workloads[0].arrivals, Arrivals::Poisson { rate: PerSec(2.0) });
}

/// The text with one piece replaced.
pub(super) fn edited(find: &str, put: &str) -> String {
    assert_eq!(TEXT.matches(find).count(), 1, "{find:?} is not there once");
    TEXT.replace(find, put)
}

const SWEEP: &str = "\"workload.watch.arrivals.poisson.rate\" = [\"0.5 /s\", \"30 /min\", \"2 /s\"]";

#[test]
fn without_a_sweep_there_is_one_point() {
    let scenario = scenario(&edited(SWEEP, "")).unwrap();
    let [point] = scenario.points() else { panic!() };
    assert!(point.parameter.is_empty() && point.value.is_empty() && point.value_base.is_nan());
}

#[test]
fn anything_can_be_swept() {
    let values = |path: &str, values: &str| {
        let (scenario, library) =
            check(&edited(SWEEP, &format!("\"{path}\" = {values}")), &MadeUp::new()).unwrap_or_else(|p| panic!("{p}"));
        let told: Vec<String> = scenario.points().iter().map(|p| format!("{} {}", p.value, p.value_base)).collect();
        let worlds: Vec<World> = scenario.points().iter().map(|p| scenario.world(p, &library).unwrap()).collect();
        (told, worlds)
    };
    let (told, worlds) = values("nodes.sensor.count", "[1, 5]");
    assert_eq!(told, ["1 1", "5 5"]);
    assert_eq!(worlds.iter().map(|w| w.groups[0].count).collect::<Vec<_>>(), [1, 5]);
    let (told, worlds) = values("models.small", "[\"models/small\", \"models/large\"]");
    assert_eq!(told, ["models/small NaN", "models/large NaN"]);
    assert_eq!(worlds.iter().map(|w| w.models[0].variant.as_str()).collect::<Vec<_>>(), ["small", "large"]);
    let (told, worlds) = values("nodes.sensor.models", "[[\"small\"], [\"large\", \"small\"]]");
    assert_eq!(told, ["[\"small\"] NaN", "[\"large\", \"small\"] NaN"]);
    assert!(worlds[0].groups[0].work[1].is_none() && worlds[1].groups[0].work[1].is_some());
    let (_, worlds) = values("nodes.server.bandwidth", "[\"1 GB/s\"]");
    assert!(worlds[0].groups[1].work[1].as_ref().unwrap().upto[4] >= ms(10));
}

/// What is changed in the text, and the file that holds what is then told.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("unknown-key", "count = 2", "cuont = 2"),
    ("missing-unit", "length = \"1 min\"", "length = 60"),
    ("unknown-unit", "deadline = \"500 ms\"", "deadline = \"500 msec\""),
    ("negative", "delay = { up = \"2 ms\",", "delay = { up = \"-2 ms\","),
    ("missing-key", "title = \"Two sensors\"\n", ""),
    ("unknown-policy", "stay = \"local\"", "stay = \"lokal\""),
    ("unknown-policy-option", "path = [\"small@sensor\"", "paht = [\"small@sensor\""),
    ("policy-does-not-start", "\"large@server\"", "\"huge@server\""),
    ("unknown-tier", "tier = \"cloud\"", "tier = \"clod\""),
    ("unknown-device-preset", "\"stm32u575\"", "\"stm32u755\""),
    ("unknown-link-preset", "\"ieee-802.15.4\"", "\"ieee-802.15\""),
    ("missing-profile", "small = \"models/small\"", "small = \"models/smal\""),
    ("unknown-model", "models = [\"small\"]", "models = [\"smal\"]"),
    ("model-listed-twice", "models = [\"small\", \"large\"]", "models = [\"small\", \"large\", \"small\"]"),
    ("unknown-node-in-link", "between = [\"sensor\"", "between = [\"senser\""),
    ("unknown-node-in-workload", "at = \"sensor\"", "at = \"sensors\""),
    ("born-at-a-server", "at = \"sensor\"", "at = \"server\""),
    ("link-downwards", "[\"sensor\", \"server\"]\npreset", "[\"server\", \"sensor\"]\npreset"),
    ("link-to-itself", "between = [\"sensor\", \"server\"]", "between = [\"sensor\", \"sensor\"]"),
    (
        "two-uplinks",
        "[workload.watch]",
        "[links.second]\nbetween = [\"sensor\", \"server\"]\nrate = \"1 Mbit/s\"\n\n[workload.watch]",
    ),
    (
        "unreachable-node",
        "[links.radio]",
        "[nodes.attic]\ntier = \"edge\"\npreset = \"raspberry-pi-4\"\n\n[links.radio]",
    ),
    ("unreachable-sink", "sink = \"cloud\"", "sink = \"edge\""),
    ("incomplete-node", "idle = \"10 W\"\n", ""),
    ("incomplete-link", "preset = \"ieee-802.15.4\"\n", ""),
    ("idle-above-active", "idle = \"10 W\"", "idle = \"30 W\""),
    ("overhead-below-one", "overhead = 1.5", "overhead = 0.5"),
    ("no-servers", "servers = 2", "servers = 0"),
    ("no-nodes", "count = 2", "count = 0"),
    ("zero-swept-rate", "\"2 /s\"]", "\"0 /s\"]"),
    ("zero-deadline", "deadline = \"500 ms\"", "deadline = \"0 ms\""),
    ("zero-length", "length = \"1 min\"", "length = \"0 s\""),
    ("series-at-once", "length = \"1 min\"", "length = \"1 min\"\nseries = \"0 s\""),
    ("series-too-fine", "length = \"1 min\"", "length = \"1 min\"\nseries = \"1 ms\""),
    ("mser-5", "warm-up = \"10 s\"", "warm-up = \"mser-5\""),
    ("too-many-requests", "length = \"1 min\"", "length = \"10000 d\""),
    ("unknown-codec", "send = \"deflate\"", "send = \"deflat\""),
    ("unmeasured-codec", "send = \"deflate\"", "send = \"jpeg-50\""),
    ("mix-of-wrong-length", "[3, 1]]", "[3, 1, 4]]"),
    ("mix-below-zero", "[3, 1]]", "[3, -1]]"),
    ("dirichlet-of-nothing", "{ mix = [[1, 1], [3, 1]] }", "{ dirichlet = { alpha = 0.0, sites = 0 } }"),
    ("swept-path-nowhere", "\"workload.watch.arrivals", "\"workload.wach.arrivals"),
    ("swept-path-to-unknown-key", "poisson.rate\" =", "poisson.rat\" ="),
    ("two-swept-paths", "[record]", "\"nodes.sensor.count\" = [1, 2]\n[record]"),
    ("nothing-swept", "[\"0.5 /s\", \"30 /min\", \"2 /s\"]", "[]"),
    ("odd-name", "stay = \"local\"", "\"stay here\" = \"local\""),
    (
        "no-policies",
        "stay = \"local\"\ngo = { cloud = {} }\nask = { cascade = { path = [\"small@sensor\", \"large@server\"] } }",
        "",
    ),
    ("syntax", "count = 2", "count = = 2\nquote = \"open"),
    (
        "several-at-once",
        "count = 2\npreset = \"stm32u575\"\nmodels = [\"small\"]",
        "cuont = 2\npreset = \"stm32u57\"\nmodels = \"small\"\nidle = 3\nper-layer = \"2 msec\"\ntier2 = []",
    ),
];

pub(super) fn told(text: &str, models: &MadeUp) -> String {
    let problems = check(text, models).map(|_| ()).expect_err("a mistake was accepted");
    problems.0.iter().map(|p| format!("{p}\n{}", p.place.as_ref().map_or_else(String::new, marked))).collect()
}

/// The line of a place, and what it points at.
fn marked(place: &crate::problem::Place) -> String {
    let text = &place.source.text;
    let line = place.source.line_column(place.span.start).0;
    format!("  | {}\n  ^ {:?}\n", text.lines().nth(line - 1).unwrap_or_default(), &text[place.span.clone()])
}

/// Regenerate with `SNAPSHOTS=overwrite cargo test --release --no-default-features --lib scenario`.
pub(super) fn snapshot(name: &str, told: &str) {
    let path = format!("{}/src/scenario/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(&path, told).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, expected, "{path} (SNAPSHOTS=overwrite writes it anew)");
}

#[test]
fn each_mistake_is_told_as_recorded() {
    for (name, find, put) in MISTAKES {
        assert!(check(&edited(find, put), &MadeUp::new()).is_err(), "{name} was accepted");
        snapshot(name, &told(&edited(find, put), &MadeUp::new()));
    }
}

#[test]
fn a_model_that_does_not_fit_is_told() {
    let mut models = MadeUp::new();
    models.of("models/small").0.file.bytes = 3_000_000;
    models.of("models/small").0.peak_activation_bytes = 1_000_000;
    snapshot("too-large-for-flash", &told(TEXT, &models));
    models.of("models/small").0.file.bytes = 3000;
    snapshot("too-large-for-ram", &told(TEXT, &models));
}

#[test]
fn a_number_format_that_the_preset_lacks_is_told() {
    let mut models = MadeUp::new();
    models.of("models/small").0.file.precision = "f64".into();
    snapshot("unknown-number-format", &told(TEXT, &models));
}

#[test]
fn a_broken_profile_is_told() {
    let mut models = MadeUp::new();
    models.of("models/large").0.macs += 1;
    snapshot("broken-profile", &told(TEXT, &models));
}

#[test]
fn truncated_predictions_are_told() {
    let mut models = MadeUp::new();
    let (_, validation, test) = models.of("models/large");
    test.outputs[0].prediction.pop();
    test.outputs[0].confidence.pop();
    validation.sizes.clear();
    snapshot("truncated-predictions", &told(TEXT, &models));
}

#[test]
fn an_exit_that_nobody_measured_is_told() {
    let mut models = MadeUp::new();
    models.of("models/small").2.outputs.clear();
    models.of("models/large").0.taps[2].exit = true;
    snapshot("unmeasured-exit", &told(TEXT, &models));
}

#[test]
fn impossible_tables_are_told() {
    let mut models = MadeUp::new();
    models.of("models/small").2.label[0] = 2;
    models.of("models/small").2.outputs[0].confidence[1] = f32::NAN;
    snapshot("impossible-tables", &told(TEXT, &models));
}

#[test]
fn profiles_that_do_not_go_together_are_told() {
    let unlike = |name: &str, change: &dyn Fn(&mut MadeUp)| {
        let mut models = MadeUp::new();
        change(&mut models);
        snapshot(name, &told(TEXT, &models));
    };
    unlike("different-images", &|m| m.of("models/large").2.image[3] = 99);
    unlike("different-classes", &|m| m.of("models/large").0.classes.swap(0, 1));
    unlike("different-labels", &|m| m.of("models/large").2.label[3] ^= 1);
    let pets = [("cat", ["lynx", "lion"]), ("dog", ["fox", "wolf"])];
    let pets = pets.map(|(name, members)| (name.to_string(), members.map(String::from).to_vec()));
    unlike("different-superclasses", &|m| m.of("models/large").0.lineage.data.superclasses = Some(pets.to_vec()));
    unlike("lossless-only-here", &|m| m.of("models/large").0.taps[0].codecs[1].lossless = false);
}

#[test]
fn a_period_of_zero_is_told() {
    let text = edited(SWEEP, "").replace("poisson = { rate = \"0.5 /s\" }", "periodic = { period = \"0 s\" }");
    snapshot("zero-period", &told(&text, &MadeUp::new()));
}

#[test]
fn a_closed_source_is_read() {
    let closed = |text: &str| {
        let text = edited(SWEEP, "").replace("poisson = { rate = \"0.5 /s\" }", text);
        world(&text, 0).workloads[0].arrivals
    };
    let think = SimTime::from_secs(2.0);
    let arrivals = Arrivals::Closed { think, law: Think::Exponential };
    assert_eq!(closed("closed = { think = \"2 s\" }"), arrivals);
    let fixed = Arrivals::Closed { think, law: Think::Fixed };
    assert_eq!(closed("closed = { think = \"2 s\", law = \"fixed\" }"), fixed);
    let text = edited(SWEEP, "").replace("poisson = { rate = \"0.5 /s\" }", "closed = { think = \"0 s\" }");
    snapshot("think-of-nothing", &told(&text, &MadeUp::new()));
}

#[test]
fn a_circle_of_links_is_told() {
    let nodes = "[nodes.a]\ntier = \"edge\"\npreset = \"t4\"\n[nodes.b]\ntier = \"edge\"\npreset = \"t4\"\n";
    let links = "[links.x]\nbetween = [\"a\", \"b\"]\nrate = \"1 Mbit/s\"\n[links.y]\nbetween = [\"b\", \"a\"]\nrate = \"1 Mbit/s\"\n";
    let text = edited(
        "[links.radio]\nbetween = [\"sensor\", \"server\"]",
        &format!("{nodes}{links}[links.radio]\nbetween = [\"sensor\", \"a\"]"),
    );
    snapshot("circle", &told(&text, &MadeUp::new()));
}

/// Whatever folder is asked for, it holds a model of three layers.
struct Anything;

impl Loader for Anything {
    fn profile(&self, folder: &Path) -> Result<crate::catalog::ModelProfile, Problems> {
        let id = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(crate::catalog::made_up::profile(id, 3))
    }

    fn tables(&self, folder: &Path, split: Split) -> Result<crate::catalog::ModelTables, Problems> {
        let images = if split == Split::Test { 8 } else { 4 };
        Ok(made_up::tables(&self.profile(folder)?, images))
    }
}

#[test]
fn every_shipped_scenario_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.filter(|file| file.extension().is_some_and(|e| e == "toml")).collect();
    assert!(files.len() >= 2);
    for file in files {
        let registry = Registry::default();
        let scenario = Scenario::parse(crate::config::source(&file).unwrap(), &registry);
        let scenario = scenario.unwrap_or_else(|problems| panic!("{}", problems));
        let library = scenario.load(&Anything).unwrap_or_else(|problems| panic!("{problems}"));
        scenario.check(&library, &registry).unwrap_or_else(|problems| panic!("{}", problems));
    }
}

#[test]
fn the_schema_names_every_strategy() {
    let schema = schema(&Registry::default()).to_json();
    for entry in Registry::default().entries() {
        assert!(schema.contains(&format!("\"{}\"", entry.name)), "{} is not in the schema", entry.name);
    }
}

proptest::proptest! {
    /// A whole scenario with a stretch replaced is understood or refused, never more.
    #[test]
    fn damaged_files_never_panic(at in 0usize..1600, cut in 0usize..40, put in "[\\[\\]{}=\".,a-z0-9 \n-]{0,16}") {
        let at = at.min(TEXT.len());
        let text = format!("{}{put}{}", &TEXT[..at], &TEXT[(at + cut).min(TEXT.len())..]);
        if let Err(problems) = check(&text, &MadeUp::new()) {
            proptest::prop_assert!(!problems.to_string().is_empty());
        }
    }
}

/// Regenerate with `SNAPSHOTS=overwrite cargo test --release --no-default-features --lib scenario`.
#[test]
fn the_committed_reference_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/README.md");
    let fresh = super::reference(&Registry::default());
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == fresh, "{path} is stale: SNAPSHOTS=overwrite writes it anew");
}
