//! `transmission`: a row a network, tap, codec and link preset: measured bytes, what they take on the wire with headers,
//! how long they occupy the link towards the cloud, and what the sender pays; beside how often the answer is right then.

use super::subject::Crossed;
use super::{Field, Subject, or_nan};
use crate::catalog::{LinkPreset, link, links};
use crate::problem::Problem;
use crate::store::parquet::Columns;

struct Row<'a> {
    who: &'a Subject,
    crossed: &'a Crossed,
    link: &'static str,
    preset: &'a LinkPreset,
    /// Mean bytes with headers, mean seconds on the link.
    wire: [f64; 2],
}

pub(super) fn columns(field: &Field) -> Result<Columns, Problem> {
    let presets: Vec<(&str, LinkPreset)> = links().into_iter().filter_map(|name| Some((name, link(name)?))).collect();
    let crossed = field.all().flat_map(|(who, seen)| seen.crossed.iter().map(move |crossed| (who, crossed)));
    let presets = &presets;
    let row = |(who, crossed)| {
        presets.iter().map(move |(name, preset): &(&'static str, LinkPreset)| Row {
            who,
            crossed,
            link: name,
            preset,
            wire: wire(preset, &crossed.bytes),
        })
    };
    Ok(table(&crossed.filter(|(_, c): &(_, &Crossed)| !c.bytes.is_empty()).flat_map(row).collect::<Vec<_>>()))
}

/// A payload goes in as few packets as hold it, each with its header and its own time.
fn wire(preset: &LinkPreset, bytes: &[u64]) -> [f64; 2] {
    let one = |bytes: u64| {
        let packets = bytes.div_ceil(preset.payload.value.0).max(1);
        let sent = (bytes + packets * preset.header.value.0) as f64;
        [sent, 8.0 * sent / preset.up.value.0 as f64 + packets as f64 * preset.per_packet.value.secs()]
    };
    let sum = bytes.iter().map(|b| one(*b)).fold([0.0; 2], |[a, b], [x, y]| [a + x, b + y]);
    sum.map(|s| s / bytes.len().max(1) as f64)
}

fn table(rows: &[Row]) -> Columns {
    let mean = |bytes: &[u64]| bytes.iter().sum::<u64>() as f64 / bytes.len().max(1) as f64;
    let right =
        |of: fn(crate::catalog::Proportion) -> f64| rows.iter().map(|r| or_nan(r.crossed.right.map(of))).collect();
    Columns::new()
        .str("name", rows.iter().map(|r| r.who.name.as_str()))
        .str("variant", rows.iter().map(|r| r.who.variant.as_str()))
        .u64("seed", rows.iter().map(|r| r.who.seed).collect())
        .str("tap", rows.iter().map(|r| r.crossed.tap.as_str()))
        .str("codec", rows.iter().map(|r| r.crossed.codec.as_str()))
        .bool("lossless", rows.iter().map(|r| r.crossed.lossless).collect())
        .f64("bytes", rows.iter().map(|r| mean(&r.crossed.bytes)).collect())
        .f64("accuracy", right(|p| p.value))
        .f64("accuracy_low", right(|p| p.low))
        .f64("accuracy_high", right(|p| p.high))
        .str("link", rows.iter().map(|r| r.link))
        .u64("up_bits_per_s", rows.iter().map(|r| r.preset.up.value.0).collect())
        .f64("wire_bytes", rows.iter().map(|r| r.wire[0]).collect())
        .f64("time_s", rows.iter().map(|r| r.wire[1]).collect())
        .f64("delay_s", rows.iter().map(|r| r.preset.delay.value.secs()).collect())
        .f64("transmit_j", rows.iter().map(|r| r.wire[1] * r.preset.transmit.value.0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, of two images: 127 bytes of payload a packet as IEEE 802.15.4 has it are replaced by round numbers.
    #[test]
    fn packets_are_whole() {
        let mut preset = link("ieee-802.15.4").unwrap();
        preset.payload.value.0 = 100;
        preset.header.value.0 = 10;
        preset.up.value.0 = 8000;
        preset.per_packet.value = crate::units::SimTime::from_secs(0.5);
        // 100 bytes: one packet, 110 bytes, 0.11 s + 0.5 s; 101 bytes: two, 121 bytes, 0.121 s + 1 s.
        let [bytes, seconds] = wire(&preset, &[100, 101]);
        assert!((bytes - 115.5).abs() < 1e-9 && (seconds - (0.61 + 1.121) / 2.0).abs() < 1e-9);
    }
}
