//! `accuracy_cost`: models by accuracy and by what they cost, with their names and the front; for the lab.

use super::{Drawing, front::front};
use crate::report::{
    draw::{
        Axis, Canvas, Frame, Legend, Panel, Point, Scale,
        label::{self, Label},
        series,
        unit::Display,
    },
    theme::{self, INK, Look, MM, ONE_COLUMN},
};

/// A model to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its family: models of one family look alike.
    pub family: String,
    /// What it costs, in the cost's base unit.
    pub cost: f64,
    /// Its accuracy, 0 to 1.
    pub accuracy: f64,
    /// Ends of the accuracy's 95 % interval over images; NaN if not known.
    pub interval: (f64, f64),
}

/// Draws models by a cost, such as `Multiply-adds` in `MAC` or `Shipped file` in `B`; nothing if none has both values.
pub fn draw(models: &[Model], cost: &str, unit: &str) -> Option<Drawing> {
    let known: Vec<&Model> = models.iter().filter(|m| m.cost.is_finite() && m.accuracy.is_finite()).collect();
    if known.is_empty() {
        return None;
    }
    Some(Drawing {
        canvas: canvas(&known, cost, unit),
        title: format!("Accuracy by {}", cost.to_lowercase()),
        caption: format!(
            "Test accuracy of {} models by {}. Full markers: no other model is as accurate for less (the Pareto front, \
             grey). Bars: 95 % intervals over images; of a variant with several seeds, over these.",
            known.len(),
            cost.to_lowercase(),
        ),
    })
}

/// The panel's height.
const HEIGHT: f64 = 64.0 * MM;

fn canvas(models: &[&Model], cost: &str, unit: &str) -> Canvas {
    let families = families(models);
    let entries = families.iter().enumerate().map(|(i, f)| ((*f).to_owned(), theme::look(i))).collect();
    let legend = Legend::new(entries, ONE_COLUMN - 4.0, false);
    let room = if families.len() > 1 { legend.height() + 6.0 } else { 0.0 };
    let mut canvas = Canvas::new(ONE_COLUMN, HEIGHT + room);
    let display = display(models, unit);
    let panel = panel(models, format!("{cost}{}", display.suffix()), display.factor);
    panel.draw(&mut canvas);
    fill(&mut canvas, &panel, models, display.factor);
    if room > 0.0 {
        legend.draw(&mut canvas, (ONE_COLUMN - legend.width()) / 2.0, HEIGHT + 3.0);
    }
    canvas
}

fn display(models: &[&Model], unit: &str) -> Display {
    let scale = Scale::around(models.iter().map(|m| m.cost));
    Display::of(unit, if scale.log { libm::sqrt(scale.low * scale.high) } else { scale.high })
}

fn panel(models: &[&Model], title: String, factor: f64) -> Panel {
    let x = Axis::new(Scale::around(models.iter().map(|m| m.cost * factor)), 5, title);
    let ends = models.iter().flat_map(|m| [m.accuracy, m.interval.0, m.interval.1]);
    let y = Axis::new(Scale::around(ends.map(|v| 100.0 * v)), 6, "Accuracy (%)");
    Panel::inside(Frame::sized(2.0, 2.0, ONE_COLUMN - 4.0, HEIGHT - 2.0), 0.0, "", x, y)
}

/// A model with its look, whether it is on the front, and where it is drawn.
struct Dot<'a> {
    model: &'a Model,
    look: Look,
    best: bool,
    at: Point,
}

fn fill(canvas: &mut Canvas, panel: &Panel, models: &[&Model], factor: f64) {
    let dots = dots(panel, models, factor);
    let mut lines = series::front(canvas, dots.iter().filter(|d| d.best).map(|d| d.at).collect());
    for dot in &dots {
        let bar = interval(panel, dot);
        bar.iter().for_each(|[from, to]| series::interval(canvas, *from, *to, &dot.look));
        lines.extend(bar);
    }
    let name = |d: &Dot| Label { at: d.at, name: d.model.name.clone(), colour: INK };
    label::draw(canvas, &panel.frame, &dots.iter().map(name).collect::<Vec<_>>(), &lines);
    series::markers(canvas, &dots.iter().map(|d| (d.at, d.look, d.best)).collect::<Vec<_>>());
}

fn dots<'a>(panel: &Panel, models: &[&'a Model], factor: f64) -> Vec<Dot<'a>> {
    let best = front(&models.iter().map(|m| [m.cost, -m.accuracy]).collect::<Vec<_>>());
    let families = families(models);
    let look = |m: &Model| theme::look(families.iter().position(|f| *f == m.family).unwrap_or(0));
    let dot = |(model, best): (&&'a Model, bool)| {
        let at = panel.at(model.cost * factor, 100.0 * model.accuracy)?;
        Some(Dot { model, look: look(model), best, at })
    };
    models.iter().zip(best).filter_map(dot).collect()
}

fn interval(panel: &Panel, dot: &Dot) -> Option<[Point; 2]> {
    let (low, high) = dot.model.interval;
    let known = low.is_finite() && high.is_finite();
    known.then(|| [low, high].map(|v| (dot.at.0, panel.up(100.0 * v))))
}

/// Families in the order of their first models.
fn families<'a>(models: &[&'a Model]) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for model in models {
        if !all.contains(&model.family.as_str()) {
            all.push(&model.family);
        }
    }
    all
}
