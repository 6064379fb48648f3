//! `over_time`: who waits, what is busy, how many servers there are and what all draws, by policy, at the middle point.

use super::{Drawing, at_point, looks, over};
use crate::report::{
    data::{
        Study,
        over_time::{BUSY, CAPACITY, Course, POWER, TIME, WAITING},
    },
    draw::{Axis, Canvas, Frame, Legend, Panel, Point, Scale, series, unit::Display},
    theme::{Look, MM, TWO_COLUMNS},
};

const ROW: f64 = 48.0 * MM;

/// A panel's curves: a policy's look, and its values over time.
struct Shown {
    title: String,
    unit: &'static str,
    curves: Vec<(Look, Vec<(f64, f64)>)>,
}

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    let point = study.middle()?;
    let own: Vec<&Course> = study.courses.iter().filter(|course| course.point == point.index).collect();
    let shown: Vec<Shown> = [waiting(study, &own), busy(study, &own), servers(study, &own), power(study, &own)]
        .into_iter()
        .flatten()
        .collect();
    if own.is_empty() || shown.is_empty() {
        return None;
    }
    let name = point.name();
    Some(Drawing {
        canvas: canvas(study, &shown),
        title: format!("Queues, servers and power over time{}", at_point(&name)),
        caption: format!(
            "Means of periods over time{}, from the empty beginning: requests that wait where most do, how busy the \
             busiest part is, servers where they change, and the power of all nodes. {}",
            at_point(&name),
            over(study),
        ),
    })
}

/// The part of which a figure is largest in the mean, if it is above zero.
fn most<'a>(own: &[&'a Course], of: impl Fn(&[f64; 5]) -> f64) -> Option<&'a str> {
    let mean = |course: &&&Course| course.moments.iter().map(&of).sum::<f64>() / course.moments.len().max(1) as f64;
    let known = own.iter().filter(|course| mean(course) > 0.0);
    known
        .reduce(|most, course| if mean(&course) > mean(&most) { course } else { most })
        .map(|course| course.part.as_str())
}

fn of_part(study: &Study, own: &[&Course], part: &str, of: impl Fn(&[f64; 5]) -> f64) -> Vec<(Look, Vec<(f64, f64)>)> {
    let curve = |(name, look): (&str, Look)| {
        let course = own.iter().find(|course| course.policy == name && course.part == part)?;
        Some((look, course.moments.iter().map(|m| (m[TIME], of(m))).collect()))
    };
    looks(study).into_iter().filter_map(curve).collect()
}

fn waiting(study: &Study, own: &[&Course]) -> Option<Shown> {
    let part = most(own, |m| m[WAITING])?;
    let curves = of_part(study, own, part, |m| m[WAITING]);
    Some(Shown { title: format!("Requests waiting at {}", part.replace('_', " ")), unit: "", curves })
}

fn busy(study: &Study, own: &[&Course]) -> Option<Shown> {
    let share = |m: &[f64; 5]| if m[CAPACITY] > 0.0 { m[BUSY] / m[CAPACITY] } else { 0.0 };
    let part = most(own, share)?;
    Some(Shown {
        title: format!("Utilisation of {}", part.replace('_', " ")),
        unit: "1",
        curves: of_part(study, own, part, share),
    })
}

fn servers(study: &Study, own: &[&Course]) -> Option<Shown> {
    let changes =
        |course: &&&Course| course.moments.iter().any(|m| (m[CAPACITY] - course.moments[0][CAPACITY]).abs() > 1e-9);
    let part = own.iter().find(changes)?.part.as_str();
    let curves = of_part(study, own, part, |m| m[CAPACITY]);
    Some(Shown { title: format!("Servers of {}", part.replace('_', " ")), unit: "", curves })
}

fn power(study: &Study, own: &[&Course]) -> Option<Shown> {
    let sum = |(name, look): (&str, Look)| {
        let parts: Vec<&&Course> =
            own.iter().filter(|c| c.policy == name && c.moments.iter().all(|m| m[POWER].is_finite())).collect();
        let at = |(i, m): (usize, &[f64; 5])| (m[TIME], parts.iter().map(|part| part.moments[i][POWER]).sum());
        Some((look, parts.first()?.moments.iter().enumerate().map(at).collect()))
    };
    let curves: Vec<(Look, Vec<(f64, f64)>)> = looks(study).into_iter().filter_map(sum).collect();
    (!curves.is_empty()).then(|| Shown { title: "Power of all nodes".into(), unit: "W", curves })
}

fn canvas(study: &Study, shown: &[Shown]) -> Canvas {
    let entries = looks(study).into_iter().map(|(name, look)| (name.to_owned(), look)).collect();
    let legend = Legend::new(entries, TWO_COLUMNS - 4.0, true);
    let rows = shown.len().div_ceil(2);
    let height = rows as f64 * ROW;
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 8.0);
    let outer = Frame { left: 2.0, top: 2.0, right: TWO_COLUMNS - 2.0, bottom: height };
    shown.iter().zip(outer.grid(2, rows, 10.0)).for_each(|(shown, cell)| draw_panel(&mut canvas, shown, cell));
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 5.0);
    canvas
}

fn draw_panel(canvas: &mut Canvas, shown: &Shown, cell: Frame) {
    let all = || shown.curves.iter().flat_map(|(_, curve)| curve.iter().copied());
    let largest = all().map(|(_, value)| value).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let display = Display::of(shown.unit, largest);
    let last = all().map(|(time, _)| time).fold(0.0, f64::max);
    let time = Scale { log: false, low: 0.0, high: last.max(1e-9) };
    let y = Axis::new(Scale::from_zero(all().map(|(_, v)| v * display.factor)), 5, "");
    let panel =
        Panel::inside(cell, 0.0, &format!("{}{}", shown.title, display.suffix()), Axis::new(time, 5, "Time (s)"), y);
    panel.draw(canvas);
    let at = |(time, value): &(f64, f64)| panel.at(*time, value * display.factor);
    for (look, curve) in &shown.curves {
        let points: Vec<Option<Point>> = curve.iter().map(at).collect();
        for stretch in points.split(Option::is_none) {
            series::curve(canvas, stretch.iter().flatten().copied().collect(), look);
        }
    }
}
