//! A network as a row of choices: which family, and then which entry of each list that the family reads.
//!
//! A choice may decide how many there are after it, so a changed genome is read again: choices that are too many fall
//! away, those that are missing are drawn.

use super::family::Family;
use crate::lab::architecture::Form;
use crate::random::Rng;

/// Choices, as places in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genome {
    /// Which family.
    pub family: usize,
    /// Its choices, in the order in which it reads them.
    pub genes: Vec<usize>,
}

/// Reads choices, and draws those that are missing.
pub struct Reader<'a> {
    given: &'a [usize],
    rng: &'a mut Rng,
    read: Vec<usize>,
    /// How many there were to choose from, each time.
    among: Vec<usize>,
}

impl Reader<'_> {
    /// The next choice from a list that is not empty.
    pub fn pick(&mut self, list: &[usize]) -> usize {
        let given = self.given.get(self.read.len()).copied();
        let choice = given.unwrap_or_else(|| self.rng.index(list.len())) % list.len().max(1);
        self.read.push(choice);
        self.among.push(list.len());
        list.get(choice).copied().unwrap_or_default()
    }
}

/// A genome that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What was read, no choice too many or missing.
    pub genome: Genome,
    /// Its network.
    pub form: Form,
    /// How many there were to choose from, each time.
    among: Vec<usize>,
}

impl Genome {
    /// Reads it; missing choices are drawn.
    pub fn read(&self, families: &[Family], rng: &mut Rng) -> Option<Read> {
        let mut reader = Reader { given: &self.genes, rng, read: Vec::new(), among: Vec::new() };
        let form = families.get(self.family)?.form(&mut reader);
        Some(Read { genome: Self { family: self.family, genes: reader.read }, form, among: reader.among })
    }

    /// One drawn whole, each choice as likely.
    pub fn draw(families: &[Family], rng: &mut Rng) -> Option<Read> {
        let family = rng.index(families.len());
        Self { family, genes: Vec::new() }.read(families, rng)
    }
}

impl Read {
    /// A child of two of one family takes each choice from either; of two families, it is the first one. Then choices
    /// change, one on the average and one at least: to a neighbour in the list or, every other time, to any.
    pub fn child(&self, other: &Self, families: &[Family], rng: &mut Rng) -> Option<Self> {
        let mut genes = self.genome.genes.clone();
        if self.genome.family == other.genome.family {
            genes
                .iter_mut()
                .zip(&other.genome.genes)
                .for_each(|(own, theirs)| *own = if rng.chance(0.5) { *own } else { *theirs });
        }
        let crossed = Genome { family: self.genome.family, genes }.read(families, rng)?;
        crossed.mutated(rng).read(families, rng)
    }

    fn mutated(&self, rng: &mut Rng) -> Genome {
        let mut genome = self.genome.clone();
        let n = genome.genes.len();
        let certain = rng.index(n);
        for (i, gene) in genome.genes.iter_mut().enumerate() {
            if i == certain || rng.chance(1.0 / n as f64) {
                *gene = moved(*gene, self.among[i], rng);
            }
        }
        genome
    }
}

/// Another place in a list of so many, if there is another.
fn moved(gene: usize, among: usize, rng: &mut Rng) -> usize {
    if among < 2 {
        return gene;
    }
    if rng.chance(0.5) {
        return (gene + 1 + rng.index(among - 1)) % among;
    }
    match (gene, rng.chance(0.5)) {
        (0, _) => 1,
        (last, _) if last + 1 == among => last - 1,
        (inner, true) => inner + 1,
        (inner, false) => inner - 1,
    }
}
