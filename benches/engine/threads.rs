//! Replications of the edge model on two threads beside one: as many in all, so that a second core should halve the time.

use crate::edge::edge;
use crate::lines::Lines;
use std::thread;
use std::time::Instant;
use tierwise::problem::Problem;
use tierwise::sim::{RunOptions, RunResult, run};

const REPLICATIONS: u64 = 4;

fn replicate(length: f64, replications: impl Iterator<Item = u64>) -> Result<Vec<RunResult>, Problem> {
    let (world, mut split) = edge(1000, 1000.0 * length);
    replications.map(|r| run(&world, &mut split, r, &RunOptions::default(), &mut ())).collect()
}

/// Full length: four times 1000 simulated seconds, for each number of threads.
pub fn measure(length: f64, lines: &mut Lines) -> Result<(), Problem> {
    for threads in [1, 2] {
        let begun = Instant::now();
        let share = |first| move || replicate(length, (first..REPLICATIONS).step_by(threads as usize));
        let workers: Vec<_> = (0..threads).map(|first| thread::spawn(share(first))).collect();
        let mut tasks = 0.0;
        for worker in workers {
            let results = worker.join().map_err(|_| Problem::new("a thread stopped"))??;
            tasks += results.iter().map(|r| r.born as f64 * 50.0 / 49.0).sum::<f64>();
        }
        let case = format!("on {threads}");
        lines.add(["threads", &case, "count", "1"], tasks);
        lines.add(["threads", &case, "tasks", "1/s"], tasks / begun.elapsed().as_secs_f64());
    }
    Ok(())
}
