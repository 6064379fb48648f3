//! Roles, resolved: taps, codecs and sizes by number.

use super::library::Variant;
use super::meaning::Meaning;
use crate::catalog::{CodecProfile, ModelTables, SizeOf, Split, TapProfile};
use crate::problem::Problem;
use crate::sim::{Codec, Model, Size, Tap};

/// A role with its variant.
pub(super) type Role<'a> = (&'a str, &'a Variant);

/// All codecs that any variant was measured with: `raw` first, the others by name.
pub(super) fn codecs(roles: &[Role<'_>], meaning: &mut Meaning<'_>) -> Vec<Codec> {
    let mut all = vec![("raw", true)];
    for (role, variant) in roles {
        for codec in variant.profile.taps.iter().flat_map(|tap| &tap.codecs) {
            let known = all.iter().find(|(name, _)| *name == codec.name).copied();
            all.extend(known.is_none().then_some((codec.name.as_str(), codec.lossless)));
            if known.is_some_and(|(_, lossless)| lossless != codec.lossless) {
                let problem =
                    Problem::new(format!("codec `{}` is lossless in one model and not in another", codec.name));
                meaning.tell(&["models", role], problem.remedy("measure the models again with one version of the lab"));
            }
        }
    }
    all[1..].sort_unstable();
    all.iter().map(|(name, lossless)| Codec { name: (*name).into(), lossless: *lossless }).collect()
}

/// The role, with its tables of the scenario's split.
pub(super) fn model((role, variant): Role<'_>, codecs: &[Codec], split: Split) -> Model {
    let tables = variant.tables(split);
    let tap = |tap: &TapProfile| Tap {
        name: tap.name.clone(),
        exit: tap.exit,
        sizes: codecs.iter().map(|codec| size(tap, &codec.name, tables)).collect(),
    };
    Model {
        name: role.into(),
        variant: variant.profile.id.clone(),
        taps: variant.profile.taps.iter().map(tap).collect(),
        tables: tables.clone(),
        validation: variant.validation.clone(),
    }
}

fn size(tap: &TapProfile, codec: &str, tables: &ModelTables) -> Option<Size> {
    let measured: &CodecProfile = tap.codecs.iter().find(|c| c.name == codec)?;
    match measured.bytes {
        SizeOf::Fixed(bytes) => Some(Size::Fixed(u32::try_from(bytes).ok()?)),
        SizeOf::PerImage { .. } => {
            let table = tables.sizes.iter().position(|s| s.tap == tap.name && s.codec == codec)?;
            Some(Size::Table { table: u16::try_from(table).ok()?, mean: mean(&tables.sizes[table].bytes) })
        }
    }
}

/// Mean over the images, rounded half up.
fn mean(bytes: &[u32]) -> u32 {
    let sum: u64 = bytes.iter().copied().map(u64::from).sum();
    let n = (bytes.len() as u64).max(1);
    ((sum + n / 2) / n) as u32
}

/// Whether all roles speak about the same images.
pub(super) fn same_images(roles: &[Role<'_>], meaning: &mut Meaning<'_>) {
    let Some(((first, model), others)) = roles.split_first() else { return };
    for (role, other) in others {
        if let Some(difference) = difference(model, other) {
            let problem =
                Problem::new(format!("`{role}` and `{first}` were measured on different images: {difference}"));
            let remedy = "name variants that one recipe measured, or measure them again on the same data";
            meaning.tell(&["models", role], problem.remedy(remedy));
        }
    }
}

fn difference(a: &Variant, b: &Variant) -> Option<&'static str> {
    let same = |split| {
        let (a, b) = (a.tables(split), b.tables(split));
        a.image == b.image && a.label == b.label
    };
    if a.profile.classes != b.profile.classes {
        return Some("their classes differ");
    }
    if a.profile.input != b.profile.input {
        return Some("their inputs differ in shape");
    }
    match (same(Split::Test), same(Split::Validation)) {
        (false, _) => Some("their test images differ"),
        (_, false) => Some("their validation images differ"),
        _ => None,
    }
}
