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
        if let Some((what, difference)) = unlike_labels(model, other) {
            let problem = Problem::new(format!("`{role}` and `{first}` answer different questions: {what}"));
            let remedy = "name variants whose labels are the same classes, or the same superclasses";
            meaning.tell(&["models", role], problem.received(difference).remedy(remedy));
        } else if let Some(difference) = difference(model, other) {
            let problem =
                Problem::new(format!("`{role}` and `{first}` were measured on different images: {difference}"));
            let remedy = "name variants that one recipe measured, or measure them again on the same data";
            meaning.tell(&["models", role], problem.remedy(remedy));
        }
    }
}

/// What an answer means, where that differs: the classes, or what their superclasses are made of.
fn unlike_labels(a: &Variant, b: &Variant) -> Option<(&'static str, String)> {
    let (ours, theirs) = (&a.profile, &b.profile);
    if ours.classes != theirs.classes {
        return Some((
            "their classes differ",
            format!("{} and {}", theirs.classes.join(", "), ours.classes.join(", ")),
        ));
    }
    let [ours, theirs] = [ours, theirs].map(|p| divided(p.lineage.data.superclasses.as_deref()));
    let what = "their superclasses are made of different classes";
    (ours != theirs).then(|| (what, format!("{theirs} and {ours}")))
}

/// Superclasses with what they are made of.
fn divided(superclasses: Option<&[(String, Vec<String>)]>) -> String {
    let one = |(name, members): &(String, Vec<String>)| {
        let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
        members.sort_unstable();
        format!("{name} = {}", members.join(" + "))
    };
    superclasses.map_or("no superclasses".into(), |all| all.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn difference(a: &Variant, b: &Variant) -> Option<&'static str> {
    let both = |split| [a.tables(split), b.tables(split)];
    let same = |split| both(split)[0].image == both(split)[1].image;
    let same_labels = |split| both(split)[0].label == both(split)[1].label;
    if a.profile.input != b.profile.input {
        return Some("their inputs differ in shape");
    }
    match (same(Split::Test), same(Split::Validation)) {
        (false, _) => Some("their test images differ"),
        (_, false) => Some("their validation images differ"),
        _ if !same_labels(Split::Test) => Some("their test images have different labels"),
        _ if !same_labels(Split::Validation) => Some("their validation images have different labels"),
        _ => None,
    }
}
