//! Links, and what they are.

use super::both::{BothWays, Each};
use super::failures;
use super::library::Library;
use super::meaning::Meaning;
use crate::catalog::{Boundary, Figure, LinkPreset, link, links};
use crate::problem::Problem;
use crate::sim::{
    Cell, Conditions, Direction, Failures, GroupId, Jitter, Outages, Packet, Radio, Rate, Sharing, Transport,
};
use crate::units::{BitsPerSec, Bytes, SimTime, Watts};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::path::PathBuf;

/// What joins two groups: a preset, with other figures beside it, or all figures in full.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Link {
    /// The group nearer to the devices, and the group nearer to the cloud.
    pub between: [String; 2],
    /// What it is.
    #[serde(default)]
    #[schemars(schema_with = "presets")]
    pub preset: Option<String>,
    /// Who shares it.
    #[serde(default)]
    pub cell: Cell,
    /// How transfers at one time share it.
    #[serde(default)]
    pub sharing: Sharing,
    /// How transfers towards the devices share it, if otherwise than those away from them: of `fixed`, `fifo` and `fair`,
    /// and not where both ways share one channel. Absent: as `sharing` says.
    pub sharing_down: Option<Sharing>,
    /// When each cell of it fails, and what becomes of what is being sent. Absent: never.
    #[serde(default)]
    pub failures: Option<Failures>,
    /// Bit rate: one for all lower nodes, or a list from which the i-th has the one at i modulo its length. Absent: the
    /// preset's.
    pub rate: Option<BothWays<Each<BitsPerSec>>>,
    /// Files of traces that the rate follows, in place of `rate`, repeated for as long as the run goes on: `.csv` with
    /// lines `seconds,Mbit/s`, or Mahimahi's format. One for all lower nodes, or a list like `rate`'s.
    pub trace: Option<BothWays<Each<PathBuf>>>,
    /// Whether each lower node begins its trace at a place of its own, drawn anew in each replication; otherwise all
    /// begin at the beginning.
    #[serde(default)]
    pub scatter: bool,
    /// When nothing gets through, either way; what is being sent then stands still, and goes on afterwards.
    pub outages: Option<Outages>,
    /// Probability that a packet gets lost, below 1; it is sent again, on the air and in bytes, until it gets through.
    /// Absent: none.
    pub loss: Option<BothWays<f64>>,
    /// What is added to the delay of each transfer, either way, drawn anew: one may overtake another.
    #[serde(default)]
    pub jitter: Jitter,
    /// What is done before the first byte, and how losses are noticed.
    #[serde(default)]
    pub transport: Transport,
    /// Whether a controller may change, while the run goes on, what share of the capacity each lower node gets; `sharing`
    /// must be `fifo` or `fair`.
    #[serde(default)]
    pub adjustable: bool,
    /// Time on the way after the last bit was sent. Absent: the preset's; without a preset: none.
    pub delay: Option<BothWays<SimTime>>,
    /// Whether up and down share the channel. Absent: the preset's; without a preset: they do not.
    pub half_duplex: Option<bool>,
    /// Most payload in a packet. Absent: the preset's; without a preset: no limit.
    pub payload: Option<Bytes>,
    /// Bytes added to each packet. Absent: the preset's; without a preset: none.
    pub header: Option<Bytes>,
    /// Time added to each packet. Absent: the preset's; without a preset: none.
    pub per_packet: Option<SimTime>,
    /// Power that transmitting adds at the lower end. Absent: the preset's; without a preset: none.
    pub transmit: Option<Watts>,
    /// Power that receiving adds at the lower end. Absent: the preset's; without a preset: none.
    pub receive: Option<Watts>,
    /// Power that transmitting adds at the upper end. Absent: the preset's; without a preset: none.
    pub upper_transmit: Option<Watts>,
    /// Power that receiving adds at the upper end. Absent: the preset's; without a preset: none.
    pub upper_receive: Option<Watts>,
    /// What the powers include. Absent: the preset's.
    pub boundary: Option<Boundary>,
}

fn presets(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "enum": links(), "x-noun": "link preset" })
}

fn given<T>(value: T) -> Figure<T> {
    Figure { value, source: "the scenario".into(), derived: None }
}

fn put<T>(place: &mut Figure<T>, value: Option<T>) {
    if let Some(value) = value {
        *place = given(value);
    }
}

impl Link {
    /// The preset, with the figures beside it put in their places; delays up and down.
    fn whole(&self) -> LinkPreset {
        let mut whole = self.preset.as_deref().and_then(link).unwrap_or_else(plain);
        put(&mut whole.up, self.rate.as_ref().map(|r| r.up.0[0]));
        put(&mut whole.down, self.rate.as_ref().map(|r| r.down.0[0]));
        put(&mut whole.payload, self.payload);
        put(&mut whole.header, self.header);
        put(&mut whole.per_packet, self.per_packet);
        put(&mut whole.transmit, self.transmit);
        put(&mut whole.receive, self.receive);
        whole.upper_transmit = self.upper_transmit.map(given).or(whole.upper_transmit);
        whole.upper_receive = self.upper_receive.map(given).or(whole.upper_receive);
        whole.half_duplex = self.half_duplex.unwrap_or(whole.half_duplex);
        whole.boundary = self.boundary.unwrap_or(whole.boundary);
        whole
    }

    /// What this file alone can say of the link.
    pub(super) fn check(&self, name: &str, meaning: &mut Meaning<'_>) {
        if self.preset.is_none() && self.rate.is_none() && self.trace.is_none() {
            let problem = Problem::new(format!("`rate` is missing in `{name}`, which has no preset"));
            meaning.tell_key(&["links", name], problem.remedy("add `rate`, or a `preset`"));
        }
        let least = |rates: &Each<BitsPerSec>| rates.0.iter().map(|r| r.0).min().unwrap_or(0);
        let rate = self.rate.as_ref().map_or(1, |r| least(&r.up).min(least(&r.down)));
        meaning.above_zero(&["links", name, "rate"], rate as f64);
        self.check_conditions(name, meaning);
        let whole = self.whole();
        let own = self.rate.as_ref().map(|rate| [&rate.up.0[..], &rate.down.0[..]]);
        let rates = own.unwrap_or([std::slice::from_ref(&whole.up.value), std::slice::from_ref(&whole.down.value)]);
        self.check_flows(name, rates, whole.half_duplex, meaning);
        self.check_sharing_down(name, whole.half_duplex, meaning);
        failures::check_link(self, name, meaning);
        meaning.above_zero(&["links", name, "payload"], self.payload.map_or(1.0, |p| p.0 as f64));
        let powers = [self.transmit, self.receive, self.upper_transmit, self.upper_receive];
        if self.preset.is_none() && self.boundary.is_none() && powers.iter().any(Option::is_some) {
            let problem = Problem::new(format!("`boundary` is missing in `{name}`, which gives powers of its own"));
            meaning
                .tell_key(&["links", name], problem.remedy("say what they include: chip, board, wall, phone, radio"));
        }
    }

    /// Both directions can be shared unlike only where neither needs the other.
    fn check_sharing_down(&self, name: &str, half_duplex: bool, meaning: &mut Meaning<'_>) {
        let alone = |sharing| matches!(sharing, Sharing::Fixed | Sharing::Fifo | Sharing::Fair);
        let Some(down) = self.sharing_down.filter(|down| *down != self.sharing) else { return };
        if half_duplex || !alone(down) || !alone(self.sharing) {
            let problem = Problem::new(format!("`{name}` cannot share its directions unlike"));
            let remedy = "leave it out, or share each `fixed`, `fifo` or `fair` with `half-duplex = false`";
            meaning.tell_key(&["links", name, "sharing-down"], problem.remedy(remedy));
        }
    }

    /// The link between two groups.
    pub(super) fn build(&self, name: &str, lower: GroupId, upper: GroupId, library: &Library) -> crate::sim::Link {
        let conditions = self.conditions(library);
        let rate = |up: bool| conditions.quality(up).rate(0).map(Rate::mean);
        let whole = self.whole();
        let delay = self.delay.unwrap_or(BothWays { up: whole.delay.value, down: whole.delay.value });
        let watts = |figure: &Option<Figure<Watts>>| figure.as_ref().map_or(Watts(0.0), |f| f.value);
        crate::sim::Link {
            name: name.into(),
            lower,
            upper,
            cell: self.cell,
            sharing: self.sharing,
            sharing_down: self.sharing_down,
            half_duplex: whole.half_duplex,
            up: Direction { rate: rate(true).unwrap_or(whole.up.value), delay: delay.up },
            down: Direction { rate: rate(false).unwrap_or(whole.down.value), delay: delay.down },
            packet: Packet {
                payload: whole.payload.value,
                header: whole.header.value,
                per_packet: whole.per_packet.value,
            },
            lower_radio: Radio {
                transmit: whole.transmit.value,
                receive: whole.receive.value,
                boundary: whole.boundary,
            },
            upper_radio: Radio {
                transmit: watts(&whole.upper_transmit),
                receive: watts(&whole.upper_receive),
                boundary: whole.boundary,
            },
            conditions: Some(Box::new(conditions)).filter(|c| **c != Conditions::default()),
        }
    }
}

/// A link that adds nothing to what its file says.
fn plain() -> LinkPreset {
    LinkPreset {
        title: "a link".into(),
        up: given(BitsPerSec(0)),
        down: given(BitsPerSec(0)),
        half_duplex: false,
        delay: given(SimTime::ZERO),
        payload: given(Bytes(u64::MAX)),
        header: given(Bytes(0)),
        per_packet: given(SimTime::ZERO),
        transmit: given(Watts(0.0)),
        receive: given(Watts(0.0)),
        upper_transmit: None,
        upper_receive: None,
        boundary: Boundary::Radio,
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::made_up::TEXT;
    use crate::scenario::tests::world;
    use crate::sim::Sharing;

    #[test]
    fn each_direction_can_be_shared_in_its_own_way() {
        let with = |lines: &str| world(&TEXT.replace("sharing = \"fair\"\n", lines), 0).links.remove(0);
        let link = with("sharing = \"fair\"\nhalf-duplex = false\nsharing-down = \"fifo\"\n");
        assert_eq!((link.sharing, link.sharing_down), (Sharing::Fair, Some(Sharing::Fifo)));
        let link = with("sharing = \"fifo\"\nhalf-duplex = false\n");
        assert_eq!((link.sharing, link.sharing_down), (Sharing::Fifo, None));
    }
}
