//! Figures and one HTML page, from a study's stored tables alone.
//!
//! [`write()`] reads `manifest.json`, `summary.parquet` and `latency.parquet` of a study's folder and writes beside them
//! every figure of [`figure::ALL`] as SVG and PNG (300 dpi) and `report.html`, which holds the figures and needs
//! nothing else. The same tables give the same bytes.

pub mod data;
pub mod draw;
pub mod figure;
pub mod lab;
#[cfg(test)]
mod made_up;
pub mod page;
#[cfg(test)]
mod tests;
pub mod theme;

use crate::{
    problem::{Problem, Problems},
    store::atomic,
};
use std::path::{Path, PathBuf};

/// A figure as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The name of its files, without an ending.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What it shows, over how many replications, and what its intervals are.
    pub caption: String,
    /// Its width in print, in millimetres.
    pub width_mm: f64,
    /// The SVG document.
    pub svg: String,
    /// The same at 300 dpi.
    pub png: Vec<u8>,
}

/// Draws every figure that a study has data for.
///
/// # Errors
/// If a figure cannot be drawn.
pub fn pictures(study: &data::Study) -> Result<Vec<Picture>, Problem> {
    let drawings = figure::ALL.iter().filter_map(|figure| Some((figure.name, (figure.draw)(study)?)));
    drawings.map(|(name, drawing)| picture(name, drawing)).collect()
}

/// A drawing as SVG and PNG.
///
/// # Errors
/// If it cannot be drawn.
pub fn picture(name: &str, drawing: figure::Drawing) -> Result<Picture, Problem> {
    let svg = draw::svg::write(&drawing.canvas, &drawing.title)?;
    let png = draw::png::write(&svg)?;
    let width_mm = (drawing.canvas.width / theme::MM).round();
    Ok(Picture { name: name.into(), title: drawing.title, caption: drawing.caption, width_mm, svg, png })
}

/// Writes a study's figures and its page into its folder; gives the files written.
///
/// # Errors
/// All tables that are missing or broken; output errors.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>, Problems> {
    let study = data::read(folder)?;
    let pictures = pictures(&study)?;
    let page = page::render(&study, &pictures)?;
    let mut files = Vec::new();
    for p in &pictures {
        files.push((folder.join(format!("{}.svg", p.name)), p.svg.as_bytes()));
        files.push((folder.join(format!("{}.png", p.name)), &p.png));
    }
    files.push((folder.join("report.html"), page.as_bytes()));
    files.iter().try_for_each(|(path, bytes)| atomic::write(path, bytes))?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
