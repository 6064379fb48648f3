use super::{Actions, Outcome, Request, Step};
use crate::problem::Problem;
use crate::random::Rng;
use crate::sim::{View, World};
use crate::units::SimTime;

/// What a policy may look at before a run: everything static. Choices are made on the models' validation tables.
pub type Facts<'a> = &'a World;

/// What a policy reads. Less is faster: the engine leaves out what nobody asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Queue lengths and backlogs of nodes and links.
    pub queues: bool,
    /// Call `tick` every so often.
    pub period: Option<SimTime>,
    /// Call `plan` before the `next`s of one instant.
    pub plan: bool,
    /// It may fork requests.
    pub forks: bool,
    /// Call `observe` at each outcome.
    pub outcomes: bool,
    /// Labels: marks an oracle in every table.
    pub truth: bool,
}

/// Decides each next step of a request.
///
/// Called where the request stands, on that node's [`View`]. The one required method is [`Policy::next`].
pub trait Policy: Send {
    /// The next step of `request`: called at its birth, after each computation, wait and refusal.
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step;

    /// Resolves names and calibrates on validation tables; called once before each replication.
    ///
    /// # Errors
    /// A [`Problem`] where the scenario lacks what the policy needs.
    fn start(&mut self, facts: Facts<'_>) -> Result<(), Problem> {
        let _ = facts;
        Ok(())
    }

    /// What it reads.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// A pure early answer, for leaving out events: must equal what `next` would say, whatever the view and the draw.
    /// Where records or outcomes are asked for, it is compared with `next`, and another step is an error.
    fn foresee(&self, request: &Request) -> Option<Step> {
        let _ = request;
        None
    }

    /// Joint decisions, once before the `next`s of one instant; called where `needs().plan`.
    ///
    /// `batch` holds all requests that `next` is about to be asked about at this instant, in that order, each as `next`
    /// will see it; the newborn are among them. Who is refused by a full queue and asked again at the same instant is in
    /// no further batch, and a leg whose request has ended by its turn is not asked. The view is nobody's: nodes and links are known as they were published, `here` is of no meaning.
    fn plan(&mut self, batch: &[Request], view: &View<'_>, actions: &mut Actions, rng: &mut Rng) {
        let _ = (batch, view, actions, rng);
    }

    /// Called every `needs().period`.
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        let _ = (view, actions);
    }

    /// Called when a request ended, where `needs().outcomes`.
    fn observe(&mut self, outcome: &Outcome) {
        let _ = outcome;
    }
}

impl Policy for Box<dyn Policy> {
    fn next(&mut self, request: &Request, view: &View<'_>, rng: &mut Rng) -> Step {
        (**self).next(request, view, rng)
    }
    fn start(&mut self, facts: Facts<'_>) -> Result<(), Problem> {
        (**self).start(facts)
    }
    fn needs(&self) -> Needs {
        (**self).needs()
    }
    fn foresee(&self, request: &Request) -> Option<Step> {
        (**self).foresee(request)
    }
    fn plan(&mut self, batch: &[Request], view: &View<'_>, actions: &mut Actions, rng: &mut Rng) {
        (**self).plan(batch, view, actions, rng);
    }
    fn tick(&mut self, view: &View<'_>, actions: &mut Actions) {
        (**self).tick(view, actions);
    }
    fn observe(&mut self, outcome: &Outcome) {
        (**self).observe(outcome);
    }
}
