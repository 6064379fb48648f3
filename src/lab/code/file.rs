//! Whole files, packed and unpacked.

use super::planes::{Plan, Plane};
use super::rans;
use super::reader::{Reader, number};
use super::table::Table;
use crate::problem::Problem;
use crate::store::hash::sha256_hex;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

const PACKED: &[u8] = b"twc1";
const UPDATE: &[u8] = b"twu1";

const RAW: u8 = 0;
const OWN: u8 = 1;
const SHARED: u8 = 2;
const DIFFERENCES: u8 = 4;

/// The longest data that is read.
const LONGEST: usize = 1 << 31;

/// Whether a file says that it is a coded one.
pub fn is_packed(file: &[u8]) -> bool {
    file.starts_with(PACKED)
}

/// A coded form of a safetensors file.
///
/// # Errors
/// Bytes that are no such file.
pub fn pack(file: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = PACKED.to_vec();
    encode(file, &[], &mut out)?;
    Ok(out)
}

/// The file that was packed.
///
/// # Errors
/// What is wrong with the bytes.
pub fn unpack(coded: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut reader = Reader(coded);
    magic(&mut reader, PACKED, "a coded file")?;
    decode(&mut reader, &[])
}

/// A coded form of a safetensors file for whoever has `base`, another one.
///
/// # Errors
/// Bytes that are no such files.
pub fn update(base: &[u8], file: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = UPDATE.to_vec();
    out.extend(hash(base));
    encode(file, base, &mut out)?;
    Ok(out)
}

/// The file that an update makes of its base.
///
/// # Errors
/// A base that the update was not made for; what is wrong with the bytes.
pub fn updated(base: &[u8], coded: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut reader = Reader(coded);
    magic(&mut reader, UPDATE, "an update")?;
    if reader.take(32)? != hash(base) {
        let what = Problem::new("the update was made for another file than this base");
        return Err(what.received(format!("a base with SHA-256 {}", sha256_hex(base))));
    }
    decode(&mut reader, base)
}

fn magic(reader: &mut Reader, right: &[u8], what: &str) -> Result<(), Problem> {
    let found = reader.take(right.len()).unwrap_or_default();
    if found == right {
        return Ok(());
    }
    Err(Problem::new(format!("this is not {what}"))
        .received(format!("{:?} at its start", found.escape_ascii().to_string())))
}

/// The 32 bytes of a SHA-256.
fn hash(bytes: &[u8]) -> Vec<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
    sha256_hex(bytes).as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn encode(file: &[u8], base: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
    let plan = Plan::of(file)?;
    let old = old(base)?;
    out.extend(&hash(file)[..8]);
    let base_head = old.as_ref().map_or(&[][..], |old| &base[..old.head]);
    head(&file[..plan.head], base_head, out);
    number(out, plan.data());
    let planes = plan.planes();
    let symbols: Vec<(u8, Vec<u8>)> =
        planes.iter().map(|p| symbols(p, &file[plan.head..], old.as_ref(), base)).collect();
    let data: Vec<&[u8]> = symbols.iter().map(|(_, s)| &s[..]).collect();
    let (modes, shared, own) = choose(&planes, &data);
    out.extend(modes.iter().zip(&symbols).map(|(mode, (differs, _))| mode | differs));
    shared.iter().chain(own.iter().flatten()).for_each(|table| table.write(out));
    let raw = data.iter().zip(&modes).filter(|(_, mode)| **mode == RAW);
    raw.for_each(|(plane, _)| out.extend_from_slice(plane));
    let tables = modes.iter().zip(&own).map(|(mode, own)| if *mode == SHARED { shared.as_ref() } else { own.as_ref() });
    let coded: Vec<_> = data.iter().zip(tables).filter_map(|(plane, table)| Some((*plane, table?))).collect();
    out.extend(rans::encode(&coded));
    Ok(())
}

fn old(base: &[u8]) -> Result<Option<Plan>, Problem> {
    if base.is_empty() { Ok(None) } else { Plan::of(base).map(Some) }
}

/// A plane, or its differences to the base's.
fn symbols(plane: &Plane, data: &[u8], old: Option<&Plan>, base: &[u8]) -> (u8, Vec<u8>) {
    let mut own = plane.read_from(data);
    let Some(range) = old.and_then(|old| old.like(plane)) else { return (0, own) };
    let before = plane.read(&base[range]);
    let differences: Vec<u8> = own.iter().zip(before).map(|(new, old)| new.wrapping_sub(old)).collect();
    let bits = |plane: &[u8]| Table::of([plane]).map_or(0.0, |t| t.bits(plane));
    if bits(&differences) <= bits(&own) {
        own = differences;
        return (DIFFERENCES, own);
    }
    (0, own)
}

/// How each plane is coded, the shared table and each plane's own: whatever is shortest. The shared table is of the
/// planes of one-byte numbers, and then of those that use it.
fn choose(planes: &[Plane], data: &[&[u8]]) -> (Vec<u8>, Option<Table>, Vec<Option<Table>>) {
    let alone: Vec<Option<Table>> = data.iter().map(|plane| Table::of([*plane])).collect();
    let length = |table: &Table| {
        let mut out = Vec::new();
        table.write(&mut out);
        out.len() as f64
    };
    let mut modes: Vec<u8> = planes.iter().map(|p| if p.is_whole() { SHARED } else { OWN }).collect();
    let mut shared = None;
    for _ in 0..4 {
        let users = data.iter().zip(&modes).filter(|(_, mode)| **mode == SHARED).map(|(plane, _)| *plane);
        shared = Table::of(users);
        let best = |(plane, own): (&&[u8], &Option<Table>)| {
            let cost = |table: Option<&Table>| table.map_or(f64::INFINITY, |t| t.bits(plane) / 8.0);
            let own = own.as_ref().map_or(f64::INFINITY, |t| cost(Some(t)) + length(t));
            let all = [(SHARED, cost(shared.as_ref())), (OWN, own), (RAW, plane.len() as f64)];
            all.into_iter().reduce(|a, b| if b.1 < a.1 { b } else { a }).map_or(RAW, |(mode, _)| mode)
        };
        let next: Vec<u8> = data.iter().zip(&alone).map(best).collect();
        if next == modes {
            break;
        }
        modes = next;
    }
    let users = data.iter().zip(&modes).filter(|(_, mode)| **mode == SHARED).map(|(plane, _)| *plane);
    shared = Table::of(users).or(shared.filter(|_| modes.contains(&SHARED)));
    let own = alone.into_iter().zip(&modes).map(|(table, mode)| table.filter(|_| *mode == OWN)).collect();
    (modes, shared, own)
}

fn decode(reader: &mut Reader, base: &[u8]) -> Result<Vec<u8>, Problem> {
    let old = old(base)?;
    let check = reader.take(8)?;
    let mut file = read_head(reader, old.as_ref().map_or(&[][..], |old| &base[..old.head]))?;
    let (head, data) = (file.len(), reader.number()?);
    if data > LONGEST {
        return Err(Problem::new("the coded file holds more data than can be read").received(format!("{data} bytes")));
    }
    file.resize(head + data, 0);
    let plan = Plan::of(&file)?;
    let planes = plan.planes();
    let modes = reader.take(planes.len())?;
    let used = modes.iter().map(|mode| mode % DIFFERENCES).collect::<Vec<u8>>();
    let mut table = |wanted: bool| wanted.then(|| Table::read(reader)).transpose();
    let shared = table(used.contains(&SHARED))?;
    let own = used.iter().map(|mode| table(*mode == OWN)).collect::<Result<Vec<_>, _>>()?;
    let raw = planes.iter().zip(&used).filter(|(_, mode)| **mode == RAW);
    let mut raw = raw.map(|(plane, _)| reader.take(plane.len())).collect::<Result<Vec<_>, _>>()?.into_iter();
    let tables: Vec<Option<&Table>> =
        used.iter().zip(&own).map(|(mode, own)| if *mode == SHARED { shared.as_ref() } else { own.as_ref() }).collect();
    let lens: Vec<_> = planes.iter().zip(&tables).filter_map(|(plane, table)| Some((plane.len(), (*table)?))).collect();
    let mut coded = rans::decode(reader, &lens)?.into_iter();
    let mut whole = vec![0; data];
    for ((plane, mode), table) in planes.iter().zip(modes).zip(&tables) {
        let symbols = if table.is_some() { coded.next() } else { raw.next().map(<[u8]>::to_vec) };
        let mut symbols = symbols.unwrap_or_default();
        if *mode >= DIFFERENCES {
            let range = old.as_ref().and_then(|old| old.like(plane));
            let range = range.ok_or_else(|| Problem::new("the update is broken: the base has no such tensor"))?;
            symbols.iter_mut().zip(plane.read(&base[range])).for_each(|(new, old)| *new = new.wrapping_add(old));
        }
        plane.write(&mut whole, &symbols);
    }
    file[head..].copy_from_slice(&whole);
    if hash(&file)[..8] != *check {
        return Err(Problem::new("the coded file is broken: it does not give the file that it was made of"));
    }
    Ok(file)
}

/// What the head shares with the base's, and the rest deflated.
fn head(head: &[u8], base: &[u8], out: &mut Vec<u8>) {
    let same = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let front = head.iter().zip(base).take_while(same).count();
    let left = head.len().min(base.len()) - front;
    let behind = head.iter().rev().zip(base.iter().rev()).take(left).take_while(same).count();
    let middle = deflated(&head[front..head.len() - behind]);
    [front, behind, middle.len()].into_iter().for_each(|n| number(out, n));
    out.extend(middle);
}

fn read_head(reader: &mut Reader, base: &[u8]) -> Result<Vec<u8>, Problem> {
    let [front, behind, len] = [reader.number()?, reader.number()?, reader.number()?];
    let broken = || Problem::new("the coded file is broken: its head is not the base's");
    if front + behind > base.len() {
        return Err(broken());
    }
    let middle = inflated(reader.take(len)?)?;
    Ok([&base[..front], &middle[..], &base[base.len() - behind..]].concat())
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut state = Compress::new(Compression::best(), false);
    // A stored block adds a few bytes at most.
    let mut out = Vec::with_capacity(2 * bytes.len() + 64);
    // The room is enough: there is no other end.
    let _ = state.compress_vec(bytes, &mut out, FlushCompress::Finish);
    out
}

fn inflated(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut state = Decompress::new(false);
    let (mut out, mut done) = (Vec::with_capacity(16 * bytes.len() + 1024), 0);
    loop {
        let status = state.decompress_vec(&bytes[done..], &mut out, FlushDecompress::Finish);
        done = state.total_in() as usize;
        match status {
            Ok(Status::StreamEnd) => return Ok(out),
            Ok(_) if out.len() == out.capacity() && out.len() < LONGEST => out.reserve(out.len()),
            _ => return Err(Problem::new("the coded file is broken: its head cannot be inflated")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use safetensors::tensor::{Dtype, TensorView};
    use std::collections::HashMap;

    fn file(tensors: &[(Dtype, Vec<u8>)], note: &str) -> Vec<u8> {
        let views = tensors.iter().enumerate().map(|(i, (dtype, bytes))| {
            let len = bytes.len() / (dtype.bitsize() / 8);
            (format!("t{i}"), TensorView::new(*dtype, vec![len], bytes).unwrap())
        });
        let metadata = HashMap::from([("note".to_string(), note.to_string())]);
        safetensors::serialize(views.collect::<Vec<_>>(), Some(metadata)).unwrap()
    }

    fn tensors() -> impl Strategy<Value = Vec<(Dtype, Vec<u8>)>> {
        let symbol = || prop_oneof![5 => Just(0u8), 2 => 250..=255u8, 1 => any::<u8>()];
        let small = proptest::collection::vec(symbol(), 0..300).prop_map(|b| (Dtype::I8, b));
        let large = proptest::collection::vec(symbol(), 0..60).prop_map(|b| (Dtype::F32, b.repeat(4)));
        proptest::collection::vec(prop_oneof![small, large], 0..5)
    }

    proptest! {
        #[test]
        fn files_come_back(tensors in tensors()) {
            let file = file(&tensors, "a network");
            prop_assert_eq!(unpack(&pack(&file).unwrap()).unwrap(), file);
        }

        #[test]
        fn updates_come_back(old in tensors(), new in tensors(), keep in any::<bool>()) {
            let mut new = if keep { old.clone() } else { new };
            new.iter_mut().flat_map(|(_, bytes)| bytes.iter_mut().step_by(7)).for_each(|b| *b = b.wrapping_add(1));
            let (base, file) = (file(&old, "a"), file(&new, "b"));
            let coded = update(&base, &file).unwrap();
            prop_assert_eq!(updated(&base, &coded).unwrap(), file);
            prop_assert!(base == self::file(&new, "a") || updated(&self::file(&new, "c"), &coded).is_err());
        }

        #[test]
        fn broken_files_are_told(tensors in tensors(), at in any::<proptest::sample::Index>(), flip in 1..=255u8) {
            let (file, base) = (file(&tensors, "a network"), file(&tensors, "another"));
            for mut coded in [pack(&file).unwrap(), update(&base, &file).unwrap()] {
                let at = at.index(coded.len());
                let read = |coded: &[u8]| if coded.starts_with(PACKED) { unpack(coded) } else { updated(&base, coded) };
                prop_assert!(read(&coded[..at]).is_err());
                coded[at] ^= flip;
                prop_assert!(read(&coded).is_err() || read(&coded).unwrap() == file);
            }
        }
    }

    fn weights(seed: u64, count: u64) -> Vec<u8> {
        use crate::random::{Purpose, Stream, sample::normal};
        let stream = Stream::new(seed, 0, Purpose::Weights);
        (0..count).map(|i| (normal(stream.draw(i, 0)) * 12.0) as i8).map(i8::cast_unsigned).collect()
    }

    #[test]
    fn an_update_takes_what_changed() {
        let old = weights(1, 50_000);
        let mut new = old.clone();
        new.iter_mut().step_by(50).for_each(|b| *b = b.wrapping_add(1));
        let (base, file) = (file(&[(Dtype::I8, old)], "a"), file(&[(Dtype::I8, new)], "a"));
        let (whole, change) = (pack(&file).unwrap().len(), update(&base, &file).unwrap().len());
        // One in fifty changed: 0.14 bits a weight.
        assert!(whole > 30_000 && change < 1_000, "{whole} {change}");
    }

    /// Many small planes that are alike share one table.
    #[test]
    fn small_planes_share_a_table() {
        let many: Vec<_> = (0..20).map(|i| (Dtype::I8, weights(i, 200))).collect();
        let whole: Vec<u8> = many.iter().flat_map(|(_, b)| b.clone()).collect();
        let entropy = Table::of([&whole[..]]).unwrap().bits(&whole) / 8.0;
        let coded = pack(&file(&many, "")).unwrap().len() as f64;
        assert!(coded < entropy + 600.0, "{coded} for {entropy}");
    }

    #[test]
    fn other_files_are_told() {
        assert!(unpack(b"PK").unwrap_err().to_string().contains("this is not a coded file"));
        assert!(pack(b"nonsense").unwrap_err().to_string().contains("not a whole safetensors file"));
        let base = file(&[], "a");
        assert!(updated(&base, &pack(&base).unwrap()).unwrap_err().to_string().contains("this is not an update"));
    }
}
