//! What crosses taps: bytes, seconds, joules, and how often the answer is right then.

use super::{Row, agrees, agrees_with_share, folder, parquet, value};
use std::collections::BTreeMap;
use tierwise::catalog::{BYTES, LinkPreset, ModelProfile, PREDICTIONS, SizeOf, link};
use tierwise::store::parquet::Table;

/// Bytes of each test image, by (tap, codec); one number where they are all alike.
fn bytes(name: &str) -> BTreeMap<[String; 2], Vec<u64>> {
    let mut all: BTreeMap<[String; 2], Vec<u64>> = BTreeMap::new();
    if let Ok(table) = Table::read(&folder(name).join(BYTES)) {
        let [split, tap, codec] = ["split", "tap", "codec"].map(|column| table.str(column).unwrap());
        let bytes = table.u32("bytes").unwrap();
        for row in (0..table.rows()).filter(|&row| split[row] == "test") {
            all.entry([tap[row].to_string(), codec[row].to_string()]).or_default().push(bytes[row].into());
        }
    }
    for tap in ModelProfile::load(&folder(name)).unwrap().taps {
        for codec in tap.codecs {
            if let SizeOf::Fixed(bytes) = codec.bytes {
                all.insert([tap.name.clone(), codec.name], vec![bytes]);
            }
        }
    }
    all
}

/// Right answers to test images, and how many there are, by where they were cut, or given early, and with which codec.
fn right(name: &str) -> BTreeMap<[String; 2], [usize; 2]> {
    let table = Table::read(&folder(name).join(PREDICTIONS)).unwrap();
    let [split, cut, tap, codec] = ["split", "cut", "tap", "codec"].map(|column| table.str(column).unwrap());
    let [label, prediction] = ["label", "prediction"].map(|column| table.u32(column).unwrap());
    let mut all: BTreeMap<[String; 2], [usize; 2]> = BTreeMap::new();
    for row in (0..table.rows()).filter(|&row| split[row] == "test") {
        let at = if tap[row] == "answer" { &cut[row] } else { &tap[row] };
        let [right, of] = all.entry([at.to_string(), codec[row].to_string()]).or_default();
        *right += usize::from(label[row] == prediction[row]);
        *of += 1;
    }
    all
}

/// Bytes and seconds on a link, means over images.
fn wire(preset: &LinkPreset, bytes: &[u64]) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for &bytes in bytes {
        let (mut left, mut packets) = (bytes, 0);
        while packets == 0 || left > 0 {
            left -= left.min(preset.payload.value.0);
            packets += 1;
        }
        let sent = bytes + packets * preset.header.value.0;
        sums[0] += sent as f64;
        sums[1] += (8 * sent) as f64 / preset.up.value.0 as f64 + packets as f64 * preset.per_packet.value.secs();
    }
    sums.map(|sum| sum / bytes.len() as f64)
}

fn agrees_with_link(row: &Row, bytes: &[u64]) {
    let preset = link(&row["link"]).unwrap();
    let [wire, seconds] = wire(&preset, bytes);
    agrees(row, "bytes", bytes.iter().sum::<u64>() as f64 / bytes.len() as f64);
    agrees(row, "wire_bytes", wire);
    agrees(row, "time_s", seconds);
    agrees(row, "transmit_j", seconds * preset.transmit.value.0);
}

#[test]
fn what_crosses_is_counted_from_the_committed_tables() {
    let mut known: BTreeMap<String, _> = BTreeMap::new();
    let mut answered = 0;
    for row in parquet("transmission") {
        let (bytes, right) = known.entry(row["name"].clone()).or_insert_with_key(|name| (bytes(name), right(name)));
        agrees_with_link(&row, &bytes[&[row["tap"].clone(), row["codec"].clone()]]);
        let written = [row["tap"].clone(), row["codec"].clone()];
        let whole = ["input".to_string(), "raw".to_string()];
        let lossless = (row["lossless"] == "true").then_some(whole);
        match right.get(&written).or_else(|| right.get(&lossless?)) {
            Some(counts) => {
                agrees_with_share(&row, *counts);
                answered += 1;
            }
            None => assert_eq!(value(&row, "accuracy"), None, "{}: nobody has measured this", row["name"]),
        }
    }
    assert!(answered > 1000, "{answered}");
}
