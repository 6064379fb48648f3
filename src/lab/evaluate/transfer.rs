//! `transfer`: a row a taught network: how far it answers as its teacher does, what of the gap it has recovered, for how
//! much, and how much the teacher's answers tell. On the test images.

use super::{Field, Finest, Seen, Subject, or_nan};
use crate::catalog::Lineage;
use crate::lab::distil::subclass::Partition;
use crate::lab::measure::transfer::{Agreement, Bits, Efficiency, Spent, agreement, efficiency, label_bits};
use crate::problem::Problem;
use crate::store::parquet::Columns;

/// At which level two networks can be compared.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Subclass,
    Superclass,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Subclass => "subclass",
            Self::Superclass => "superclass",
        }
    }
}

/// Answers beside the teacher's.
struct Likeness {
    level: Level,
    agreement: f64,
    on_errors: Option<f64>,
    /// Whole, between superclasses, within them.
    divergence: [Option<f64>; 3],
}

struct Row<'a> {
    who: &'a Subject,
    teacher: &'a Subject,
    partition: &'a str,
    likeness: Option<Likeness>,
    untaught: Option<&'a Subject>,
    gap: Option<(Level, Efficiency)>,
    bits: Option<Bits>,
}

impl Field<'_> {
    /// Estimated joules of a making: as its lineage states, or else by the recipe's power.
    pub(super) fn making_j(&self, lineage: &Lineage) -> f64 {
        lineage.estimated_energy.as_ref().map_or(lineage.cost.cpu_s * self.told.core_power.0, |e| e.energy_j)
    }
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let all = field.told.subjects.iter().enumerate();
    let rows: Vec<Row> = all.filter_map(|(at, who)| Some(row(field, at, who.teacher?))).collect();
    Ok(table(&rows))
}

fn row<'a>(field: &'a Field, at: usize, teacher: usize) -> Row<'a> {
    let subjects = &field.told.subjects;
    let who = &subjects[at];
    let about = field.about(who);
    Row {
        who,
        teacher: &subjects[teacher],
        partition: about.map_or("", |(name, _)| name),
        likeness: likeness(field, [at, teacher], about),
        untaught: who.untaught.map(|at| &subjects[at]),
        gap: who.untaught.and_then(|untaught| gap(field, at, teacher, untaught, about)),
        bits: bits(&field.seen[teacher]),
    }
}

fn likeness(field: &Field, both: [usize; 2], about: Option<(&str, &Partition)>) -> Option<Likeness> {
    let [own, teacher] = both.map(|at| (&field.told.subjects[at], &field.seen[at]));
    match (own.0.finest, teacher.0.finest) {
        (Finest::Classes, Finest::Classes) => classes(field, own.1, teacher.1, about),
        (Finest::Invented, Finest::Invented) if own.0.labels == teacher.0.labels => {
            let mut found = superclasses(field, own, teacher, about)?;
            found.divergence = invented(own.1, teacher.1, about?.1)?;
            Some(Likeness { level: Level::Subclass, ..found })
        }
        _ => superclasses(field, own, teacher, about),
    }
}

/// Both answer in the data's classes.
fn classes(field: &Field, own: &Seen, teacher: &Seen, about: Option<(&str, &Partition)>) -> Option<Likeness> {
    let singles = || (0..field.told.data.classes.len()).map(|k| vec![k]).collect();
    let groups: Vec<Vec<usize>> = about.map_or_else(singles, |(_, partition)| partition.groups.clone());
    let [own, teacher] = [own, teacher].map(|seen| seen.finest.as_ref().map(|a| &a.test.logits));
    let Agreement { agreement, on_errors, divergence, between, within } =
        agreement(teacher?, own?, &labels(field), &groups);
    let parted = |part: f64| about.is_some().then_some(part);
    let divergence = [Some(divergence), parted(between), parted(within)];
    Some(Likeness { level: Level::Subclass, agreement, on_errors, divergence })
}

/// Both can be asked for the superclasses alone.
fn superclasses(
    field: &Field,
    own: (&Subject, &Seen),
    teacher: (&Subject, &Seen),
    about: Option<(&str, &Partition)>,
) -> Option<Likeness> {
    let (name, partition) = about?;
    let [own, teacher] = [own, teacher].map(|(who, seen)| seen.superclasses(who, name, partition));
    let labels: Vec<usize> = labels(field).into_iter().map(|l| partition.group_of(l)).collect();
    let groups: Vec<Vec<usize>> = (0..partition.groups.len()).map(|g| vec![g]).collect();
    let found = agreement(&teacher?, &own?, &labels, &groups);
    let divergence = [None, Some(found.between), None];
    Some(Likeness { level: Level::Superclass, agreement: found.agreement, on_errors: found.on_errors, divergence })
}

/// The student's subclasses are the teacher's: as many in each superclass, after one another.
fn invented(own: &Seen, teacher: &Seen, partition: &Partition) -> Option<[Option<f64>; 3]> {
    let [own, teacher] = [own, teacher].map(|seen| seen.finest.as_ref().map(|a| &a.test));
    let (own, teacher) = (own?, teacher?);
    if own.classes() != teacher.classes() {
        return None;
    }
    let each = own.classes() / partition.groups.len().max(1);
    let groups: Vec<Vec<usize>> = (0..partition.groups.len()).map(|g| (g * each..(g + 1) * each).collect()).collect();
    // Which of them is right, nobody knows: shares of agreement are those of the superclasses.
    let unknown = vec![0; own.label.len()];
    let found = agreement(&teacher.logits, &own.logits, &unknown, &groups);
    Some([found.divergence, found.between, found.within].map(Some))
}

fn labels(field: &Field) -> Vec<usize> {
    field.told.data.test.label.iter().map(|&l| l.into()).collect()
}

/// At the level of the student's own labels.
fn gap(
    field: &Field,
    at: usize,
    teacher: usize,
    untaught: usize,
    about: Option<(&str, &Partition)>,
) -> Option<(Level, Efficiency)> {
    let who = &field.told.subjects[at];
    let level = if who.labels.is_some() { Level::Superclass } else { Level::Subclass };
    let accuracy = |at: usize| {
        let subject = &field.told.subjects[at];
        match (level, about) {
            (Level::Superclass, Some((name, partition))) => {
                Some(field.levels(at, name, partition, false)?.superclass.value)
            }
            _ => subject.labels.is_none().then_some(subject.profile.accuracy.test.value),
        }
    };
    let lineage = &who.profile.lineage;
    let spent = Spent {
        macs: lineage.cost.macs,
        energy_j: Some(field.making_j(lineage)).filter(|j| *j > 0.0),
        epochs: lineage.epochs,
    };
    Some((level, efficiency(accuracy(teacher)?, accuracy(at)?, accuracy(untaught)?, spent)?))
}

/// Of the teacher's finest answers, or those that it has.
fn bits(teacher: &Seen) -> Option<Bits> {
    let test = &teacher.finest.as_ref().unwrap_or(&teacher.own).test;
    (test.classes() > 0).then(|| label_bits(&test.logits, test.classes(), 1.0))
}

fn table(rows: &[Row]) -> Columns {
    let alike =
        |of: fn(&Likeness) -> Option<f64>| rows.iter().map(|r| or_nan(r.likeness.as_ref().and_then(of))).collect();
    let gained = |of: fn(&Efficiency) -> Option<f64>| {
        rows.iter().map(|r| or_nan(r.gap.as_ref().and_then(|g| of(&g.1)))).collect()
    };
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("method", rows.iter().map(|r| r.who.profile.lineage.method.as_str()))
        .str("teacher", rows.iter().map(|r| r.teacher.name.as_str()))
        .str("partition", rows.iter().map(|r| r.partition))
        .str("level", rows.iter().map(|r| r.likeness.as_ref().map_or("", |l| l.level.name())))
        .f64("agreement", alike(|l| Some(l.agreement)))
        .f64("agreement_on_errors", alike(|l| l.on_errors))
        .f64("kl_nats", alike(|l| l.divergence[0]))
        .f64("kl_between_nats", alike(|l| l.divergence[1]))
        .f64("kl_within_nats", alike(|l| l.divergence[2]))
        .str("untaught", rows.iter().map(|r| r.untaught.map_or("", |u| u.name.as_str())))
        .str("gap_level", rows.iter().map(|r| r.gap.as_ref().map_or("", |(level, _)| level.name())))
        .f64("gap_recovered", gained(|g| Some(g.gap_recovered)))
        .f64("gap_per_tera_mac", gained(|g| Some(g.per_tera_mac)))
        .f64("gap_per_kilojoule_estimated", gained(|g| g.per_kilojoule))
        .f64("gap_per_epoch", gained(|g| Some(g.per_epoch)))
        .f64("teacher_entropy_bits", rows.iter().map(|r| or_nan(r.bits.map(|b| b.entropy))).collect())
        .f64("teacher_information_bits", rows.iter().map(|r| or_nan(r.bits.map(|b| b.information))).collect())
}
