//! What exits answer, image by image, a row each: a request reads one row instead of a place in each of four tables.

use super::fetch::fetch;
use super::slab::Via;
use super::{Answer, ModelId, TapId, World};
use crate::catalog::OutputTable;

/// What an exit answers to an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scored {
    confidence: f32,
    margin: f32,
    prediction: u16,
    pub right: bool,
}

impl Scored {
    fn new(output: &OutputTable, labels: &[u16], image: usize) -> Self {
        let prediction = output.prediction[image];
        let (confidence, margin) = (output.confidence[image], output.margin[image]);
        Self { confidence, margin, prediction, right: prediction == labels[image] }
    }

    /// As a policy sees it.
    #[inline]
    pub(super) fn answer(self, model: ModelId, tap: TapId) -> Answer {
        let Self { confidence, margin, prediction, .. } = self;
        Answer { model, tap, prediction, confidence, margin }
    }
}

/// The answers under lossless codecs, by role and tap; where something was written with loss, the world's tables tell.
#[derive(Debug)]
pub(super) struct Scores {
    lossless: Vec<Option<Box<[Scored]>>>,
    taps: usize,
}

impl Scores {
    pub(super) fn new(world: &World) -> Self {
        let taps = world.models.iter().map(|model| model.taps.len()).max().unwrap_or(0);
        let each = (0..world.models.len() as u8).flat_map(|m| (0..taps as u8).map(move |t| (ModelId(m), TapId(t))));
        Self { lossless: each.map(|(model, tap)| rows(world, model, tap)).collect(), taps }
    }

    #[inline]
    fn rows(&self, model: ModelId, tap: TapId) -> Option<&[Scored]> {
        self.lossless[usize::from(model.0) * self.taps + usize::from(tap.0)].as_deref()
    }

    /// Brings an answer into the cache.
    #[inline]
    pub(super) fn fetch(&self, model: ModelId, tap: TapId, image: u32) {
        if let Some(rows) = self.rows(model, tap) {
            fetch(rows, image as usize);
        }
    }

    /// Whether a role's answers at a tap were measured, something having been written with loss as `via` says.
    pub(super) fn are_there(&self, world: &World, model: ModelId, tap: TapId, via: Option<Via>) -> bool {
        match via {
            None => self.rows(model, tap).is_some(),
            Some((cut, codec)) => table(world, model, tap, cut, &world.codecs[codec.0 as usize].name).is_some(),
        }
    }

    /// What is answered there to an image; `None`: nothing, or nobody measured it.
    #[inline]
    pub(super) fn of(&self, world: &World, model: ModelId, tap: TapId, via: Option<Via>, image: u32) -> Option<Scored> {
        match via {
            None => self.rows(model, tap).map(|rows| rows[image as usize]),
            Some((cut, codec)) => lossy(world, model, tap, (cut, &world.codecs[codec.0 as usize].name), image),
        }
    }
}

fn rows(world: &World, model: ModelId, tap: TapId) -> Option<Box<[Scored]>> {
    world.models[usize::from(model.0)].taps.get(usize::from(tap.0))?;
    let output = table(world, model, tap, TapId(0), "raw")?;
    Some((0..world.labels.len()).map(|image| Scored::new(output, &world.labels, image)).collect())
}

fn lossy(world: &World, model: ModelId, tap: TapId, (cut, codec): (TapId, &str), image: u32) -> Option<Scored> {
    table(world, model, tap, cut, codec).map(|output| Scored::new(output, &world.labels, image as usize))
}

/// The table of a role's answers at an exit, its input having been cut and written so.
fn table<'a>(world: &'a World, model: ModelId, tap: TapId, cut: TapId, codec: &str) -> Option<&'a OutputTable> {
    let model = &world.models[model.0 as usize];
    let [tap, cut] = [tap, cut].map(|t| &model.taps[t.0 as usize]);
    let position = model.tables.position(&cut.name, &tap.name, codec)?;
    tap.exit.then(|| &model.tables.outputs[position])
}
