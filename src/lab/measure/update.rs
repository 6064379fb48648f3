//! What it takes to turn one shipped file into another, for whoever has the first.

use super::{bytes_of, shipped_in};
use crate::lab::answers::plain;
use crate::lab::code;
use crate::problem::Problem;
use crate::store::atomic;
use crate::store::hash::sha256_hex;
use std::path::{Path, PathBuf};

/// An update, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Bytes of the update.
    pub bytes: u64,
    /// Bytes of the new file, entropy-coded on its own.
    pub coded: u64,
    /// Bytes of the new file, not coded.
    pub plain: u64,
    /// SHA-256 of the new file, not coded: what the update was seen to give.
    pub sha256: String,
}

/// Codes the new file against the old one, decodes that, and compares it with the new file byte by byte. Each is a
/// variant's folder or a file; a coded one is decoded first. The update is written to `out`, if that is given.
///
/// # Errors
/// Files that cannot be read or are no weights, an update that gives another file, output errors.
pub fn update(old: &Path, new: &Path, out: Option<&Path>) -> Result<Update, Problem> {
    let [base, file] = [weights(old)?, weights(new)?];
    let coded = code::update(&base, &file)?;
    if code::updated(&base, &coded)? != file {
        return Err(Problem::new("the update does not give the new file").in_file(new));
    }
    out.map_or(Ok(()), |out| atomic::write(out, &coded))?;
    let alone = code::pack(&file)?;
    let [bytes, coded, plain] = [coded.len(), alone.len(), file.len()].map(|n| n as u64);
    Ok(Update { bytes, coded, plain, sha256: sha256_hex(&file) })
}

/// The shipped file of a folder, or a file, as it was before it was coded.
fn weights(at: &Path) -> Result<Vec<u8>, Problem> {
    let path: PathBuf = if at.is_dir() { shipped_in(at) } else { at.into() };
    let bytes = bytes_of(&path)?;
    Ok(plain(&bytes).map_err(|p| p.in_file(&path))?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::separable;
    use crate::lab::network::{Kind, Trainee, Weights};
    use std::fs;

    fn file(seed: u64, change: impl Fn(usize, f32) -> f32) -> Vec<u8> {
        let trainee = Trainee::new(&separable([28, 28, 1], 10, 8, &[[16, 2]]), seed).unwrap();
        let data = crate::lab::data::load("fashion-mnist-subset", None).unwrap();
        let mut weights = Weights::of(&trainee, data.scaling, Kind::Shipped).unwrap();
        weights.tensors.values_mut().for_each(|(_, v)| v.iter_mut().enumerate().for_each(|(i, v)| *v = change(i, *v)));
        weights.encode().unwrap()
    }

    #[test]
    fn an_update_gives_the_new_file_and_is_the_smaller_the_less_changed() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("new")).unwrap();
        let [old, near, far] =
            [file(1, |_, v| v), file(1, |i, v| if i % 50 == 0 { v + 0.25 } else { v }), file(2, |_, v| v)];
        fs::write(at("old.safetensors"), &old).unwrap();
        fs::write(at("new").join("weights.twc"), code::pack(&near).unwrap()).unwrap();
        fs::write(at("far"), &far).unwrap();
        let small = update(&at("old.safetensors"), &at("new"), Some(&at("u"))).unwrap();
        assert_eq!(code::updated(&old, &fs::read(at("u")).unwrap()).unwrap(), near);
        assert_eq!((small.plain, small.sha256), (near.len() as u64, sha256_hex(&near)));
        assert_eq!(small.coded, fs::metadata(at("new").join("weights.twc")).unwrap().len());
        let large = update(&at("old.safetensors"), &at("far"), None).unwrap();
        assert!(small.bytes * 5 < small.coded && large.bytes > small.bytes, "{} {large:?}", small.bytes);
        let told = update(&at("nothing"), &at("new"), None).unwrap_err().to_string();
        assert!(told.contains("nothing"), "{told}");
    }
}
