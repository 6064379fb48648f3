//! The naive twin: at each change all channels are filled from the start, and each flow's rest is worked out anew.

use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub route: Vec<u32>,
    /// In units of 2^-16 bit/s times 1 ns.
    pub left: i128,
    pub rate: u64,
}

#[derive(Debug)]
pub(super) struct Plain {
    /// In units of 2^-16 bit/s.
    pub capacities: Vec<u64>,
    pub flows: BTreeMap<u32, Flow>,
    pub now: u64,
}

/// Rates by progressive filling: the least share first, of equal ones the channel with the lower number.
pub(super) fn fill(capacities: &[u64], flows: &mut BTreeMap<u32, Flow>) {
    let mut rates = BTreeMap::new();
    while rates.len() < flows.len() {
        let share = |channel: u32| {
            let crossings = |f: &Flow| f.route.iter().filter(|c| **c == channel).count() as u64;
            let fixed: u64 = flows.iter().filter_map(|(slot, f)| Some(rates.get(slot)? * crossings(f))).sum();
            let open = flows.iter().filter(|(slot, _)| !rates.contains_key(*slot)).map(|(_, f)| crossings(f)).sum();
            (capacities[channel as usize] - fixed).checked_div(open).map(|share| (share, channel))
        };
        let (share, channel) = (0..capacities.len() as u32).filter_map(share).min().expect("a flow is open");
        for (slot, _) in flows.iter().filter(|(_, f)| f.route.contains(&channel)) {
            rates.entry(*slot).or_insert(share);
        }
    }
    flows.iter_mut().for_each(|(slot, flow)| flow.rate = rates[slot]);
}

impl Plain {
    fn pass(&mut self, now: u64) {
        let elapsed = i128::from(now - self.now);
        self.flows.values_mut().for_each(|f| f.left -= i128::from(f.rate) * elapsed);
        self.now = now;
    }

    pub(super) fn join(&mut self, now: u64, slot: u32, route: Vec<u32>, bits: u64) {
        self.pass(now);
        self.flows.insert(slot, Flow { route, left: i128::from(bits) * super::BIT as i128, rate: 0 });
        fill(&self.capacities, &mut self.flows);
    }

    pub(super) fn next(&self) -> Option<u64> {
        let done = |f: &Flow| self.now + (f.left.max(0) as u128).div_ceil(u128::from(f.rate)) as u64;
        self.flows.values().map(done).min()
    }

    /// Takes out all that are done.
    pub(super) fn leave(&mut self, now: u64) -> Vec<u32> {
        self.pass(now);
        let done: Vec<u32> = self.flows.iter().filter(|(_, f)| f.left <= 0).map(|(slot, _)| *slot).collect();
        self.flows.retain(|_, f| f.left > 0);
        fill(&self.capacities, &mut self.flows);
        done
    }
}
