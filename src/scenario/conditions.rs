//! How links depart from wires of steady rate.

use super::both::{BothWays, Each};
use super::library::{Library, Loader};
use super::link::Link;
use super::meaning::Meaning;
use crate::problem::Problem;
use crate::sim::{Conditions, Jitter, LogNormal, Outages, Quality, Rate, Sharing, Transport};
use crate::units::BitsPerSec;
use std::path::PathBuf;

impl Link {
    /// What this file alone can say of them.
    pub(super) fn check_conditions(&self, name: &str, meaning: &mut Meaning<'_>) {
        if self.trace.is_some() && self.rate.is_some() {
            let problem = Problem::new(format!("`{name}` has both a rate and a trace"));
            meaning.tell_key(&["links", name, "trace"], problem.remedy("leave one of them out"));
        }
        if self.trace.is_some() && self.per_packet.is_some() {
            let problem = Problem::new(format!("`{name}` has both a trace and a time for each packet"));
            let remedy = "leave `per-packet` out: a trace says what gets through";
            meaning.tell_key(&["links", name, "per-packet"], problem.remedy(remedy));
        }
        if self.trace.is_some() && self.sharing == Sharing::Throughput {
            let problem = Problem::new(format!("`{name}` shares equal throughput, and has a trace"));
            let remedy = "share it otherwise, or give `rate` in place of `trace`";
            meaning.tell(&["links", name, "sharing"], problem.remedy(remedy));
        }
        let adjusts = |sharing: Sharing| matches!(sharing, Sharing::Fifo | Sharing::Fair);
        if self.adjustable && !(adjusts(self.sharing) && self.sharing_down.is_none_or(adjusts)) {
            let problem = Problem::new(format!("`{name}` is adjustable, and not shared in a way that can be adjusted"));
            let remedy = "share it `fifo` or `fair`, or leave `adjustable` out";
            meaning.tell_key(&["links", name, "adjustable"], problem.remedy(remedy));
        }
        if self.scatter && self.trace.is_none() {
            let problem = Problem::new(format!("`{name}` has no trace to scatter"));
            meaning.tell_key(&["links", name, "scatter"], problem.remedy("leave it out, or add a `trace`"));
        }
        for (key, loss) in self.loss.iter().flat_map(|both| [("up", both.up), ("down", both.down)]) {
            if !(0.0..1.0).contains(&loss) {
                let problem = Problem::new(format!("a probability of loss ({key}) that is not at least 0 and below 1"));
                meaning.tell(&["links", name, "loss"], problem.received(loss).remedy("write such as 0.01"));
                break;
            }
        }
        if let Jitter::LogNormal(LogNormal { sigma, .. }) = self.jitter
            && !(0.0..10.0).contains(&sigma)
        {
            let problem = Problem::new("a standard deviation that is not at least 0 and below 10").received(sigma);
            meaning.tell(&["links", name, "jitter", "log-normal", "sigma"], problem.remedy("write such as 0.5"));
        }
        if let Some(what) = self.outages.as_ref().and_then(Outages::wrong) {
            let remedy = "list outages in order, with time between them; let periodic ones last less than a period";
            meaning.tell_key(&["links", name, "outages"], Problem::new(what).remedy(remedy));
        }
    }

    /// Whether nothing about it varies, gets lost or must be waited for, but its delay.
    pub(super) fn is_plain(&self) -> bool {
        let one = |rates: &BothWays<Each<BitsPerSec>>| rates.up.0.len() < 2 && rates.down.0.len() < 2;
        let steady = self.trace.is_none() && self.outages.is_none() && self.rate.as_ref().is_none_or(one);
        let sure = self.loss.is_none() && self.jitter == Jitter::None && self.transport == Transport::default();
        steady && sure && !self.adjustable && !matches!(self.sharing, Sharing::Throughput | Sharing::Flows)
    }

    fn traces(&self) -> impl Iterator<Item = &PathBuf> {
        self.trace.iter().flat_map(|both| both.up.0.iter().chain(&both.down.0))
    }

    /// Loads its traces.
    pub(super) fn load(&self, name: &str, library: &mut Library, loader: &dyn Loader, meaning: &mut Meaning<'_>) {
        for file in self.traces() {
            if let Err(mut problems) = library.load_trace(file, loader) {
                let advice = "name a file of `seconds,Mbit/s` (.csv) or of Mahimahi's format";
                problems.0.iter_mut().for_each(|p| p.remedy = p.remedy.take().or(Some(advice.into())));
                meaning.tell_all(&["links", name, "trace"], problems);
            }
        }
    }

    /// What the world knows of them.
    pub(super) fn conditions(&self, library: &Library) -> Conditions {
        let trace = |files: &Each<PathBuf>| {
            let loaded = files.0.iter().filter_map(|file| library.trace(file));
            loaded.map(|trace| Rate::Trace(trace.clone())).collect()
        };
        let (up, down) = match (&self.trace, &self.rate) {
            (Some(both), _) => (trace(&both.up), trace(&both.down)),
            (None, Some(both)) => (own(&both.up), own(&both.down)),
            (None, None) => (Vec::new(), Vec::new()),
        };
        Conditions {
            up: Quality { rates: up, loss: self.loss.map_or(0.0, |l| l.up), jitter: self.jitter },
            down: Quality { rates: down, loss: self.loss.map_or(0.0, |l| l.down), jitter: self.jitter },
            outages: self.outages.clone(),
            scatter: self.scatter,
            transport: self.transport,
            adjustable: self.adjustable,
        }
    }
}

/// Rates that differ between nodes.
fn own(rates: &Each<BitsPerSec>) -> Vec<Rate> {
    if rates.0.len() > 1 { rates.0.iter().map(|rate| Rate::Steady(*rate)).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::problem::Problems;
    use crate::scenario::made_up::{MadeUp, TEXT, check};
    use crate::sim::{Conditions, Jitter, LogNormal, Outage, Outages, Rate, Sharing, Transport, World};
    use crate::units::{BitsPerSec, SimTime};

    const PRESET: &str = "preset = \"ieee-802.15.4\"\n";

    /// The world of the made-up scenario with these lines for its link, in place of the preset.
    fn world(lines: &str) -> Result<World, Problems> {
        assert_eq!(TEXT.matches(PRESET).count(), 1);
        let (scenario, library) = check(&TEXT.replace(PRESET, lines), &MadeUp::new())?;
        scenario.world(&scenario.points()[0], &library)
    }

    fn conditions(lines: &str) -> Conditions {
        let conditions = world(lines).unwrap_or_else(|p| panic!("{p}")).links[0].conditions.clone();
        conditions.map_or_else(Conditions::default, |c| *c)
    }

    fn ms(ms: u64) -> SimTime {
        SimTime::from_ns(ms * 1_000_000)
    }

    #[test]
    fn a_link_of_one_rate_has_none() {
        assert!(world("rate = \"1 Mbit/s\"\n").unwrap().links[0].conditions.is_none());
        assert!(world("rate = [\"1 Mbit/s\"]\n").unwrap().links[0].conditions.is_none());
        assert!(world(PRESET).unwrap().links[0].conditions.is_none());
    }

    #[test]
    fn nodes_have_their_rates() {
        let world = world("rate = { up = [\"54 Mbit/s\", \"6 Mbit/s\"], down = \"54 Mbit/s\" }\n").unwrap();
        let conditions = world.links[0].conditions.as_ref().unwrap();
        assert_eq!(conditions.up.rates, [54, 6].map(|mbit| Rate::Steady(BitsPerSec(mbit * 1_000_000))));
        assert!(conditions.down.rates.is_empty());
        assert_eq!(world.links[0].up.rate, BitsPerSec(54_000_000));
    }

    #[test]
    fn rates_follow_traces() {
        let found = conditions(
            "trace = { up = [\"traces/train.csv\", \"traces/wifi.up\"], down = \"traces/train.csv\" }\nscatter = true\n",
        );
        let periods = |rates: &[Rate]| -> Vec<SimTime> {
            let period = |r: &Rate| if let Rate::Trace(trace) = r { trace.period() } else { SimTime::ZERO };
            rates.iter().map(period).collect()
        };
        assert_eq!((periods(&found.up.rates), periods(&found.down.rates)), (vec![ms(4000), ms(4)], vec![ms(4000)]));
        assert!(found.scatter);
        let link = world("trace = \"traces/wifi.up\"\n").unwrap().links.remove(0);
        assert_eq!((link.up.rate, link.down.rate), (BitsPerSec(9_000_000), BitsPerSec(9_000_000)));
    }

    #[test]
    fn links_are_out() {
        let list = "outages = { scheduled = [{ from = \"1 s\", lasts = \"20 ms\" }] }\n";
        let wanted = Outages::Scheduled(vec![Outage { from: ms(1000), lasts: ms(20) }]);
        assert_eq!(conditions(&format!("{PRESET}{list}")).outages, Some(wanted));
        let periodic = "outages = { periodic = { every = \"10 s\", lasts = \"1 s\" } }\n";
        assert!(
            matches!(conditions(&format!("{PRESET}{periodic}")).outages, Some(Outages::Periodic(p)) if p.from == ms(0))
        );
    }

    #[test]
    fn packets_get_lost_and_transfers_are_late() {
        let found = conditions(&format!(
            "{PRESET}loss = 0.25\njitter = {{ exponential = \"2 ms\" }}\ntransport = \"cold-tls\"\n"
        ));
        assert_eq!((found.up.loss, found.down.loss), (0.25, 0.25));
        assert_eq!((found.up.jitter, found.transport), (Jitter::Exponential(ms(2)), Transport::ColdTls));
        let found = conditions(&format!("{PRESET}loss = {{ up = 0, down = 0.5 }}\n"));
        assert_eq!((found.up.loss, found.down.loss), (0.0, 0.5));
        let jitter = conditions(&format!("{PRESET}jitter = {{ log-normal = {{ median = \"2 ms\", sigma = 0.5 }} }}\n"))
            .down
            .jitter;
        assert_eq!(jitter, Jitter::LogNormal(LogNormal { median: ms(2), sigma: 0.5 }));
    }

    #[test]
    fn equal_throughput_needs_steady_rates() {
        let shared = TEXT.replace("sharing = \"fair\"", "sharing = \"throughput\"");
        let (scenario, library) = check(&shared, &MadeUp::new()).unwrap();
        let link = scenario.world(&scenario.points()[0], &library).unwrap().links.remove(0);
        assert_eq!((link.sharing, link.conditions), (Sharing::Throughput, None));
        let adjusted = shared.replace(PRESET, "rate = \"1 Mbit/s\"\nadjustable = true\n");
        let told = check(&adjusted, &MadeUp::new()).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(":35:1: `radio` is adjustable, and not shared in a way that can be adjusted"), "{told}");
        let traced = shared.replace(PRESET, "trace = \"traces/train.csv\"\n");
        let told = check(&traced, &MadeUp::new()).map(|_| ()).unwrap_err().to_string();
        assert!(
            told.contains(":36:11: `radio` shares equal throughput, and has a trace; share it otherwise"),
            "{told}"
        );
    }

    #[test]
    fn mistakes_are_told_with_place_and_remedy() {
        for (lines, wanted) in [
            ("trace = \"traces/broken.csv\"\n", "traces/broken.csv:3:1: a time that is not later than the one before"),
            ("trace = \"traces/none.csv\"\n", "made-up.toml:34:9: traces/none.csv: cannot read the trace"),
            ("trace = []\n", "made-up.toml:34:9: a list of the wrong length"),
            ("trace = 5\n", "made-up.toml:34:9: a value of the wrong kind"),
            (
                "trace = \"traces/train.csv\"\nrate = \"1 Mbit/s\"\n",
                "made-up.toml:34:1: `radio` has both a rate and a trace",
            ),
            (
                "trace = \"traces/train.csv\"\nper-packet = \"1 us\"\n",
                "made-up.toml:35:1: `radio` has both a trace and a time",
            ),
            ("rate = [\"1 Mbit/s\", \"0 bit/s\"]\n", "made-up.toml:34:8: `rate` must be above zero"),
            ("rate = [\"1 Mbit/s\", \"2 parsec\"]\n", "made-up.toml:34:21: not a quantity"),
            ("rate = \"1 Mbit/s\"\nscatter = true\n", "made-up.toml:35:1: `radio` has no trace to scatter"),
            (
                "rate = \"1 Mbit/s\"\noutages = { periodic = { every = \"1 s\", lasts = \"1 s\" } }\n",
                "made-up.toml:35:1: outages without a time",
            ),
            (
                "rate = \"1 Mbit/s\"\noutages = { scheduled = [{ from = \"-1 s\", lasts = \"1 s\" }] }\n",
                "made-up.toml:35:35: not a quantity: negative",
            ),
            ("rate = \"1 Mbit/s\"\nloss = 1\n", "made-up.toml:35:8: a probability of loss (up) that is not"),
            ("rate = \"1 Mbit/s\"\nloss = -0.5\n", "made-up.toml:35:8: a probability of loss (up) that is not"),
            ("rate = \"1 Mbit/s\"\nloss = \"2 ms\"\n", "made-up.toml:35:8: a value of the wrong kind"),
            (
                "rate = \"1 Mbit/s\"\njitter = { log-normal = { median = \"2 ms\", sigma = 99 } }\n",
                "made-up.toml:35:52: a standard deviation",
            ),
            ("rate = \"1 Mbit/s\"\ntransport = \"pigeon\"\n", "made-up.toml:35:13: unknown `transport`"),
            ("rate = \"1 Mbit/s\"\noutages = { sometimes = 3 }\n", "made-up.toml:35:13: unknown `outages`"),
        ] {
            let told = world(lines).map(|_| ()).expect_err(lines).to_string();
            assert!(told.contains(wanted), "{lines}: {told}");
            assert!(told.contains("; "), "no remedy: {told}");
        }
    }
}
