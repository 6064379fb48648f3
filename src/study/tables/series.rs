use super::{Placed, at};
use crate::scenario::Point;
use crate::sim::{GroupSample, Link, LinkSample, Sample, World};
use crate::store::parquet::Columns;
use crate::study::metric::ways;

/// A part's figures in a sample: waiting, busy, capacity, watts.
type Figures = [f64; 4];

/// A row: whose it is, replication, when, which part, its figures.
struct Row<'a> {
    of: Placed<'a>,
    replication: u32,
    time_s: f64,
    part: &'a str,
    figures: Figures,
}

/// `series.parquet`: means of periods over time, by replication and part; nothing where nothing was sampled.
pub fn series(cells: &[Placed<'_>], worlds: &[World]) -> Option<Columns> {
    let names: Vec<Vec<String>> = worlds.iter().map(parts).collect();
    let rows: Vec<Row<'_>> = cells.iter().flat_map(|p| rows(*p, &names, worlds)).collect();
    let points: Vec<&Point> = rows.iter().map(|row| row.of.point).collect();
    let f64s = |of: &dyn Fn(&Row<'_>) -> f64| rows.iter().map(of).collect();
    let columns = at(points.into_iter())
        .str("policy", rows.iter().map(|row| row.of.policy))
        .u32("replication", rows.iter().map(|row| row.replication).collect())
        .f64("time_s", f64s(&|row| row.time_s))
        .str("part", rows.iter().map(|row| row.part))
        .f64("waiting", f64s(&|row| row.figures[0]))
        .f64("busy", f64s(&|row| row.figures[1]))
        .f64("capacity", f64s(&|row| row.figures[2]))
        .f64("power_w", f64s(&|row| row.figures[3]));
    (!rows.is_empty()).then_some(columns)
}

/// Groups, then links with their directions, and both together where they share a channel.
fn parts(world: &World) -> Vec<String> {
    let named = |link: &Link| ways(link).iter().map(|way| format!("{}_{way}", link.name)).collect::<Vec<_>>();
    let links = world.links.iter().flat_map(named);
    world.groups.iter().map(|group| group.name.clone()).chain(links).collect()
}

fn rows<'a>(of: Placed<'a>, names: &'a [Vec<String>], worlds: &'a [World]) -> Vec<Row<'a>> {
    let (names, world) = (&names[of.point.index as usize], &worlds[of.point.index as usize]);
    let row = |replication: u32, sample: &Sample| {
        let time_s = sample.at.secs();
        let of_part = move |(part, figures): (&'a String, Figures)| Row { of, replication, time_s, part, figures };
        names.iter().zip(figures(sample, world)).map(of_part).collect::<Vec<_>>()
    };
    let runs = (0..).zip(&of.cell.samples);
    runs.flat_map(|(replication, samples)| samples.iter().flat_map(move |sample| row(replication, sample))).collect()
}

fn figures(sample: &Sample, world: &World) -> Vec<Figures> {
    let group =
        |g: &GroupSample| [sample.mean(g.waiting_ns), sample.mean(g.busy_ns), sample.mean(g.server_ns), g.power_w];
    let link = |(link, of): (&LinkSample, &Link)| {
        let (channels, up, down) = (f64::from(link.channels), link.busy_ns_up, link.busy_ns_down);
        let all = [up, down, up + down].map(|ns| [f64::NAN, sample.mean(ns), channels, f64::NAN]);
        all.into_iter().take(ways(of).len())
    };
    let links = sample.links.iter().zip(&world.links).flat_map(link);
    sample.groups.iter().map(group).chain(links).collect()
}
