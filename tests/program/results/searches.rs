//! Searches and their histories.

use super::root;
use tierwise::store::parquet::Table;

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
