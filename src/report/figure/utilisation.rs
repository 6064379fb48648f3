//! `utilisation`: how busy each group of nodes and each link was, by policy, at the middle point; the darker the busier.

use super::{Drawing, at_point, has_interval, looks, over};
use crate::report::{
    data::{Study, Summary, metric::UTILISATION},
    draw::{Align, Canvas, Frame, Text, svg::text_width, text, unit},
    theme::{Colour, MM, ONE_COLUMN, SMALL, TEXT, TWO_COLUMNS},
};

/// Idle and fully busy; neither is paper nor ink, so that dark paper leaves them as they are.
const RAMP: [Colour; 3] = [Colour(0xf7, 0xfb, 0xff), Colour(0x6b, 0xae, 0xd6), Colour(0x08, 0x30, 0x6b)];
const ON_LIGHT: Colour = Colour(0x11, 0x11, 0x11);
const ON_DARK: Colour = Colour(0xfa, 0xfa, 0xfa);
const UNKNOWN: Colour = Colour(0xc8, 0xc8, 0xc8);

const CELL: f64 = 17.0 * MM;
const ROW: f64 = 13.0;
const HEAD: f64 = 2.4 * TEXT;
/// Longest name of a policy.
const LONGEST: f64 = 90.0;

pub(super) fn draw(study: &Study) -> Option<Drawing> {
    let point = study.middle()?;
    let parts = parts(study);
    if parts.is_empty() {
        return None;
    }
    let intervals = if study.replications() > 1 { " ±: half the 95 % t-interval over replications." } else { "" };
    let both = parts.iter().any(|part| part.ends_with("_both"));
    let both = if both { ", both is a half-duplex link's two directions together" } else { "" };
    let name = point.name();
    Some(Drawing {
        canvas: canvas(study, point.index, &parts),
        title: format!("Utilisation of nodes and links{}", at_point(&name)),
        caption: format!(
            "Share of the time that servers and links were busy{}, in per cent; up is towards the cloud{both}. \
             {}{intervals}",
            at_point(&name),
            over(study),
        ),
    })
}

/// The groups and links whose utilisation is known.
fn parts(study: &Study) -> Vec<&str> {
    study.metrics().into_iter().filter(|m| m.starts_with(UTILISATION)).collect()
}

/// Blocks of rows, one row a policy, as many parts side by side as the page has room for.
fn canvas(study: &Study, point: u32, parts: &[&str]) -> Canvas {
    let names = study.policies.iter().map(|p| text_width(p, SMALL, false)).fold(0.0, f64::max).min(LONGEST);
    let left = names + 10.0;
    let across = |width: f64| ((width - left - 2.0) / CELL) as usize;
    let width = if parts.len() <= across(ONE_COLUMN) { ONE_COLUMN } else { TWO_COLUMNS };
    let blocks: Vec<&[&str]> = parts.chunks(across(width).max(1)).collect();
    let block = HEAD + study.policies.len() as f64 * ROW + 6.0;
    let mut canvas = Canvas::new(width, blocks.len() as f64 * block + 4.0);
    for (i, parts) in blocks.into_iter().enumerate() {
        let cell = (width - left - 2.0) / parts.len().max(1) as f64;
        draw_block(&mut canvas, study, point, parts, (left, 2.0 + i as f64 * block, cell.min(1.6 * CELL)));
    }
    canvas
}

fn draw_block(canvas: &mut Canvas, study: &Study, point: u32, parts: &[&str], (left, top, cell): (f64, f64, f64)) {
    for (i, part) in parts.iter().enumerate() {
        head(canvas, part, left + (i as f64 + 0.5) * cell, top + HEAD, cell - 3.0);
    }
    for (row, (name, _)) in looks(study).into_iter().enumerate() {
        let y = top + HEAD + row as f64 * ROW;
        let name_at = (left - 5.0, y + (ROW - 1.0) / 2.0 + 0.34 * SMALL);
        canvas.text(Text::new(name_at, text::short(name, SMALL, LONGEST)).align(Align::Right));
        for (i, part) in parts.iter().enumerate() {
            let frame = Frame::sized(left + i as f64 * cell, y, cell - 1.0, ROW - 1.0);
            draw_cell(canvas, frame, study.row(point, name, part));
        }
    }
}

/// A part's name over its cells, on two lines if need be.
fn head(canvas: &mut Canvas, part: &str, middle: f64, bottom: f64, width: f64) {
    let lines = text::wrap(&part_name(part), SMALL, true, width, 2);
    for (i, line) in lines.iter().rev().enumerate() {
        let at = (middle, bottom - 3.0 - i as f64 * 1.1 * SMALL);
        canvas.text(Text::new(at, line.as_str()).bold().align(Align::Middle));
    }
}

/// `cell up` for `utilisation_cell_up`.
fn part_name(part: &str) -> String {
    let name = part.strip_prefix(UTILISATION).unwrap_or(part);
    for direction in ["up", "down", "both"] {
        if let Some(link) = name.strip_suffix(direction).and_then(|n| n.strip_suffix('_')) {
            return format!("{link} {direction}");
        }
    }
    name.into()
}

fn draw_cell(canvas: &mut Canvas, frame: Frame, row: Option<&Summary>) {
    let share = row.map_or(f64::NAN, |r| r.mean);
    let (colour, ink) = shade(share);
    canvas.area(frame.corners(), colour.into());
    let at = (frame.centre().0, frame.centre().1 + 0.34 * SMALL);
    canvas.text(Text::new(at, row.map_or("–".into(), written)).align(Align::Middle).colour(ink));
}

/// The colour of a share from 0 to 1, and the ink that is legible on it.
pub fn shade(share: f64) -> (Colour, Colour) {
    match share {
        s if !s.is_finite() => (UNKNOWN, ON_LIGHT),
        s if s < 0.5 => (RAMP[0].towards(RAMP[1], 2.0 * s), ON_LIGHT),
        s => (RAMP[1].towards(RAMP[2], 2.0 * s - 1.0), if s < 0.6 { ON_LIGHT } else { ON_DARK }),
    }
}

/// `63.1 ± 2.0`, in per cent.
fn written(row: &Summary) -> String {
    if !row.mean.is_finite() {
        return "–".into();
    }
    let mean = unit::fixed(100.0 * row.mean, 1);
    if has_interval(row) { format!("{mean} ± {}", unit::fixed(50.0 * (row.high - row.low), 1)) } else { mean }
}
