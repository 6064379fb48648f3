//! Groups of equal nodes, and what they are.

use super::level::{self, Level};
use super::meaning::Meaning;
use super::memory::Memory;
use super::{failures, service};
use crate::catalog::{Boundary, DevicePreset, Figure, FittedRange, ModelProfile, device, devices};
use crate::problem::Problem;
use crate::sim::{Elastic, Failures, NodeGroup, Service, Tier, Work, Works};
use crate::units::{BytesPerSec, Macs, MacsPerSec, SimTime, Watts};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// A group of equal nodes: a preset, with other figures beside it, or all figures in full.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Node {
    /// Where they stand.
    pub tier: Tier,
    /// How many.
    #[serde(default = "one")]
    pub count: u32,
    /// What they are.
    #[serde(default)]
    #[schemars(schema_with = "presets")]
    pub preset: Option<String>,
    /// Roles that they host.
    #[serde(default)]
    pub models: Vec<String>,
    /// How each serves.
    #[serde(default = "fifo")]
    pub service: Service,
    /// How its servers can be changed while a run goes on. Absent: not at all.
    pub elastic: Option<Elastic>,
    /// When each fails, and what becomes of what is in progress there. Absent: never.
    #[serde(default)]
    pub failures: Option<Failures>,
    /// Speed of computing, whatever the number format. Absent: the preset's.
    pub rate: Option<MacsPerSec>,
    /// Memory bandwidth. Absent: the preset's; without a preset: no limit.
    pub bandwidth: Option<BytesPerSec>,
    /// Fixed time of each call. Absent: the preset's; without a preset: none.
    pub per_call: Option<SimTime>,
    /// Fixed time of each layer. Absent: the preset's; without a preset: none.
    pub per_layer: Option<SimTime>,
    /// Power when nothing runs. Absent: the preset's.
    pub idle: Option<Watts>,
    /// Power when all servers run, idle power included. Absent: the preset's.
    pub active: Option<Watts>,
    /// What the powers include. Absent: the preset's.
    pub boundary: Option<Boundary>,
    /// Its memory for models. Absent: all that it lists are there for good.
    pub memory: Option<Memory>,
    /// Clock levels, by number from 0. Absent: the clock is fixed.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// The level that it begins with. Absent: the last one.
    pub level: Option<u8>,
    /// Power usage effectiveness: powers are multiplied by this, from 1 up.
    #[serde(default = "unity")]
    pub overhead: f64,
}

fn one() -> u32 {
    1
}

fn unity() -> f64 {
    1.0
}

fn fifo() -> Service {
    Service::Fifo(Default::default())
}

fn presets(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "enum": devices(), "x-noun": "device preset" })
}

fn given<T>(value: T) -> Figure<T> {
    Figure { value, source: "the scenario".into(), derived: None }
}

impl Node {
    /// The device: the preset, with the figures beside it put in their places.
    fn device(&self) -> DevicePreset {
        let mut device = self.preset.as_deref().and_then(device).unwrap_or_else(unlimited);
        let put =
            |place: &mut Figure<SimTime>, value: Option<SimTime>| value.into_iter().for_each(|v| *place = given(v));
        put(&mut device.per_call, self.per_call);
        put(&mut device.per_layer, self.per_layer);
        device.bandwidth = self.bandwidth.map_or(device.bandwidth, given);
        device.idle = self.idle.map_or(device.idle, given);
        device.active = self.active.map_or(device.active, given);
        device.boundary = self.boundary.unwrap_or(device.boundary);
        device
    }

    /// Times of batches of this size at this clock.
    fn work(&self, device: &DevicePreset, profile: &ModelProfile, size: u32, clock: f64) -> Result<Work, Problem> {
        let mut device = device.clone();
        if let Some(rate) = self.rate {
            device.rate = [(profile.file.precision.clone(), given(rate))].into();
        }
        if clock != 1.0 {
            level::at_clock(&mut device, clock);
        }
        let times = device.batch_times(profile, size)?;
        let extrapolated = times.extrapolated || clock != 1.0;
        Ok(Work { per_call: times.per_call, upto: times.upto, extrapolated })
    }

    /// Work of all roles that it hosts at this clock, without and with batches.
    fn works(&self, device: &DevicePreset, profiles: &[(&str, &ModelProfile)], clock: f64) -> (Works, Vec<Works>) {
        let of = |i: usize, size| self.work(device, profiles[i].1, size, clock).ok();
        let hosts = |role: &str| self.models.iter().any(|m| m == role);
        let work: Works = (0..profiles.len()).map(|i| hosts(profiles[i].0).then(|| of(i, 1)).flatten()).collect();
        let batches = service::batches(&self.service, &work, of);
        (work, batches)
    }

    /// What this file alone can say of the node.
    pub(super) fn check(&self, name: &str, meaning: &mut Meaning<'_>) {
        let at = |key: &'static str| ["nodes", name, key];
        meaning.above_zero(&at("count"), f64::from(self.count));
        service::check(&self.service, name, meaning);
        self.check_elastic(name, meaning);
        failures::check(self.failures.as_ref(), ["nodes", name], meaning);
        for (key, rate) in [("rate", self.rate.map(|r| r.0)), ("bandwidth", self.bandwidth.map(|b| b.0))] {
            meaning.above_zero(&at(key), rate.unwrap_or(1.0));
        }
        let device = self.device();
        let (idle, active) = (device.idle.value, device.active.value);
        if active < idle {
            let key = if self.active.is_some() { "active" } else { "idle" };
            let problem = Problem::new("a node draws less when it runs than when it is idle");
            let remedy = "`active` includes the idle power: raise it, or lower `idle`";
            meaning.tell(&at(key), problem.received(format!("{active} below {idle}")).remedy(remedy));
        }
        meaning.power(&at(if self.active.is_some() { "active" } else { "overhead" }), active, self.overhead);
        if self.overhead < 1.0 {
            let problem = Problem::new("power usage effectiveness below 1").received(self.overhead);
            meaning.tell(&at("overhead"), problem.remedy("write 1 for a node without overhead"));
        }
        self.check_whole(name, meaning);
        level::check(self, &device, name, meaning);
        self.memory.iter().for_each(|memory| memory.check(name, &self.models, meaning));
        meaning.roles(name, &self.models);
    }

    fn check_elastic(&self, name: &str, meaning: &mut Meaning<'_>) {
        let (Some(elastic), servers) = (self.elastic, self.service.servers()) else { return };
        if elastic.most < servers {
            let problem = Problem::new("a node begins with more servers than it can have").received(elastic.most);
            let remedy = format!("write at least its service's {servers}");
            meaning.tell(&["nodes", name, "elastic", "most"], problem.remedy(remedy));
        }
    }

    /// Whether what it loads can come to it.
    pub(super) fn check_way(&self, name: &str, meaning: &mut Meaning<'_>) {
        self.memory.iter().for_each(|memory| memory.check_way(name, &self.models, meaning));
    }

    /// Without a preset, its figures must be there.
    fn check_whole(&self, name: &str, meaning: &mut Meaning<'_>) {
        let hosts = !self.models.is_empty();
        let missing = [
            ("rate", hosts && self.rate.is_none()),
            ("idle", self.idle.is_none()),
            ("active", self.active.is_none()),
            ("boundary", self.boundary.is_none()),
        ];
        for (key, _) in missing.iter().filter(|(_, absent)| *absent && self.preset.is_none()) {
            let problem = Problem::new(format!("`{key}` is missing in `{name}`, which has no preset"));
            meaning.tell_key(&["nodes", name], problem.remedy(format!("add `{key}`, or a `preset`")));
        }
    }

    /// The group, with the work of each role it hosts; `profiles` are by role.
    pub(super) fn group(&self, name: &str, profiles: &[(&str, &ModelProfile)], meaning: &mut Meaning<'_>) -> NodeGroup {
        let device = self.device();
        let hosted = |role: &str| self.models.iter().position(|m| m == role);
        let here: Vec<&ModelProfile> = profiles.iter().filter(|(r, _)| hosted(r).is_some()).map(|(_, p)| *p).collect();
        if let Err(problem) = self.fits(&device, &here) {
            meaning.tell(&["nodes", name, "models"], problem);
        }
        for (role, profile) in profiles {
            let Some(item) = hosted(role) else { continue };
            if let Err(problem) = self.work(&device, profile, 1, 1.0) {
                meaning.tell(&["nodes", name, "models", &item.to_string()], problem);
            }
        }
        let memory = self.memory.as_ref().map(|memory| memory.build(name, &self.models, profiles, meaning));
        NodeGroup { memory, ..self.build(name, &device, |clock| self.works(&device, profiles, clock)) }
    }

    /// Whether its models fit on the device: all at once, or one by one where a memory says what is there.
    fn fits(&self, device: &DevicePreset, here: &[&ModelProfile]) -> Result<(), Problem> {
        let images = service::largest_batch(&self.service);
        match self.memory {
            None => device.fits_batches(here, images),
            Some(_) => here.iter().try_for_each(|model| device.fits_batches(&[model], images)),
        }
    }

    fn build(&self, name: &str, device: &DevicePreset, works: impl Fn(f64) -> (Works, Vec<Works>)) -> NodeGroup {
        let levels: Vec<_> = self.levels.iter().map(|level| level.build(device, self.overhead, &works)).collect();
        let level = self.level.unwrap_or(levels.len().saturating_sub(1) as u8);
        let watts = |figure: &Figure<Watts>| Watts(figure.value.0 * self.overhead);
        let fixed = || {
            let (work, batches) = works(1.0);
            crate::sim::Level { idle: watts(&device.idle), active: watts(&device.active), work, batches }
        };
        let first = levels.get(usize::from(level)).cloned().unwrap_or_else(fixed);
        NodeGroup {
            name: name.into(),
            tier: self.tier,
            count: self.count,
            service: self.service.clone(),
            idle: first.idle,
            active: first.active,
            boundary: device.boundary,
            work: first.work,
            elastic: self.elastic,
            batches: first.batches,
            levels,
            level,
            memory: None,
        }
    }
}

/// A device of which nothing is known: each figure must be given beside it, or is no limit.
fn unlimited() -> DevicePreset {
    DevicePreset {
        title: "this node".into(),
        rate: Default::default(),
        bandwidth: given(BytesPerSec(f64::INFINITY)),
        per_call: given(SimTime::ZERO),
        per_layer: given(SimTime::ZERO),
        fitted: FittedRange { least: Macs(0), most: Macs(u64::MAX) },
        idle: given(Watts(0.0)),
        active: given(Watts(0.0)),
        boundary: Boundary::Board,
        memory: None,
    }
}
