//! Which units go.

use super::remove::remaining;
use super::{Budget, ChannelPruning, Group, Ranking, Unit, groups};
use crate::lab::architecture::{Architecture, counts};
use crate::problem::Problem;

/// The units that go, so that `due` of the original is gone.
pub fn gone<'a>(
    settings: &ChannelPruning,
    architecture: &Architecture,
    now: &'a [Group],
    scores: &[Vec<f64>],
    original: &Architecture,
    due: f64,
) -> Result<Vec<&'a Unit>, Problem> {
    let before = groups(original)?;
    let order: Vec<&Unit> = allowed(settings, &before, now, ordered(settings.ranking, scores));
    let count = match settings.of {
        Budget::Channels => channels_due(&before, now, due),
        Budget::Macs => macs_due(architecture, &order, (1.0 - due) * macs(original)? as f64)?,
    };
    if count > order.len() {
        let what = format!("`floor` {} lets {} channels go, too few for `share` {due}", settings.floor, order.len());
        return Err(Problem::new(what).remedy("lower `floor` or `share`"));
    }
    Ok(order[..count].to_vec())
}

/// All units as (group, unit), those that go first in front.
fn ordered(ranking: Ranking, scores: &[Vec<f64>]) -> Vec<(usize, usize)> {
    let mut all: Vec<(f64, usize, usize)> = Vec::new();
    for (g, scores) in scores.iter().enumerate() {
        let mut units: Vec<usize> = (0..scores.len()).collect();
        units.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        let key = |(place, unit)| match ranking {
            Ranking::Uniform => ((place + 1) as f64 / scores.len() as f64, g, unit),
            Ranking::Global => (scores[unit], g, unit),
        };
        all.extend(units.into_iter().enumerate().map(key));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    all.into_iter().map(|(_, group, unit)| (group, unit)).collect()
}

/// Leaves out what the floor keeps: `floor` of the original's units of each group, and at least one.
fn allowed<'a>(
    settings: &ChannelPruning,
    before: &[Group],
    now: &'a [Group],
    order: Vec<(usize, usize)>,
) -> Vec<&'a Unit> {
    let kept = |group: &Group| ((settings.floor * group.units.len() as f64).ceil() as usize).max(1);
    let origin = |group: &Group| before.iter().find(|b| b.tensors.contains(&group.tensors[0]));
    let left = now.iter().map(|group| group.units.len().saturating_sub(origin(group).map_or(1, kept)));
    let mut left: Vec<usize> = left.collect();
    let mut may = |group: usize| {
        let may = left[group] > 0;
        left[group] = left[group].saturating_sub(1);
        may
    };
    order.into_iter().filter(|&(group, _)| may(group)).map(|(group, unit)| &now[group].units[unit]).collect()
}

fn channels_due(before: &[Group], now: &[Group], due: f64) -> usize {
    // A depthwise convolution with one channel left ties nothing: a group can have come apart, into units of one.
    let has = |group: &Group| now.iter().find(|n| n.tensors[0] == group.tensors[0]).map_or(0, |n| n.units.len());
    let left: usize = before.iter().map(has).sum();
    let all: usize = before.iter().map(|g| g.units.len()).sum();
    ((due * all as f64).round() as usize).saturating_sub(all - left)
}

/// How many of the first units have to go until at most `most` multiply-accumulates are left.
fn macs_due(architecture: &Architecture, order: &[&Unit], most: f64) -> Result<usize, Problem> {
    let (mut low, mut high) = (0, order.len() + 1);
    while low < high {
        let middle = usize::midpoint(low, high);
        let enough = middle > order.len() || macs(&remaining(architecture, &order[..middle])?)? as f64 <= most;
        if enough { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

fn macs(architecture: &Architecture) -> Result<u64, Problem> {
    Ok(counts(architecture)?.iter().map(|c| c.macs).sum())
}
