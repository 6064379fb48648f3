//! `gains`: by class, how many more of its images a variant takes for it, and for its superclass, than the variant that it
//! is compared with.

use super::data::{Gain, Lab};
use crate::report::draw::{Align, Axis, Canvas, Frame, Legend, Panel, Scale, Stroke, Text, series, text};
use crate::report::figure::Drawing;
use crate::report::theme::{self, AXIS, HAIR, INK, Look, MM, SMALL, TWO_COLUMNS};

const HEIGHT: f64 = 46.0 * MM;
/// Room for the names of classes.
const NAMES: f64 = 17.0 * MM;
/// Comparisons at most.
const MOST: usize = 8;
/// Width of a bar, in classes.
const BAR: f64 = 0.36;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown = comparisons(&lab.gains);
    if shown.is_empty() {
        return None;
    }
    let rest = shown.len().saturating_sub(MOST);
    let rest = if rest > 0 { format!(" {rest} more comparisons are not shown.") } else { String::new() };
    let caption = format!(
        "Recall of each class on the test images, less that of the variant compared with, in points: the mean over seeds \
         with its 95 % interval (paired t), where there are several. Where one side says nothing of classes, only the recall \
         of the class's superclass is compared.{rest}"
    );
    Some(Drawing { canvas: canvas(&shown[..shown.len().min(MOST)]), title: "Gains by class".into(), caption })
}

/// Gains of one variant over another, by one partition.
fn comparisons(all: &[Gain]) -> Vec<Vec<&Gain>> {
    let key = |g: &Gain| (g.variant.clone(), g.control.clone(), g.partition.clone());
    let mut found: Vec<Vec<&Gain>> = Vec::new();
    for gain in all {
        match found.iter_mut().find(|group| key(group[0]) == key(gain)) {
            Some(group) => group.push(gain),
            None => found.push(vec![gain]),
        }
    }
    for group in &mut found {
        let order: Vec<String> = group.iter().map(|g| g.superclass.clone()).collect();
        group.sort_by_key(|g| order.iter().position(|name| *name == g.superclass));
    }
    found
}

/// How bars look: of the class, of its superclass.
fn bars() -> [Look; 2] {
    [1, 4].map(|at| Look { marker: theme::look(1).marker, ..theme::look(at) })
}

fn canvas(shown: &[Vec<&Gain>]) -> Canvas {
    let names = ["class", "superclass"].map(String::from);
    let legend = Legend::new(names.into_iter().zip(bars()).collect(), TWO_COLUMNS - 4.0, false);
    let height = shown.len() as f64 * (HEIGHT + NAMES);
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 6.0);
    for (i, group) in shown.iter().enumerate() {
        let top = 2.0 + i as f64 * (HEIGHT + NAMES);
        one(&mut canvas, Frame::sized(2.0, top, TWO_COLUMNS - 4.0, HEIGHT), group);
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 3.0);
    canvas
}

fn one(canvas: &mut Canvas, outer: Frame, group: &[&Gain]) {
    let panel = panel(outer, group);
    panel.draw(canvas);
    let zero = panel.up(0.0);
    canvas.line(vec![(panel.frame.left, zero), (panel.frame.right, zero)], Stroke::solid(AXIS, HAIR));
    for (i, gain) in group.iter().enumerate() {
        let both = [gain.class, gain.superclass_gain];
        let there: Vec<usize> = (0..2).filter(|k| both[*k][0].is_finite()).collect();
        let left = i as f64 + 0.5 - BAR * there.len() as f64 / 2.0;
        for (place, k) in there.into_iter().enumerate() {
            bar(canvas, &panel, left + BAR * place as f64, both[k], &bars()[k]);
        }
        let at = (panel.across(i as f64 + 0.5) + 0.34 * SMALL, panel.frame.bottom + 4.0);
        canvas.text(Text::new(at, text::short(&gain.name, SMALL, NAMES - 8.0)).align(Align::Right).upright());
    }
    superclasses(canvas, &panel, group);
}

fn panel(outer: Frame, group: &[&Gain]) -> Panel {
    let ends = group.iter().flat_map(|g| [g.class, g.superclass_gain]).flatten().filter(|v| v.is_finite());
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(l, h), v| (l.min(100.0 * v), h.max(100.0 * v)));
    let high = if high > low { high } else { low + 1.0 };
    // Above the bars the superclasses' names stand.
    let (below, above) = (0.08 * (high - low), 0.18 * (high - low));
    let y = Axis::new(Scale { log: false, low: low - below, high: high + above }, 5, "Gain (points)");
    let across = Scale { log: false, low: 0.0, high: group.len() as f64 };
    let x = Axis { scale: across, ticks: Vec::new(), title: String::new() };
    let Gain { variant, control, partition, .. } = group[0];
    let by = if partition.is_empty() { String::new() } else { format!(", {partition}") };
    Panel::inside(outer, 0.0, &format!("{variant} over {control}{by}"), x, y)
}

fn bar(canvas: &mut Canvas, panel: &Panel, left: f64, [mean, low, high]: [f64; 3], look: &Look) {
    let (from, to) = (panel.across(left + 0.03), panel.across(left + BAR - 0.03));
    let (zero, top) = (panel.up(0.0), panel.up(100.0 * mean));
    canvas.area(vec![(from, zero), (to, zero), (to, top), (from, top)], look.colour.into());
    if low.is_finite() && high.is_finite() {
        let middle = (from + to) / 2.0;
        let ink = Look { colour: INK, ..*look };
        series::interval(canvas, (middle, panel.up(100.0 * low)), (middle, panel.up(100.0 * high)), &ink);
    }
}

/// A line between superclasses, and their names.
fn superclasses(canvas: &mut Canvas, panel: &Panel, group: &[&Gain]) {
    let mut from = 0;
    for to in 1..=group.len() {
        if to < group.len() && group[to].superclass == group[from].superclass {
            continue;
        }
        let (left, right) = (panel.across(from as f64), panel.across(to as f64));
        let name = text::short(&group[from].superclass, SMALL, right - left - 4.0);
        canvas.text(Text::new(((left + right) / 2.0, panel.frame.top + SMALL), name).align(Align::Middle));
        if to < group.len() {
            canvas.line(vec![(right, panel.frame.top), (right, panel.frame.bottom)], Stroke::solid(AXIS, HAIR));
        }
        from = to;
    }
}
