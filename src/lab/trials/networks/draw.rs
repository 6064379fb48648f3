//! Networks that were not drawn before, with what they cost.

use super::Member;
use crate::lab::architecture::Form;
use crate::lab::recipe;
use crate::lab::search::architecture::{Genome, Read};
use crate::lab::search::settings::Networks;
use crate::lab::trials::inline::inline;
use crate::lab::trials::race::Entrant;
use crate::lab::trials::shop::Shop;
use crate::problem::Problems;
use crate::random::{Purpose, Rng, Stream};

/// Draws of one network before there are taken to be no others.
const ATTEMPTS: u32 = 256;

/// Draws networks, each once.
pub struct Drawer<'a> {
    pub shop: &'a Shop<'a>,
    pub networks: &'a Networks,
    stream: Stream,
    seen: Vec<Form>,
    /// How many were drawn.
    number: u32,
}

impl<'a> Drawer<'a> {
    /// Drawers with unlike numbers draw by themselves.
    pub fn new(shop: &'a Shop<'a>, networks: &'a Networks, drawer: u64) -> Self {
        let stream = Stream::new(networks.seed, drawer, Purpose::Search);
        Self { shop, networks, stream, seen: Vec::new(), number: 0 }
    }

    /// One from anywhere in the families.
    pub fn anywhere(&mut self) -> Result<Option<Member>, Problems> {
        let families = &self.networks.families;
        self.new_one(|rng| Genome::draw(families, rng))
    }

    /// One that was not drawn before and that the images fit; nothing if none is found.
    pub fn new_one(&mut self, draw: impl Fn(&mut Rng) -> Option<Read>) -> Result<Option<Member>, Problems> {
        for attempt in 0..ATTEMPTS {
            let mut rng = Rng::new(self.stream, self.number.into(), attempt);
            let Some(read) = draw(&mut rng).filter(|read| !self.seen.contains(&read.form)) else { continue };
            self.seen.push(read.form.clone());
            if self.fits(&read.form) {
                return self.member(read).map(Some);
            }
        }
        Ok(None)
    }

    fn fits(&self, form: &Form) -> bool {
        let data = self.shop.data;
        form.architecture(data.input, data.classes.len()).is_ok_and(|architecture| architecture.check().is_ok())
    }

    fn member(&mut self, read: Read) -> Result<Member, Problems> {
        let recipe = recipe::with_form(self.shop.recipe, self.shop.base, read.form.clone());
        let mut trial = self.shop.trial(recipe)?;
        let facts = self.shop.facts(&mut trial)?;
        let broken = self.shop.device.as_ref().map(|device| self.networks.constraints.violation(&facts, device));
        let (violation, broken) = broken.unwrap_or_default();
        let entrant = Entrant { number: self.number, settings: settings(&read.form), trial, reached: 0 };
        self.number += 1;
        Ok(Member { read, entrant, violation, broken })
    }
}

/// A network as a recipe writes it.
fn settings(form: &Form) -> String {
    let value = serde_json::to_value(form).unwrap_or_default();
    let entry = value.as_object().and_then(|form| form.iter().next());
    entry.map_or_else(String::new, |(family, sizes)| format!("{family} = {}", inline(sizes)))
}
