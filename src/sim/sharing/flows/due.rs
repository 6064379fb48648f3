//! Which channel's first flow is done next.
//!
//! Of each channel a time is known before which its first flow is not done, in a tree of least times; it is worked out
//! exactly only where it comes out least.

/// Nodes below one node of the tree.
const FAN: usize = 8;
/// The time of a channel without flows.
const NONE: u64 = u64::MAX;
/// Times from then on are this, and so is that of a flow without a rate.
const LAST: u64 = u64::MAX - 1;

#[derive(Debug)]
pub(super) struct Due {
    /// Times by channel, then least ones of so many each, up to one of all; the last of a row may be filled up.
    rows: Vec<Vec<[u64; FAN]>>,
    /// By channel: its time is exact.
    exact: Vec<bool>,
    /// Channels of which something has changed, each once.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// What was found last, if nothing has changed since.
    known: Option<Option<(u64, u32)>>,
}

impl Due {
    pub(super) fn new(channels: usize) -> Self {
        let row = |nodes: usize| vec![[NONE; FAN]; nodes.div_ceil(FAN).max(1)];
        let wider = |below: &Vec<[u64; FAN]>| (below.len() > 1).then(|| row(below.len()));
        let rows = std::iter::successors(Some(row(channels)), wider).collect();
        let (exact, is_changed) = (vec![false; channels], vec![false; channels]);
        Self { rows, exact, changed: Vec::new(), is_changed, known: Some(None) }
    }

    /// Something about a channel changes.
    #[inline]
    pub(super) fn changes(&mut self, channel: u32) {
        if !std::mem::replace(&mut self.is_changed[channel as usize], true) {
            self.changed.push(channel);
            self.known = None;
        }
    }

    #[inline]
    pub(super) fn known(&self) -> Option<Option<(u64, u32)>> {
        self.known
    }

    /// When the next flow is done, and which: told for a channel about when (not later than in truth) or that it has none,
    /// when exactly, and who then, as (birth number, slot).
    pub(super) fn find(
        &mut self,
        about: impl Fn(u32) -> Option<u64>,
        exact: impl Fn(u32) -> u64,
        who: impl Fn(u32, u64) -> (u64, u32),
    ) -> Option<(u64, u32)> {
        while let Some(channel) = self.changed.pop() {
            self.is_changed[channel as usize] = false;
            self.exact[channel as usize] = false;
            self.set(channel, about(channel).map_or(NONE, |time| time.min(LAST)));
        }
        let mut found = self.first();
        while let Some((_, channel)) = found.filter(|(_, channel)| !self.exact[*channel as usize]) {
            self.exact[channel as usize] = true;
            self.set(channel, exact(channel).min(LAST));
            found = self.first();
        }
        let found = found.map(|(time, _)| {
            let said = if time == LAST { u64::MAX } else { time };
            let mut least = (u64::MAX, u32::MAX);
            // Not all of the same time are exact.
            self.until((self.rows.len() - 1, 0), time, &mut |channel| {
                if self.exact[channel as usize] || exact(channel).min(LAST) == time {
                    least = least.min(who(channel, said));
                }
            });
            (said, least.1)
        });
        self.known = Some(found);
        found
    }

    /// The least time, and the channel, of several the first.
    #[inline]
    fn first(&self) -> Option<(u64, u32)> {
        let mut at = 0;
        let mut time = NONE;
        for row in self.rows.iter().rev() {
            let nodes = &row[at];
            time = least(nodes);
            at = at * FAN + nodes.iter().position(|node| *node == time).unwrap_or(0);
        }
        (time != NONE).then_some((time, at as u32))
    }

    #[inline]
    fn set(&mut self, channel: u32, time: u64) {
        let (mut at, mut time) = (channel as usize, time);
        for row in &mut self.rows {
            let nodes = &mut row[at / FAN];
            if std::mem::replace(&mut nodes[at % FAN], time) == time {
                return;
            }
            time = least(nodes);
            at /= FAN;
        }
    }

    /// Each channel, of those below some nodes, whose time is no later.
    fn until(&self, (row, at): (usize, usize), time: u64, each: &mut impl FnMut(u32)) {
        for (i, node) in self.rows[row][at].iter().enumerate() {
            if *node <= time {
                let below = at * FAN + i;
                if row == 0 { each(below as u32) } else { self.until((row - 1, below), time, each) }
            }
        }
    }
}

#[inline]
fn least(nodes: &[u64; FAN]) -> u64 {
    let [a, b, c, d, e, f, g, h] = *nodes;
    a.min(b).min(c.min(d)).min(e.min(f).min(g.min(h)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Channels' times change, and are told in eights, rounded down, before they are asked for exactly.
        #[test]
        fn finds_the_least_of_all(
            channels in 1u32..200,
            changes in proptest::collection::vec((0u32..200, proptest::option::of(0u64..90)), 1..300),
        ) {
            let (mut due, mut times) = (Due::new(channels as usize), vec![None; channels as usize]);
            for (channel, time) in changes {
                let channel = channel % channels;
                times[channel as usize] = time.map(|time| if time == 89 { u64::MAX } else { time });
                due.changes(channel);
                let time = |channel: u32| times[channel as usize];
                let about = |channel| time(channel).map(|time| time / 8 * 8);
                let found = due.find(about, |channel| time(channel).unwrap_or(u64::MAX), |channel, _| (0, channel));
                let naive = (0..channels).filter_map(|channel| Some((time(channel)?, channel))).min();
                prop_assert_eq!(found, naive);
                prop_assert_eq!(due.known(), Some(naive));
            }
        }
    }
}
