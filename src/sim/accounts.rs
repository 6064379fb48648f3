//! What a run adds up: whole nanoseconds, bytes and counts only, so that sums do not depend on their order.

mod carried;
mod failures;
mod whole;

use carried::Carried;
pub(super) use failures::Unsent;
use whole::Whole;

use super::fetch::fetch;
use super::layout::Layout;
use super::result::{CapacityAccount, GroupAccount, ImageAccount, LevelAccount, LinkAccount, MemoryAccount, Resent};
use super::series::Watch;
use super::slab::Leg;
use super::{Ending, GroupId, ModelId, World};
use crate::problem::Problem;
use crate::units::SimTime;

/// All accounts of a run.
#[derive(Debug)]
pub(super) struct Accounts {
    window: (SimTime, SimTime),
    stop: SimTime,
    pub groups: Vec<GroupAccount>,
    pub links: Vec<LinkAccount>,
    /// By group: its levels, none where the clock is fixed.
    pub levels: Vec<Vec<LevelAccount>>,
    pub capacity: Vec<CapacityAccount>,
    pub memory: Vec<MemoryAccount>,
    pub resent: Vec<Resent>,
    pub images: Vec<ImageAccount>,
    /// By role and group.
    answers: Vec<u64>,
    /// Born, answered, dropped, failed, in flight: counted requests, then all.
    pub ends: [Ends; 2],
    /// All requests: service by group.
    served_ns: Vec<u128>,
    /// By link, upwards first.
    carried: Vec<Carried>,
    /// All requests that ended: their own sums of the same.
    own_ns: u128,
    own_bytes: u128,
    /// What requests on the short way add.
    whole: Whole,
    /// What samples are made of, if there are any.
    pub watch: Option<Box<Watch>>,
}

/// How requests ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub born: u64,
    pub by: [u64; 4],
    pub right: u64,
    pub on_time: u64,
    pub right_on_time: u64,
    pub late: u64,
}

impl Accounts {
    pub(super) fn new(world: &World) -> Self {
        let horizon = world.horizon;
        let span_ns = horizon.end.since(horizon.warm_up).ns();
        let group = |g: &super::NodeGroup| GroupAccount {
            nodes: g.count,
            servers: g.servers(),
            span_ns,
            ..GroupAccount::default()
        };
        let link = |l: &super::Link| LinkAccount {
            channels: super::layout::cell_count(world, l),
            span_ns,
            ..LinkAccount::default()
        };
        Self {
            window: (horizon.warm_up, horizon.end),
            stop: horizon.end + horizon.drain,
            groups: world.groups.iter().map(group).collect(),
            links: world.links.iter().map(link).collect(),
            levels: world.groups.iter().map(|g| vec![LevelAccount::default(); g.levels.len()]).collect(),
            capacity: world.groups.iter().map(|g| CapacityAccount::of(g, span_ns)).collect(),
            memory: vec![MemoryAccount::default(); world.groups.len()],
            resent: vec![Resent::default(); world.links.len()],
            images: vec![ImageAccount::default(); world.labels.len()],
            answers: vec![0; world.models.len() * world.groups.len()],
            ends: [Ends::default(); 2],
            served_ns: vec![0; world.groups.len()],
            carried: vec![Carried::default(); 2 * world.links.len()],
            own_ns: 0,
            own_bytes: 0,
            whole: Whole::new(world),
            watch: None,
        }
    }

    /// Whether what begins then begins in this run.
    #[inline]
    pub(super) fn begins(&self, start: SimTime) -> bool {
        start <= self.stop
    }

    /// The part of a span that lies in the counted window.
    #[inline]
    fn within(&self, from: SimTime, to: SimTime) -> u128 {
        u128::from(to.min(self.window.1).since(from.max(self.window.0)).ns())
    }

    /// A wait at a group's node, which ends later or never.
    #[inline]
    pub(super) fn waited(&mut self, group: GroupId, from: SimTime, to: SimTime) {
        self.groups[group.0 as usize].queue_ns += self.within(from, to);
        if let Some(watch) = &mut self.watch {
            watch.waits(group, from, to);
        }
    }

    /// A service whose times are known, offered, begun and over then: its wait too. False: it does not begin in this run.
    #[inline]
    pub(super) fn serves(&mut self, group: GroupId, [offered, start, leaves]: [SimTime; 3], counted: bool) -> bool {
        if start > offered {
            self.waited(group, offered, start);
        }
        let begins = self.begins(start);
        if begins {
            self.served(group, offered, start, leaves, counted);
        }
        begins
    }

    /// A service that begins.
    #[inline]
    pub(super) fn served(&mut self, group: GroupId, offered: SimTime, start: SimTime, leaves: SimTime, counted: bool) {
        let (at, busy) = (group.0 as usize, self.within(start, leaves));
        let work = u128::from(leaves.since(start).ns());
        self.served_ns[at] += work;
        let account = &mut self.groups[at];
        account.busy_ns += busy;
        if let Some(watch) = &mut self.watch {
            watch.serves(group, start, leaves);
        }
        if counted {
            account.served += 1;
            account.wait_ns += u128::from(start.since(offered).ns());
            account.compute_ns += work;
        }
    }

    /// A service that begins, in a station that accounts for its own time.
    #[inline]
    pub(super) fn charged(&mut self, group: GroupId, level: u8, work: SimTime, counted: bool) {
        let (at, work) = (group.0 as usize, u128::from(work.ns()));
        self.served_ns[at] += work;
        if counted {
            self.groups[at].served += 1;
            self.groups[at].compute_ns += work;
            self.levels[at].iter_mut().skip(level as usize).take(1).for_each(|l| l.compute_ns += work);
        }
    }

    /// What was left of a service is done at another level.
    pub(super) fn recharged(&mut self, group: GroupId, levels: [u8; 2], work: [SimTime; 2], counted: bool) {
        let (at, [before, after]) = (group.0 as usize, work.map(|w| u128::from(w.ns())));
        self.served_ns[at] = self.served_ns[at] - before + after;
        if counted {
            self.groups[at].compute_ns = self.groups[at].compute_ns - before + after;
            self.levels[at][levels[0] as usize].compute_ns -= before;
            self.levels[at][levels[1] as usize].compute_ns += after;
        }
    }

    /// The service of a request that has ended takes longer or less.
    pub(super) fn changed_own(&mut self, work: [SimTime; 2]) {
        let [before, after] = work.map(|w| u128::from(w.ns()));
        self.own_ns = self.own_ns - before + after;
    }

    /// Whether what happens now is of the counted window.
    pub(super) fn is_of_window(&self, now: SimTime) -> bool {
        (self.window.0..self.window.1).contains(&now)
    }

    /// A role is loaded at a group's node.
    pub(super) fn loaded(&mut self, group: GroupId, from: SimTime, to: SimTime, bytes: u64) {
        let counts = u64::from(self.is_of_window(from));
        let account = &mut self.memory[group.0 as usize];
        account.loads += counts;
        account.bytes += counts * bytes;
        account.load_ns += u128::from(counts) * u128::from(to.since(from).ns());
    }

    /// A role went from a group's node.
    pub(super) fn evicted(&mut self, group: GroupId, now: SimTime) {
        self.memory[group.0 as usize].evictions += u64::from(self.is_of_window(now));
    }

    /// Requests waited so long for their roles.
    pub(super) fn held(&mut self, group: GroupId, held: u128) {
        self.memory[group.0 as usize].held_ns += held;
    }

    /// A node's clock changed.
    pub(super) fn changed_level(&mut self, group: GroupId, level: u8) {
        self.levels[group.0 as usize][level as usize].changes += 1;
    }

    /// What a station has accounted for by itself.
    pub(super) fn live(&mut self, group: GroupId, busy: u128, queue: u128, at_level: &[u64]) {
        let at = group.0 as usize;
        self.groups[at].busy_ns += busy;
        self.groups[at].queue_ns += queue;
        self.levels[at].iter_mut().zip(at_level).for_each(|(level, ns)| level.time_ns += u128::from(*ns));
    }

    /// A request lost this time at such a station.
    #[inline]
    pub(super) fn lost(&mut self, group: GroupId, from: SimTime, to: SimTime, counted: bool) {
        self.groups[group.0 as usize].wait_ns += u128::from(to.since(from).ns()) * u128::from(counted);
    }

    /// A full queue refused somebody.
    #[inline]
    pub(super) fn refused(&mut self, group: GroupId, counted: bool) {
        self.groups[group.0 as usize].refused += u64::from(counted);
    }

    /// A birth; its image is noted when it ends.
    #[inline]
    pub(super) fn born(&mut self, counted: bool) {
        self.ends[1].born += 1;
        self.ends[0].born += u64::from(counted);
    }

    /// Takes over a leg's own sums.
    #[inline]
    pub(super) fn left_over(&mut self, leg: &Leg) {
        self.own_ns += leg.compute_ns.iter().map(|ns| u128::from(*ns)).sum::<u128>();
        self.own_bytes += u128::from(leg.bytes_up) + u128::from(leg.bytes_down);
    }

    /// An end.
    #[inline]
    pub(super) fn ended(&mut self, leg: &Leg, ending: Ending, right: bool, late: bool, layout: &Layout) {
        self.left_over(leg);
        self.ends[1].by[ending as usize] += 1;
        if leg.counted {
            self.ends[0].note(ending, right, late, 1);
            self.image(leg, ending, right, late, layout);
        }
    }

    #[inline]
    fn image(&mut self, leg: &Leg, ending: Ending, right: bool, late: bool, layout: &Layout) {
        match (ending, leg.request.answer) {
            (Ending::Answered, Some(answer)) => {
                let by = (answer.model, layout.group_of(leg.answered_at));
                self.answered(leg.image, by, right, late);
            }
            _ => self.images[leg.image as usize].born += 1,
        }
    }

    /// Brings an image's account into the cache.
    #[inline]
    pub(super) fn fetch(&self, image: u32) {
        fetch(&self.images, image as usize);
    }

    /// A request was born with an image, and is answered.
    #[inline]
    fn answered(&mut self, image: u32, (model, group): (ModelId, GroupId), right: bool, late: bool) {
        let image = &mut self.images[image as usize];
        image.born += 1;
        image.answered += 1;
        image.right += u32::from(right);
        image.right_on_time += u32::from(right && !late);
        self.answers[usize::from(model.0) * self.groups.len() + usize::from(group.0)] += 1;
    }

    /// How many answers each role gave in each group, those that gave any.
    pub(super) fn answered_by(&self) -> Vec<(ModelId, GroupId, u64)> {
        let groups = self.groups.len().max(1);
        let named = |(i, n): (usize, &u64)| (ModelId((i / groups) as u8), GroupId((i % groups) as u16), *n);
        self.answers.iter().enumerate().filter(|(_, n)| **n > 0).map(named).collect()
    }

    /// # Errors
    /// Where something was lost or made from nothing: a fault of the engine.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let ends = |e: &Ends| e.born == e.by.iter().sum::<u64>();
        holds(self.ends.iter().all(ends), "requests", || format!("{:?}", self.ends))?;
        let within = self.groups.iter().zip(&self.capacity).all(|(g, c)| g.busy_ns <= c.provisioned_ns);
        holds(within, "servers' time", || format!("{:?}", self.groups))?;
        let served: u128 = self.served_ns.iter().sum();
        holds(served == self.own_ns, "service", || format!("{served} ns by node, {} ns by request", self.own_ns))?;
        let sent = self.check_carried()?;
        holds(sent == self.own_bytes, "bytes", || format!("{sent} by link, {} by request", self.own_bytes))
    }
}

impl Ends {
    #[inline]
    fn note(&mut self, ending: Ending, right: bool, late: bool, times: u64) {
        let on_time = ending == Ending::Answered && !late;
        self.by[ending as usize] += times;
        self.right += u64::from(right) * times;
        self.on_time += u64::from(on_time) * times;
        self.right_on_time += u64::from(right && on_time) * times;
        self.late += u64::from(late) * times;
    }
}

fn holds(conserved: bool, what: &str, received: impl FnOnce() -> String) -> Result<(), Problem> {
    if conserved {
        return Ok(());
    }
    Err(Problem::new(format!("{what} are not conserved")).received(received()).remedy("this is a fault of the engine"))
}
