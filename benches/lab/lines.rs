//! What was measured, one line a figure: `benchmark,case,metric,unit,value`.

/// Values by benchmark, case, metric and unit, in the order of first mention.
#[derive(Default)]
pub struct Lines(Vec<(String, Vec<f64>)>);

impl Lines {
    pub fn add(&mut self, key: [&str; 4], value: f64) {
        let key = key.join(",");
        match self.0.iter_mut().find(|(k, _)| *k == key) {
            Some((_, values)) => values.push(value),
            None => self.0.push((key, vec![value])),
        }
    }

    /// Prints the median of each.
    pub fn print(mut self) {
        for (key, values) in &mut self.0 {
            values.sort_by(f64::total_cmp);
            println!("{key},{}", values[values.len() / 2]);
        }
    }
}
