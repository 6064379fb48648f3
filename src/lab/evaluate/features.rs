//! `features`: a row a taught network, stage, and class: how alike its features are to its teacher's, by linear centred
//! kernel alignment. A stage is what has one height and width; of each network the last tap of it counts.

use super::{Field, Subject, or_nan};
use crate::lab::answers::Shipped;
use crate::lab::data::Images;
use crate::lab::measure::transfer::Alike;
use crate::problem::Problem;
use crate::store::parquet::Columns;

/// Test images that are looked at, evenly spread: products grow with their square.
const IMAGES: usize = 512;

/// The last tap of one height and width.
struct Stage {
    size: [usize; 2],
    tap: String,
    tensor: usize,
}

struct Row<'a> {
    who: &'a Subject,
    teacher: &'a str,
    stage: String,
    taps: [String; 2],
    class: &'a str,
    images: u64,
    cka: Option<f64>,
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let have = field.told.data.test.len();
    let wanted = have.min(IMAGES);
    let images = field.told.data.test.select(&(0..wanted).map(|i| i * have / wanted).collect::<Vec<_>>());
    let mut rows = Vec::new();
    let mut known: Vec<Option<Vec<(Stage, Alike)>>> = field.told.subjects.iter().map(|_| None).collect();
    for (at, who) in field.told.subjects.iter().enumerate() {
        let Some(teacher) = who.teacher else { continue };
        for at in [at, teacher] {
            if known[at].is_none() {
                known[at] = Some(looked_at(field, &field.seen[at].network, &images)?);
            }
        }
        if let (Some(own), Some(taught)) = (&known[at], &known[teacher]) {
            rows.extend(compared(field, who, &field.told.subjects[teacher].name, &images, [own, taught]));
        }
    }
    Ok(table(&rows))
}

/// Stages, from the input on, with the inner products of their features.
fn looked_at(field: &Field, network: &Shipped, images: &Images) -> Result<Vec<(Stage, Alike)>, Problem> {
    let stages = stages(network)?;
    let input = images.scaled(&field.told.data.scaling);
    let one = |stage: Stage| {
        let features = network.outputs(&input, &[stage.tensor]).swap_remove(0);
        let alike = Alike::of(&features, images.len());
        (stage, alike)
    };
    Ok(stages.into_iter().map(one).collect())
}

fn stages(network: &Shipped) -> Result<Vec<Stage>, Problem> {
    let (architecture, mut all) = (network.architecture(), Vec::<Stage>::new());
    let (shapes, exits) = (architecture.shapes()?, architecture.exits());
    let finest = architecture.finest();
    for (i, layer) in architecture.layers.iter().enumerate() {
        let tensor = i + 1;
        let Some(tap) = layer.tap.clone().filter(|_| tensor < finest && exits.iter().all(|e| e.tensor != tensor))
        else {
            continue;
        };
        let size = [shapes[tensor][0], shapes[tensor][1]];
        all.retain(|stage| stage.size != size);
        all.push(Stage { size, tap, tensor });
    }
    Ok(all)
}

fn compared<'a>(
    field: &'a Field,
    who: &'a Subject,
    teacher: &'a str,
    images: &Images,
    [own, taught]: [&[(Stage, Alike)]; 2],
) -> Vec<Row<'a>> {
    let of = |class: usize| (0..images.len()).filter(move |&i| usize::from(images.label[i]) == class);
    let classes = field.told.data.classes.iter().enumerate();
    let each = classes.map(|(label, class)| (class.as_str(), of(label).collect::<Vec<usize>>()));
    let among: Vec<_> = std::iter::once(("", (0..images.len()).collect())).chain(each).collect();
    let mut rows = Vec::new();
    for (stage, alike) in own {
        let Some((other, theirs)) = taught.iter().find(|(other, _)| other.size == stage.size) else { continue };
        rows.extend(among.iter().map(|(class, among)| Row {
            who,
            teacher,
            stage: format!("{}x{}", stage.size[0], stage.size[1]),
            taps: [stage.tap.clone(), other.tap.clone()],
            class,
            images: among.len() as u64,
            cka: alike.with(theirs, among),
        }));
    }
    rows
}

fn table(rows: &[Row]) -> Columns {
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("teacher", rows.iter().map(|r| r.teacher))
        .str("stage", rows.iter().map(|r| r.stage.as_str()))
        .str("tap", rows.iter().map(|r| r.taps[0].as_str()))
        .str("teacher_tap", rows.iter().map(|r| r.taps[1].as_str()))
        .str("subclass", rows.iter().map(|r| r.class))
        .u64("images", rows.iter().map(|r| r.images).collect())
        .f64("cka", rows.iter().map(|r| or_nan(r.cka)).collect())
}
