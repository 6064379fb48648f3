//! Tests of the whole: from tables on disk to figures and page.

use super::{
    data::{Latency, Study, Summary, over_time},
    figure::accuracy_cost,
    made_up, *,
};
use crate::store::parquet::Columns;
use std::fs;

/// A change to the made-up study.
type Change = fn(&mut Study);

/// What real studies may throw at a figure.
const CASES: [(&str, Change); 10] = [
    ("plain", |_| {}),
    ("one-point", |s| *s = Study::new(made_up::manifest(), made_up::summary(1, 10), made_up::latency(1))),
    ("one-policy", |s| {
        s.manifest.policies.truncate(1);
        let keep = s.manifest.policies.clone();
        s.summary.retain(|r| keep.contains(&r.policy));
        s.latency.retain(|r| keep.contains(&r.policy));
    }),
    ("nothing-answered", nothing_answered),
    ("overload", |s| {
        let scale = |r: &mut Summary| [&mut r.mean, &mut r.low, &mut r.high].map(|v| *v *= 1e5);
        s.summary.iter_mut().filter(|r| r.policy == "cloud" && r.metric.starts_with("latency")).for_each(|r| {
            scale(r);
        });
        s.latency.iter_mut().filter(|r| r.policy == "cloud").for_each(|r| r.latency_s *= 1e5);
    }),
    ("long-names", |s| rename(s, "a very long name that somebody once gave to policy ")),
    ("hostile", |s| rename(s, "</svg><script>alert('&')</script>\"")),
    ("one-replication", |s| *s = Study::new(made_up::manifest(), made_up::summary(5, 1), made_up::latency(5))),
    ("elastic", elastic),
    ("named-values", |s| {
        for row in &mut s.summary {
            row.value = format!("level {}", row.point);
            row.value_base = f64::NAN;
        }
    }),
];

fn study_of(change: Change) -> Study {
    let mut study = made_up::study();
    change(&mut study);
    Study { courses: study.courses, ..Study::new(study.manifest, study.summary, study.latency) }
}

/// The gateway's servers change, and all is sampled over time.
fn elastic(study: &mut Study) {
    let servers = |r: &Summary| {
        let mean = 1.0 + f64::from(r.point);
        Summary {
            metric: "servers_gateway".into(),
            unit: "servers".into(),
            mean,
            low: mean - 0.1,
            high: mean + 0.1,
            ..r.clone()
        }
    };
    let own = study.summary.iter().filter(|r| r.metric == "miss_rate").map(servers);
    let own: Vec<Summary> = own.collect();
    study.summary.extend(own);
    let moment = |i: u32, k: f64| [f64::from(i), k * f64::from(i % 7), k * 0.5, 1.0 + k * f64::from(i % 3), 4.0 + k];
    let nothing = |[time, _, busy, ..]: [f64; 5]| [time, f64::NAN, busy, 1.0, f64::NAN];
    for (k, policy) in study.policies.iter().enumerate() {
        let moments: Vec<[f64; 5]> = (1..50).map(|i| moment(i, k as f64 / 7.0)).collect();
        let course =
            |part: &str, moments| over_time::Course { point: 2, policy: policy.clone(), part: part.into(), moments };
        study.courses.push(course("cell_up", moments.iter().copied().map(nothing).collect()));
        study.courses.push(course("gateway", moments));
    }
}

/// `cloud` answers nothing at the middle point and after.
fn nothing_answered(study: &mut Study) {
    let gone = |point: u32, policy: &str| point >= 2 && policy == "cloud";
    study.latency.retain(|r| !gone(r.point, &r.policy));
    let is_of_answers = |m: &str| m.starts_with("latency") || m.ends_with("per_request") || m == "accuracy_answered";
    for row in study.summary.iter_mut().filter(|r| gone(r.point, &r.policy) && is_of_answers(&r.metric)) {
        (row.mean, row.low, row.high) = (f64::NAN, f64::NAN, f64::NAN);
        (row.image_low, row.image_high) = (f64::NAN, f64::NAN);
    }
}

fn rename(study: &mut Study, prefix: &str) {
    let new = |name: &mut String| *name = format!("{prefix}{name}");
    study.manifest.policies.iter_mut().for_each(new);
    study.summary.iter_mut().for_each(|r| new(&mut r.policy));
    study.latency.iter_mut().for_each(|r| new(&mut r.policy));
    new(&mut study.manifest.title);
    study.manifest.summary.iter_mut().for_each(new);
    study.summary.iter_mut().filter(|r| r.policy.ends_with("neurosurgeon")).for_each(|r| r.flags = "<b>,x".into());
}

fn models() -> Vec<accuracy_cost::Model> {
    let model = |(name, family, cost, accuracy): (&str, &str, f64, f64)| accuracy_cost::Model {
        name: name.into(),
        family: family.into(),
        cost,
        accuracy,
        interval: (accuracy - 0.004, accuracy + 0.004),
    };
    let all = [
        ("teacher", "trained", 31e6, 0.944),
        ("student-m", "trained", 9.6e6, 0.928),
        ("student-m-kd", "distilled", 9.6e6, 0.934),
        ("student-s", "trained", 2.9e6, 0.915),
        ("student-s-kd", "distilled", 2.9e6, 0.921),
        ("nano", "trained", 0.31e6, 0.872),
        ("nano-kd", "distilled", 0.31e6, 0.879),
    ];
    all.map(model).into()
}

/// Writes pictures and pages of made-up studies to look at: `REPORT_LOOK=folder cargo test look -- --ignored`.
#[test]
#[ignore = "writes files to look at"]
fn look() {
    let folder = PathBuf::from(std::env::var("REPORT_LOOK").unwrap());
    for (name, change) in CASES {
        let (folder, study) = (folder.join(name), study_of(change));
        let mut pictures = pictures(&study).unwrap();
        pictures
            .push(picture("accuracy_cost", accuracy_cost::draw(&models(), "Multiply-adds", "MAC").unwrap()).unwrap());
        for p in &pictures {
            atomic::write(&folder.join(format!("{}.png", p.name)), &p.png).unwrap();
        }
        atomic::write(&folder.join("report.html"), page::render(&study, &pictures).unwrap().as_bytes()).unwrap();
    }
}

fn summary_table(rows: &[Summary]) -> Columns {
    let texts = |of: fn(&Summary) -> &String| rows.iter().map(of).cloned().collect::<Vec<_>>();
    let numbers = |of: fn(&Summary) -> f64| rows.iter().map(of).collect::<Vec<_>>();
    Columns::new()
        .u32("point", rows.iter().map(|r| r.point).collect())
        .str("parameter", texts(|r| &r.parameter))
        .str("value", texts(|r| &r.value))
        .f64("value_base", numbers(|r| r.value_base))
        .str("policy", texts(|r| &r.policy))
        .str("metric", texts(|r| &r.metric))
        .str("unit", texts(|r| &r.unit))
        .f64("mean", numbers(|r| r.mean))
        .f64("low", numbers(|r| r.low))
        .f64("high", numbers(|r| r.high))
        .f64("image_low", numbers(|r| r.image_low))
        .f64("image_high", numbers(|r| r.image_high))
        .u32("replications", rows.iter().map(|r| r.replications).collect())
        .str("flags", texts(|r| &r.flags))
}

fn latency_table(rows: &[Latency]) -> Columns {
    Columns::new()
        .u32("point", rows.iter().map(|r| r.point).collect())
        .str("policy", rows.iter().map(|r| r.policy.clone()))
        .f64("latency_s", rows.iter().map(|r| r.latency_s).collect())
        .f64("cumulative", rows.iter().map(|r| r.cumulative).collect())
}

fn store(study: &Study, folder: &Path) {
    let m = &study.manifest;
    let manifest = serde_json::json!({ "title": m.title, "question": m.question, "policies": m.policies, "seed": m.seed,
        "summary": m.summary, "something_new": [1, 2] });
    fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
    summary_table(&study.summary).write(&folder.join("summary.parquet")).unwrap();
    latency_table(&study.latency).write(&folder.join("latency.parquet")).unwrap();
}

/// The figures without their PNGs, which take most of the time.
fn documents(study: &Study) -> Vec<Picture> {
    let picture = |f: &figure::Figure| {
        let figure::Drawing { canvas, title, caption } = (f.draw)(study)?;
        let svg = draw::svg::write(&canvas, &title).unwrap();
        Some(Picture { name: f.name.into(), title, caption, width_mm: 85.0, svg, png: Vec::new() })
    };
    figure::ALL.iter().filter_map(picture).collect()
}

/// One of them.
fn document(study: &Study, name: &str) -> String {
    documents(study).into_iter().find(|d| d.name == name).unwrap().svg
}

#[test]
fn the_same_tables_give_the_same_bytes() {
    let run = || {
        let home = tempfile::tempdir().unwrap();
        store(&made_up::study(), home.path());
        let files = write(home.path()).unwrap();
        let name = |f: &PathBuf| f.file_name().unwrap().to_string_lossy().into_owned();
        files.iter().map(|f| (name(f), fs::read(f).unwrap())).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first.len(), 2 * documents(&made_up::study()).len() + 1);
    let second = std::thread::spawn(run).join().unwrap();
    assert!(first == second);
}

#[test]
fn every_case_gives_every_figure_it_has_data_for() {
    for (name, change) in CASES {
        let study = study_of(change);
        let names: Vec<String> = documents(&study).into_iter().map(|d| d.name).collect();
        let has = |figure: &&str| match *figure {
            "sweep" => study.swept(),
            "provision" | "over_time" => name == "elastic",
            _ => true,
        };
        let all: Vec<&str> = figure::ALL.iter().map(|f| f.name).filter(has).collect();
        assert_eq!(names, all, "{name}");
    }
}

#[test]
fn no_figure_says_nan_or_leaves_its_paper() {
    for (name, change) in CASES {
        for Picture { name: figure, svg, .. } in documents(&study_of(change)) {
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name} {figure}");
            let (width, height) = size(&svg);
            for (x, y) in points(&svg) {
                assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{name} {figure} {x} {y}");
            }
        }
    }
}

/// An element's attribute.
fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// The size of a document in its own units.
fn size(svg: &str) -> (f64, f64) {
    let numbers: Vec<f64> = attribute(svg, "viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    (numbers[2], numbers[3])
}

fn pairs(text: &str) -> Vec<(f64, f64)> {
    let pair = |p: &str| p.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
    text.split(' ').filter_map(pair).collect()
}

/// All corners of all lines and areas.
fn points(svg: &str) -> Vec<(f64, f64)> {
    svg.split('<').filter_map(|e| attribute(e, "points")).flat_map(pairs).collect()
}

/// A text with its place.
fn texts(svg: &str) -> Vec<(f64, f64, String)> {
    let text = |e: &str| {
        let number = |name: &str| attribute(e, name).unwrap().parse().unwrap();
        e.starts_with("text").then(|| (number("x"), number("y"), e.split_once('>').unwrap().1.trim().to_owned()))
    };
    svg.split('<').filter_map(text).collect()
}

/// A straight line through two marks of an axis: value of a place.
fn ruler(marks: Vec<(f64, f64)>) -> impl Fn(f64) -> f64 {
    let ((p0, v0), (p1, v1)) = (marks[0], marks[marks.len() - 1]);
    move |p| v0 + (p - p0) / (p1 - p0) * (v1 - v0)
}

/// Reads the latency figure as a reader would, with its ticks as a ruler, and finds the table again.
#[test]
fn curves_read_off_the_axes_are_the_table() {
    let study = made_up::study();
    let svg = document(&study, "latency_cdf");
    let numbers: Vec<(f64, f64, f64)> =
        texts(&svg).into_iter().filter_map(|(x, y, t)| Some((x, y, t.parse().ok()?))).collect();
    let of_share = |t: &&(f64, f64, f64)| t.2 <= 1.0;
    let up = ruler(numbers.iter().filter(of_share).map(|t| (t.1, t.2)).collect::<Vec<_>>());
    // A label hangs below its line: the lowest corner of all curves is the share 0.
    let log = ruler(numbers.iter().filter(|t| !of_share(t)).map(|t| (t.0, t.2.ln())).collect::<Vec<_>>());
    for (i, policy) in study.policies.iter().enumerate() {
        let colour = theme::look(i).colour.hex();
        let mine = |e: &&str| e.starts_with("polyline") && e.contains(&colour) && e.contains("stroke-width=\"22\"");
        let pieces: Vec<Vec<(f64, f64)>> =
            svg.split('<').filter(mine).map(|e| pairs(attribute(e, "points").unwrap())).collect();
        let legend = pieces.iter().map(|p| p[0].1).fold(0.0, f64::max);
        let corners: Vec<(f64, f64)> = pieces.into_iter().filter(|p| p[0].1 != legend).flatten().collect();
        let lowest = corners.iter().map(|c| c.1).fold(0.0, f64::max);
        let shift = up(lowest);
        assert!(shift.abs() < 0.03);
        let rows: Vec<&Latency> = study.latency.iter().filter(|r| r.point == 2 && r.policy == *policy).collect();
        for (x, y) in &corners {
            let (latency, share) = (log(*x).exp() / 1e3, up(*y) - shift);
            let below = rows.iter().filter(|r| r.latency_s < latency * 0.997).map(|r| r.cumulative).fold(0.0, f64::max);
            let above = rows.iter().filter(|r| r.latency_s < latency * 1.003).map(|r| r.cumulative).fold(0.0, f64::max);
            assert!(share > below - 0.005 && share < above + 0.005, "{policy}: {latency} {share} {below} {above}");
        }
        assert!(corners.len() > rows.len(), "{policy}");
    }
}

#[test]
fn utilisations_are_written_as_the_table_has_them() {
    let study = made_up::study();
    let svg = document(&study, "utilisation");
    let written: Vec<String> = texts(&svg).into_iter().map(|t| t.2).filter(|t| t.contains('±')).collect();
    let rows = |p: &String| study.summary.iter().filter(|r| r.point == 2 && r.policy == *p).collect::<Vec<_>>();
    let rows = study.policies.iter().flat_map(rows).filter(|r| r.metric.starts_with("utilisation"));
    let expected = rows.map(|r| format!("{:.1} ± {:.1}", 100.0 * r.mean, 50.0 * (r.high - r.low)));
    assert_eq!(written, expected.collect::<Vec<_>>());
}

#[test]
fn the_page_fetches_nothing_and_runs_nothing() {
    for (name, change) in CASES {
        let study = study_of(change);
        let page = page::render(&study, &documents(&study)).unwrap();
        for word in ["<script", " src=", "href", "@import", "<iframe", "<img", "<link", " on", "javascript:"] {
            let found = page.find(word).map(|i| &page[i..(i + 40).min(page.len())]);
            // Words of ours that begin so.
            let harmless = found.is_some_and(|f| word == " on" && !f[..f.len().min(16)].contains('='));
            assert!(found.is_none() || harmless, "{name}: {found:?}");
        }
        assert_eq!(page.matches("url(").count(), page.matches("url(data:font/ttf;base64,").count());
        assert_eq!(page.matches("http").count(), page.matches("http://www.w3.org/2000/svg").count() + 1, "{name}");
    }
}

#[test]
fn hostile_names_are_escaped_everywhere() {
    let study = study_of(CASES.iter().find(|c| c.0 == "hostile").unwrap().1);
    let figures = documents(&study);
    let page = page::render(&study, &figures).unwrap();
    assert!(!page.contains("</script>") && page.contains("&lt;script&gt;alert"));
    assert!(!page.contains("<b>,") && page.contains("&lt;b&gt;"));
    assert_eq!(page.matches("</svg>").count(), figures.len());
    assert!(figures.iter().all(|f| f.svg.matches("</svg>").count() == 1));
}

#[test]
fn the_page_shows_both_intervals_and_where_there_is_none() {
    let study = study_of(CASES.iter().find(|c| c.0 == "nothing-answered").unwrap().1);
    let page = page::render(&study, &[]).unwrap();
    let row = study.row(2, "edge", "accuracy_all").unwrap();
    let both = |low: f64, high: f64| format!("{:.2}, {:.2}", 100.0 * low, 100.0 * high);
    for text in [format!("[{}]", both(row.low, row.high)), format!("{{{}}}", both(row.image_low, row.image_high))] {
        assert!(page.contains(&text), "{text}");
    }
    assert!(page.contains("<td>–") && !page.contains("NaN"));
    assert!(page.contains("Line 7 of the summary"));
    assert_eq!(page.matches(">extrapolated<").count(), 5 + 1);
    assert_eq!(page.matches("All rows: <span class=\"flag\">mixed_boundaries<").count(), 5);
}

#[test]
fn missing_tables_are_named_all_at_once() {
    let home = tempfile::tempdir().unwrap();
    let problems = write(home.path()).unwrap_err();
    let text = problems.to_string();
    assert_eq!(problems.0.len(), 3, "{text}");
    for name in ["manifest.json", "summary.parquet", "latency.parquet", "run the scenario"] {
        assert!(text.contains(name), "{text}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

/// Breaks one file of a stored study and gives what is said about it.
fn broken(name: &str, breaking: impl Fn(&Path)) -> String {
    let home = tempfile::tempdir().unwrap();
    store(&made_up::study(), home.path());
    breaking(&home.path().join(name));
    let problems = write(home.path()).unwrap_err();
    assert_eq!(problems.0.len(), 1, "{problems}");
    assert!(!home.path().join("report.html").exists());
    problems.to_string()
}

#[test]
fn broken_tables_are_problems() {
    let cut = |path: &Path| fs::write(path, &fs::read(path).unwrap()[..300]).unwrap();
    assert!(broken("summary.parquet", cut).contains("summary.parquet"));
    assert!(broken("latency.parquet", cut).contains("latency.parquet"));
    assert!(broken("manifest.json", |p| fs::write(p, "{").unwrap()).contains("not a manifest"));
    assert!(broken("manifest.json", |p| fs::write(p, "{\"policies\": 3}").unwrap()).contains("line 1 column 14"));
    let without = broken("latency.parquet", |p| Columns::new().u32("point", vec![0]).write(p).unwrap());
    assert!(without.contains("policy"), "{without}");
    let empty = broken("summary.parquet", |p| summary_table(&[]).write(p).unwrap());
    assert!(empty.contains("without rows"), "{empty}");
}
