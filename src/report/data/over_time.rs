//! `series.parquet`, read back: means over replications, and over periods where there are more than a figure can show.

use crate::{problem::Problem, store::parquet::Table};
use std::collections::BTreeMap;
use std::path::Path;

/// Most moments of a curve.
const MOST: usize = 240;

/// What a part was at over time, under one policy at one point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// The point's number.
    pub point: u32,
    /// The policy's name.
    pub policy: String,
    /// A group of nodes, or a link with its direction.
    pub part: String,
    /// Ends of periods, in seconds; and there how many waited, how many servers or channels were busy, how many there
    /// were, and the power. What links have not, is not a number.
    pub moments: Vec<[f64; 5]>,
}

/// Number of the value in a course's moments.
pub const TIME: usize = 0;
/// Number of the value in a course's moments.
pub const WAITING: usize = 1;
/// Number of the value in a course's moments.
pub const BUSY: usize = 2;
/// Number of the value in a course's moments.
pub const CAPACITY: usize = 3;
/// Number of the value in a course's moments.
pub const POWER: usize = 4;

/// Sums over replications, moment by moment.
type Sums = Vec<([f64; 5], f64)>;

/// The courses of a study, in the table's order of points, policies and parts; none where nothing was sampled.
///
/// # Errors
/// The table is broken.
pub fn read(path: &Path) -> Result<Vec<Course>, Problem> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let table = Table::read(path)?;
    let (point, policy, part) = (table.u32("point")?, table.str("policy")?, table.str("part")?);
    let replication = table.u32("replication")?;
    let values = ["time_s", "waiting", "busy", "capacity", "power_w"].map(|name| table.f64(name));
    let [time, waiting, busy, capacity, power] = values;
    let values = [time?, waiting?, busy?, capacity?, power?];
    let mut order: Vec<(u32, &str, &str)> = Vec::new();
    let mut sums: BTreeMap<(u32, &str, &str), Sums> = BTreeMap::new();
    let mut seen: BTreeMap<(u32, &str, &str, u32), usize> = BTreeMap::new();
    for row in 0..table.rows() {
        let key = (point[row], policy[row].as_str(), part[row].as_str());
        let moments = sums.entry(key).or_insert_with(|| {
            order.push(key);
            Vec::new()
        });
        let moment = seen.entry((key.0, key.1, key.2, replication[row])).or_default();
        if *moment == moments.len() {
            moments.push(([0.0; 5], 0.0));
        }
        let (sum, count) = &mut moments[*moment];
        sum.iter_mut().zip(values).for_each(|(sum, column)| *sum += column[row]);
        (*count, *moment) = (*count + 1.0, *moment + 1);
    }
    let course = |key: (u32, &str, &str)| Course {
        point: key.0,
        policy: key.1.into(),
        part: key.2.into(),
        moments: thin(means(&sums[&key])),
    };
    Ok(order.into_iter().map(course).collect())
}

fn means(sums: &Sums) -> Vec<[f64; 5]> {
    sums.iter().map(|(sum, count)| sum.map(|sum| sum / count)).collect()
}

/// Means of neighbours, under the time of the last, where there are too many.
fn thin(moments: Vec<[f64; 5]>) -> Vec<[f64; 5]> {
    let some = moments.len().div_ceil(MOST).max(1);
    let mean = |of: &[[f64; 5]]| {
        let mut mean: [f64; 5] = std::array::from_fn(|k| of.iter().map(|m| m[k]).sum::<f64>() / of.len() as f64);
        mean[TIME] = of[of.len() - 1][TIME];
        mean
    };
    moments.chunks(some).map(mean).collect()
}
