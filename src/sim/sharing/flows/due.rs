//! Which channel's first flow is done next.
//!
//! Of each channel a time is known before which its first flow is not done, in a tree of least times; it is worked out
//! exactly only where it comes out least.

/// Nodes below one node of the tree.
const FAN: usize = 16;
/// The time of a channel without flows.
const NONE: u64 = u64::MAX;
/// Times from then on are this, and so is that of a flow without a rate.
const LAST: u64 = u64::MAX - 1;

#[derive(Debug)]
pub(super) struct Due {
    /// Times by channel, then least ones of so many each, up to one row of them.
    rows: Vec<Vec<u64>>,
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
        let wider = |row: &Vec<u64>| (row.len() > FAN).then(|| vec![NONE; row.len().div_ceil(FAN)]);
        let rows = std::iter::successors(Some(vec![NONE; channels]), wider).collect();
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
        while let Some(channel) = self.first().filter(|channel| !self.exact[*channel as usize]) {
            self.exact[channel as usize] = true;
            self.set(channel, exact(channel).min(LAST));
        }
        // All that may be done then are exact by now, but for those whose time was found to be the same.
        let found = self.first().map(|channel| {
            let time = self.rows[0][channel as usize];
            let said = if time == LAST { u64::MAX } else { time };
            let mut least = (u64::MAX, u32::MAX);
            self.until(time, |channel| {
                if exact(channel).min(LAST) == time {
                    least = least.min(who(channel, said));
                }
            });
            (said, least.1)
        });
        self.known = Some(found);
        found
    }

    /// The channel with the least time, of several the first.
    fn first(&self) -> Option<u32> {
        let least = |row: &[u64]| (0..row.len()).min_by_key(|i| row[*i]).unwrap_or(0);
        let last = self.rows.len() - 1;
        let mut at = least(&self.rows[last]);
        for row in self.rows[..last].iter().rev() {
            at = at * FAN + least(below(row, at));
        }
        (*self.rows[0].get(at)? != NONE).then_some(at as u32)
    }

    fn set(&mut self, channel: u32, mut time: u64) {
        let mut at = channel as usize;
        let mut before = std::mem::replace(&mut self.rows[0][at], time);
        for row in 1..self.rows.len() {
            at /= FAN;
            let least = self.rows[row][at];
            time = match least {
                _ if time <= least => time,
                _ if before == least => below(&self.rows[row - 1], at).iter().copied().min().unwrap_or(NONE),
                _ => return,
            };
            before = std::mem::replace(&mut self.rows[row][at], time);
            if before == time {
                return;
            }
        }
    }

    /// Each channel whose time is no later.
    fn until(&self, time: u64, mut each: impl FnMut(u32)) {
        let last = self.rows.len() - 1;
        let mut open: Vec<(usize, usize)> = (0..self.rows[last].len()).map(|at| (last, at)).collect();
        while let Some((row, at)) = open.pop() {
            match self.rows[row][at] <= time {
                true if row == 0 => each(at as u32),
                true => open.extend((0..below(&self.rows[row - 1], at).len()).map(|i| (row - 1, at * FAN + i))),
                false => {}
            }
        }
    }
}

/// The nodes of a row below one of the row above.
#[inline]
fn below(row: &[u64], at: usize) -> &[u64] {
    &row[at * FAN..row.len().min(at * FAN + FAN)]
}
