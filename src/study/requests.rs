//! Each request's story, streamed into one file a run.

use crate::problem::Problem;
use crate::sim::{Record, Recorder, World};
use crate::store::parquet::{Columns, Writer};
use std::path::Path;

/// Rows in memory at once.
const ROWS: usize = 1 << 15;

/// Writes records as they come; the file takes its place at [`Requests::finish`].
pub struct Requests<'a> {
    world: &'a World,
    writer: Writer,
    rows: Vec<Record>,
    failed: Option<Problem>,
}

impl<'a> Requests<'a> {
    /// Starts a file.
    ///
    /// # Errors
    /// Output errors.
    pub fn create(path: &Path, world: &'a World) -> Result<Self, Problem> {
        let writer = Writer::create(path, &columns(world, &[]).schema())?;
        Ok(Self { world, writer, rows: Vec::new(), failed: None })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Output errors, since the beginning.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.flush();
        match self.failed {
            Some(problem) => Err(problem),
            None => self.writer.finish(),
        }
    }

    /// A recorder cannot fail: the first problem is kept until the end.
    fn flush(&mut self) {
        if self.failed.is_none() {
            self.failed = self.writer.write(&columns(self.world, &self.rows)).err();
        }
        self.rows.clear();
    }
}

impl Recorder for Requests<'_> {
    fn record(&mut self, record: &Record) {
        self.rows.push(*record);
        if self.rows.len() == ROWS {
            self.flush();
        }
    }
}

/// One row a request; `node`, `prediction` and `confidence` say nothing where `model` is empty.
fn columns(world: &World, rows: &[Record]) -> Columns {
    let u32s = |of: &dyn Fn(&Record) -> u32| rows.iter().map(of).collect();
    let u64s = |of: &dyn Fn(&Record) -> u64| rows.iter().map(of).collect();
    let bools = |of: &dyn Fn(&Record) -> bool| rows.iter().map(of).collect();
    let columns = Columns::new()
        .u64("birth", u64s(&|r| r.birth))
        .str("workload", rows.iter().map(|r| world.workloads[usize::from(r.workload)].name.as_str()))
        .u32("home", u32s(&|r| r.home.0))
        .u32("image", u32s(&|r| r.image))
        .u32("label", u32s(&|r| r.class.into()))
        .u64("born_ns", u64s(&|r| r.born.ns()))
        .u64("ended_ns", u64s(&|r| r.ended.ns()))
        .bool("counted", bools(&|r| r.counted))
        .str("outcome", rows.iter().map(|r| r.outcome.name()));
    answers(world, rows, columns)
        .bool("right", bools(&|r| r.right))
        .bool("late", bools(&|r| r.late))
        .u32("steps", u32s(&|r| r.steps))
        .u64("sent_up_bytes", u64s(&|r| r.bytes_up))
        .u64("sent_down_bytes", u64s(&|r| r.bytes_down))
        .u64("device_ns", u64s(&|r| r.compute_ns[0]))
        .u64("edge_ns", u64s(&|r| r.compute_ns[1]))
        .u64("cloud_ns", u64s(&|r| r.compute_ns[2]))
}

fn answers(world: &World, rows: &[Record], columns: Columns) -> Columns {
    let model = |r: &Record| r.answer.map_or("", |a| &world.models[usize::from(a.model.0)].name);
    let tap =
        |r: &Record| r.answer.map_or("", |a| &world.models[usize::from(a.model.0)].taps[usize::from(a.tap.0)].name);
    columns
        .str("model", rows.iter().map(model))
        .str("tap", rows.iter().map(tap))
        .u32("node", rows.iter().map(|r| r.answer.map_or(r.home.0, |a| a.node.0)).collect())
        .u32("prediction", rows.iter().map(|r| r.answer.map_or(0, |a| a.prediction.into())).collect())
        .f32("confidence", rows.iter().map(|r| r.answer.map_or(f32::NAN, |a| a.confidence)).collect())
}
