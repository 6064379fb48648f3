//! Links that are shared as flows: what they cannot have.

use super::link::Link;
use super::meaning::Meaning;
use crate::problem::Problem;
use crate::sim::{Cell, FASTEST_FLOW, Sharing};
use crate::units::BitsPerSec;

impl Link {
    /// What this file alone can say of them; `rates` are those of the link up and down, `half` whether it is half duplex.
    pub(super) fn check_flows(&self, name: &str, rates: [&[BitsPerSec]; 2], half: bool, meaning: &mut Meaning<'_>) {
        if self.sharing != Sharing::Flows {
            return;
        }
        for (key, there) in [("trace", self.trace.is_some()), ("outages", self.outages.is_some())] {
            if there {
                let problem = Problem::new(format!("`{name}` is shared as flows, and has {key}"));
                let remedy = "share it `fair`, or leave it out: flows cross links of steady rate";
                meaning.tell_key(&["links", name, key], problem.remedy(remedy));
            }
        }
        if let Some((what, remedy)) = self.unfit(rates, half) {
            let problem = Problem::new(format!("`{name}` is shared as flows, and {what}"));
            meaning.tell(&["links", name, "sharing"], problem.remedy(remedy));
        }
    }

    fn unfit(&self, [up, down]: [&[BitsPerSec]; 2], half: bool) -> Option<(&'static str, &'static str)> {
        if self.cell == Cell::Shared && up.len().max(down.len()) > 1 {
            return Some(("nodes of one cell have rates of their own", "share it `fair`, or give all one rate"));
        }
        let differ = |i: usize| up[i % up.len()] != down[i % down.len()];
        if half && (0..up.len() * down.len()).any(differ) {
            return Some(("half duplex with two rates", "give both ways one rate, or set `half-duplex = false`"));
        }
        let fast = up.iter().chain(down).any(|rate| *rate > FASTEST_FLOW);
        fast.then_some(("faster than 281474 Gbit/s", "share it `fixed`"))
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::made_up::{MadeUp, TEXT, check};
    use crate::sim::Sharing;

    const PRESET: &str = "preset = \"ieee-802.15.4\"\n";

    /// The made-up scenario whose link is shared as flows, with these lines in place of its preset.
    fn text(lines: &str) -> String {
        TEXT.replace("sharing = \"fair\"", "sharing = \"flows\"").replace(PRESET, lines)
    }

    #[test]
    fn flows_cross_plain_links() {
        for lines in [PRESET, "rate = { up = \"1 Mbit/s\", down = \"2 Mbit/s\" }\nloss = 0.1\n"] {
            let (scenario, library) = check(&text(lines), &MadeUp::new()).unwrap_or_else(|p| panic!("{p}"));
            let link = scenario.world(&scenario.points()[0], &library).unwrap().links.remove(0);
            assert_eq!(link.sharing, Sharing::Flows);
        }
    }

    #[test]
    fn what_flows_cannot_cross_is_told_with_place_and_remedy() {
        for (lines, wanted) in [
            ("trace = \"traces/train.csv\"\n", ":34:1: `radio` is shared as flows, and has trace"),
            (
                "rate = \"1 Mbit/s\"\noutages = { periodic = { every = \"10 s\", lasts = \"1 s\" } }\n",
                ":35:1: `radio` is shared as flows, and has outages",
            ),
            (
                "rate = [\"1 Mbit/s\", \"2 Mbit/s\"]\n",
                ":36:11: `radio` is shared as flows, and nodes of one cell have rates of their own",
            ),
            (
                "rate = { up = \"1 Mbit/s\", down = \"2 Mbit/s\" }\nhalf-duplex = true\n",
                ":37:11: `radio` is shared as flows, and half duplex with two rates",
            ),
            ("rate = \"300000 Gbit/s\"\n", ":36:11: `radio` is shared as flows, and faster than 281474 Gbit/s"),
            ("rate = \"1 Mbit/s\"\nsharing-down = \"fair\"\n", ":35:1: `radio` cannot share its directions unlike"),
            ("rate = \"1 Mbit/s\"\nadjustable = true\n", ":35:1: `radio` is adjustable, and not shared in a way"),
        ] {
            let told = check(&text(lines), &MadeUp::new()).map(|_| ()).expect_err(lines).to_string();
            assert!(told.contains(wanted), "{lines}: {told}");
            assert!(told.contains("; "), "no remedy: {told}");
        }
    }
}
