use super::*;
use crate::units::{Bytes, SimTime};
use proptest::prelude::*;

/// A kitchen.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Kitchen {
    /// Its name.
    name: String,
    /// How long it is open. Not longer than a day.
    open: SimTime,
    #[serde(default)]
    seats: u8,
    size: Option<Bytes>,
    heat: Option<f64>,
    #[serde(default)]
    stoves: Named<Stove>,
    corners: Option<[u32; 2]>,
    clean: Option<bool>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Stove {
    /// Burns gas.
    Gas,
    /// Needs a socket.
    Electric {
        /// Warms up in this time.
        warm: SimTime,
    },
    /// Glows.
    Coal(Coal),
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Coal {
    bags: u32,
}

fn read(text: &str) -> Result<Kitchen, Problems> {
    load(Source::new("k.toml", text)).map(|(kitchen, _)| kitchen)
}

fn told(text: &str) -> String {
    read(text).expect_err("a broken file was accepted").to_string()
}

const WHOLE: &str = r#"
name = "Mill"
open = "8 h"
seats = 40
size = "2 KiB"
corners = [1, 2]
clean = true
heat = 3

[stoves]
old = "gas"
new = { electric = { warm = "5 min" } }
back = { coal = { bags = 3 } }
spare = "coal"
"#;

#[test]
fn fills_a_type_and_keeps_the_order_of_names() {
    let kitchen = read(WHOLE).unwrap();
    assert_eq!(kitchen.name, "Mill");
    assert_eq!((kitchen.seats, kitchen.size, kitchen.heat), (40, Some(Bytes(2048)), Some(3.0)));
    assert_eq!((kitchen.corners, kitchen.clean), (Some([1, 2]), Some(true)));
    assert_eq!(kitchen.stoves.names().collect::<Vec<_>>(), ["old", "new", "back", "spare"]);
    assert_eq!(kitchen.stoves.get("old"), Some(&Stove::Gas));
    assert_eq!(kitchen.stoves.get("new"), Some(&Stove::Electric { warm: SimTime::from_secs(300.0) }));
    assert_eq!(kitchen.stoves.get("spare"), Some(&Stove::Coal(Coal { bags: 0 })));
    assert_eq!(kitchen.stoves.get("wood"), None);
}

/// What is wrong, and the one line that is told (without the file's name).
const WRONG: &[(&str, &str)] = &[
    ("open = \"8 h\"", "1:1: `name` is missing; add `name = …`: a text. Its name."),
    ("name = \"a\"\nopen = \"8 h\"\nstooves = 1", "3:1: unknown key; received `stooves`; did you mean `stoves`?"),
    (
        "name = \"a\"\nopen = 8",
        "2:8: the unit is missing; received 8; write a time, such as \"20 ms\"; units: ns, us, ms, s, min, h, d",
    ),
    (
        "name = \"a\"\nopen = \"8\"",
        "2:8: not a quantity: the unit is missing; received \"8\"; write a time, such as \"20 ms\"; units: ns, us, ms, s, min, h, d",
    ),
    (
        "name = \"a\"\nopen = \"8 hours\"",
        "2:8: not a quantity: unknown unit; received \"8 hours\"; write a time, such as \"20 ms\"; units: ns, us, ms, s, min, h, d",
    ),
    ("name = 3\nopen = \"8 h\"", "1:8: a value of the wrong kind; received 3; write a text"),
    (
        "name = \"a\"\nopen = \"8 h\"\nseats = 256",
        "3:9: out of range; received 256; write a whole number from 0 to 255",
    ),
    ("name = \"a\"\nopen = \"8 h\"\nseats = -1", "3:9: out of range; received -1; write a whole number from 0 to 255"),
    ("name = \"a\"\nopen = \"8 h\"\nseats = 1.5", "3:9: a value of the wrong kind; received 1.5; write a whole number"),
    ("name = \"a\"\nopen = \"8 h\"\nheat = nan", "3:8: not a finite number; received NaN; write a number"),
    (
        "name = \"a\"\nopen = \"8 h\"\ncorners = [1]",
        "3:11: a list of the wrong length; received 1; write a list of 2 items",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\ncorners = [1, \"x\"]",
        "3:15: a value of the wrong kind; received \"x\"; write a whole number",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nclean = \"yes\"",
        "3:9: a value of the wrong kind; received \"yes\"; write true or false",
    ),
    ("name = \"a\"\nopen = \"8 h\"\nstoves = 1", "3:10: a value of the wrong kind; received 1; write a table"),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = \"gaz\" }",
        "3:16: unknown `x`; received `gaz`; did you mean `gas`?",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = { elektric = { warm = \"1 s\" } } }",
        "3:18: unknown `x`; received `elektric`; did you mean `electric`?",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = \"electric\" }",
        "3:16: `warm` is missing in `electric`; add `warm = …`: a time, such as \"20 ms\"; units: ns, us, ms, s, min, h, d. Warms up in this time.",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = { coal = { bag = 1 } } }",
        "3:27: unknown key; received `bag`; did you mean `bags`?",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = {} }",
        "3:16: not one variant; received 0 of them; write exactly one of: gas, electric, coal",
    ),
    (
        "name = \"a\"\nopen = \"8 h\"\nstoves = { x = 7 }",
        "3:16: a value of the wrong kind; received 7; write one of: gas, electric, coal",
    ),
    (
        "name = \"a\"\nopen = 99999999999999999999",
        "2:8: a whole number of more than 64 bits; received 99999999999999999999",
    ),
];

#[test]
fn each_mistake_is_told_with_place_and_remedy() {
    for (text, expected) in WRONG {
        assert_eq!(told(text), format!("k.toml:{expected}"), "for: {text}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let told = told("seatz = 1\nopen = 8\nheat = true\n\n[stoves]\nx = \"gaz\"\ny = { coal = { bags = -2 } }");
    let places: Vec<&str> = told.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(places, ["k.toml:1:1:", "k.toml:1:1:", "k.toml:2:8:", "k.toml:3:8:", "k.toml:6:5:", "k.toml:7:23:"]);
}

#[test]
fn all_syntax_errors_are_told_at_once() {
    let told = told("name = \"a\nopen == 3\nname = \"b\"\nx = ]");
    assert!(told.lines().count() >= 3, "{told}");
    assert!(told.lines().all(|line| line.contains("not TOML")), "{told}");
}

#[test]
fn repeated_keys_are_syntax_errors() {
    let told = told("name = \"a\"\nname = \"b\"\nopen = \"1 s\"");
    assert!(told.starts_with("k.toml:2:1: not TOML: duplicate key"), "{told}");
}

fn document(text: &str) -> Document {
    Document::parse(Source::new("k.toml", text)).unwrap()
}

#[test]
fn places_lead_to_values_or_to_the_nearest_key_above() {
    let document = document(WHOLE);
    let at = |path: &[&str]| document.source().text[document.place(path)].to_string();
    assert_eq!(at(&["seats"]), "40");
    assert_eq!(at(&["stoves", "new", "electric", "warm"]), "\"5 min\"");
    assert_eq!(at(&["stoves", "new", "electric", "cold"]), "electric");
    assert_eq!(at(&["corners", "1"]), "2");
    assert_eq!(at(&["stoves"]), "stoves");
    assert_eq!(at(&["nowhere", "at", "all"]), "");
    assert_eq!(document.blame_key(&["seats"], Problem::new("x")).to_string(), "k.toml:4:1: x");
}

fn five() -> Node {
    Node { span: 1..5, value: Value::Integer(5) }
}

#[test]
fn a_value_is_substituted_and_only_there() {
    let before = document(WHOLE);
    let after = before.with("stoves.back.coal.bags", &(3..4), five()).unwrap();
    let (old, new): (Kitchen, Kitchen) = (before.read().unwrap(), after.read().unwrap());
    assert_eq!(new.stoves.get("back"), Some(&Stove::Coal(Coal { bags: 5 })));
    assert_eq!(old.stoves.get("back"), Some(&Stove::Coal(Coal { bags: 3 })));
    let added = before.with("stoves.back.coal.sacks", &(3..4), five()).unwrap();
    assert!(added.check(&Schema::of::<Kitchen>()).to_string().contains("unknown key"));
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let refused = |path| document(WHOLE).with(path, &(1..5), five()).unwrap_err().to_string();
    let expected = "k.toml:2:1: the path `stoves.bak.coal.bags` leads nowhere: there is no `bak`; did you mean `back`?";
    assert_eq!(refused("stoves.bak.coal.bags"), expected);
    assert!(refused("name.first").contains("leads nowhere"));
}

#[derive(JsonSchema)]
#[allow(dead_code)]
#[serde(deny_unknown_fields)]
struct Wood {
    stove: Stove2,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
#[schemars(rename = "Stove")]
#[serde(rename_all = "kebab-case")]
enum Stove2 {
    Open,
    Closed,
}

#[test]
fn variants_can_be_grafted_with_their_own_definitions() {
    let mut schema = Schema::of::<Kitchen>();
    let wood = schemars::schema_for!(Wood);
    schema.let_entries_be("stoves", "stove", [("wood", &wood)]);
    let told = |stove: &str| {
        let text = format!("name = \"a\"\nopen = \"1 s\"\nstoves = {{ x = {stove} }}");
        document(&text).check(&schema).to_string()
    };
    assert_eq!(told("{ wood = { stove = \"open\" } }"), "");
    assert!(told("{ wood = { stove = \"gas\" } }").contains("known: open, closed"));
    assert!(told("\"wod\"").contains("unknown stove; received `wod`; did you mean `wood`?"));
    assert!(told("\"wood\"").contains("`stove` is missing in `wood`"));
}

#[test]
fn every_preset_agrees_with_its_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog/presets");
    let files = |kind: &str| std::fs::read_dir(folder.join(kind)).unwrap().map(|f| f.unwrap().path());
    for path in files("devices") {
        load::<crate::catalog::DevicePreset>(source(&path).unwrap()).unwrap();
    }
    for path in files("links") {
        load::<crate::catalog::LinkPreset>(source(&path).unwrap()).unwrap();
    }
}

#[test]
fn what_a_type_refuses_is_told_at_the_value() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Odd {
        times: Vec<SimTime>,
    }
    let problem = document("times = [\"1 s\", \"1 parsec\"]").read::<Odd>().unwrap_err().to_string();
    assert!(problem.starts_with("k.toml:1:17: unknown unit"), "{problem}");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = String::from_utf8(bytes) {
            let told = read(&text);
            prop_assert!(told.map_or_else(|p| !p.to_string().is_empty(), |_| true));
        }
    }

    #[test]
    fn arbitrary_characters_never_panic(text in "\\PC{0,40}(\n\\PC{0,40}){0,4}") {
        let told = read(&text);
        prop_assert!(told.map_or_else(|p| !p.to_string().is_empty(), |_| true));
    }

    /// A whole file with a stretch replaced: nearer to what people write than noise.
    #[test]
    fn damaged_files_never_panic(at in 0usize..200, cut in 0usize..30, put in "[\\[\\]{}=\".a-z0-9 \n]{0,12}") {
        let at = at.min(WHOLE.len());
        let text = format!("{}{put}{}", &WHOLE[..at], &WHOLE[(at + cut).min(WHOLE.len())..]);
        let told = read(&text);
        prop_assert!(told.map_or_else(|p| !p.to_string().is_empty(), |_| true));
    }

    #[test]
    fn numbers_of_every_size_are_read_or_refused(number in any::<i128>()) {
        let text = format!("name = \"a\"\nopen = \"1 s\"\nseats = {number}");
        prop_assert_eq!(read(&text).is_ok(), (0..256).contains(&number));
    }
}
