//! `energy`: networks by accuracy and by the energy of an inference, device by device.

use super::data::{Lab, Made};
use super::looks;
use crate::report::draw::{Axis, Canvas, Frame, Legend, Panel, Scale, series};
use crate::report::figure::Drawing;
use crate::report::theme::{Look, MM, TWO_COLUMNS};

const ACROSS: usize = 3;
const HEIGHT: f64 = 46.0 * MM;

pub fn draw(lab: &Lab) -> Option<Drawing> {
    let shown: Vec<(&Made, Look)> = looks(lab).into_iter().filter(|(m, _)| !m.energy.is_empty()).collect();
    let mut devices: Vec<&str> = Vec::new();
    for spent in shown.iter().flat_map(|(made, _)| &made.energy) {
        if !devices.contains(&spent.device.as_str()) {
            devices.push(&spent.device);
        }
    }
    if devices.is_empty() {
        return None;
    }
    let caption = "Test accuracy by the energy of one inference, by each device's preset. Networks that do not fit a \
                   device's memory are left out there; hollow marks lie outside the range that the preset's figures were \
                   fitted on. Bars: 95 % intervals, over seeds where there are several, else over images.";
    Some(Drawing { canvas: canvas(&shown, &devices), title: "Energy".into(), caption: caption.into() })
}

fn canvas(shown: &[(&Made, Look)], devices: &[&str]) -> Canvas {
    let entries = shown.iter().map(|(made, look)| (made.name.clone(), *look)).collect();
    let (across, legend) = (ACROSS.min(devices.len()), Legend::new(entries, TWO_COLUMNS - 4.0, false));
    let rows = devices.len().div_ceil(across);
    let height = rows as f64 * HEIGHT;
    let mut canvas = Canvas::new(TWO_COLUMNS, height + legend.height() + 8.0);
    let outer = Frame { left: 2.0, top: 2.0, right: TWO_COLUMNS - 2.0, bottom: height };
    let y = Scale::around(shown.iter().flat_map(|(made, _)| made.accuracy.map(|a| 100.0 * a)));
    for (device, cell) in devices.iter().zip(outer.grid(across, rows, 8.0)) {
        one(&mut canvas, cell, device, y, shown);
    }
    legend.draw(&mut canvas, (TWO_COLUMNS - legend.width()) / 2.0, height + 5.0);
    canvas
}

fn one(canvas: &mut Canvas, cell: Frame, device: &str, y: Scale, shown: &[(&Made, Look)]) {
    let here = shown.iter().flat_map(|(made, look)| made.energy.iter().map(move |spent| (*made, look, spent)));
    let here: Vec<_> = here.filter(|(_, _, spent)| spent.device == device).collect();
    let mj = here.iter().map(|(_, _, spent)| 1e3 * spent.joules);
    let (low, high) = mj.fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(v), h.max(v)));
    let x = Axis::new(Scale::log_around(low, high), 4, "Energy (mJ)");
    let panel = Panel::inside(cell, 0.0, device, x, Axis::new(y, 5, "Accuracy (%)"));
    panel.draw(canvas);
    for (made, look, spent) in here {
        let [mean, low, high] = made.accuracy.map(|a| 100.0 * a);
        let Some(at) = panel.at(1e3 * spent.joules, mean) else { continue };
        series::interval(canvas, (at.0, panel.up(low)), (at.0, panel.up(high)), look);
        series::marker(canvas, at, look, !spent.extrapolated);
    }
}
