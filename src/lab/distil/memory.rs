//! What a teacher has said, kept from training to training. An image has few looks (mirrored or not, shifted by some
//! pixels); in each the teacher answers the same to every student, and is asked once.

use crate::lab::network::{decode, encode};
use crate::problem::Problem;
use crate::store::atomic;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Answers of one teacher, a row for each look at each image.
#[derive(Debug)]
pub struct Memory {
    file: PathBuf,
    content: String,
    width: usize,
    /// Row after row; not a number where nothing is known.
    rows: Vec<f32>,
    /// Whether the file lacks any.
    news: bool,
}

/// Numbers that are kept at most: 256 MiB. Later looks are asked for again and again.
const MOST: usize = 1 << 26;
/// The tensor's name in the file.
const ANSWERS: &str = "answers";
/// How files' names begin.
const PREFIX: &str = "answers-";

impl Memory {
    /// What is known in a folder of answers of `width` numbers; `content` tells teacher, images and looks apart.
    ///
    /// # Errors
    /// A file that cannot be read or is broken.
    pub fn load(folder: &Path, content: &str, width: usize) -> Result<Self, Problem> {
        let file = folder.join(format!("{PREFIX}{}.safetensors", content.get(..16).unwrap_or(content)));
        let none = Self { file, content: content.into(), width, rows: Vec::new(), news: false };
        if !none.file.is_file() {
            return Ok(none);
        }
        let bytes = std::fs::read(&none.file).map_err(|e| Problem::io("read the teacher's answers", &none.file, &e))?;
        let broken = |p: Problem| p.in_file(&none.file).remedy("delete the file: the teacher is then asked again");
        let (mut tensors, head) = decode(&bytes).map_err(broken)?;
        let rows = tensors.remove(ANSWERS).map(|(_, rows)| rows).filter(|_| head == content).unwrap_or_default();
        Ok(Self { rows, ..none })
    }

    /// The rows of some looks; `ask` gives those of the looks at some places of the list that are not known.
    pub fn recall(&mut self, looks: &[u64], ask: impl FnOnce(&[usize]) -> Vec<f32>) -> Vec<f32> {
        let unknown: Vec<usize> = (0..looks.len()).filter(|&i| self.row(looks[i]).is_none()).collect();
        let told = if unknown.is_empty() { Vec::new() } else { ask(&unknown) };
        let mut all = vec![f32::NAN; looks.len() * self.width];
        for (row, &look) in all.chunks_exact_mut(self.width).zip(looks) {
            if let Some(known) = self.row(look) {
                row.copy_from_slice(known);
            }
        }
        for (row, &i) in told.chunks_exact(self.width).zip(&unknown) {
            all[i * self.width..][..self.width].copy_from_slice(row);
            self.learn(looks[i], row);
        }
        all
    }

    fn row(&self, look: u64) -> Option<&[f32]> {
        let from = usize::try_from(look).ok()?.checked_mul(self.width)?;
        self.rows.get(from..from + self.width).filter(|row| !row[0].is_nan())
    }

    fn learn(&mut self, look: u64, row: &[f32]) {
        let end = usize::try_from(look).ok().and_then(|look| look.checked_add(1)?.checked_mul(self.width));
        let Some(end) = end.filter(|&end| end <= MOST) else { return };
        if self.rows.len() < end {
            self.rows.resize(end, f32::NAN);
        }
        self.rows[end - self.width..end].copy_from_slice(row);
        self.news = true;
    }

    /// Writes all down for the next training.
    ///
    /// # Errors
    /// Output errors.
    pub fn keep(&mut self) -> Result<(), Problem> {
        if !std::mem::take(&mut self.news) {
            return Ok(());
        }
        let tensors = BTreeMap::from([(ANSWERS.to_string(), (vec![self.rows.len()], self.rows.clone()))]);
        atomic::write(&self.file, &encode(&tensors, self.content.clone())?)
    }

    /// Removes all that is known in a folder, and the folder if that was all of it.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn forget(folder: &Path) -> Result<(), Problem> {
        let files = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        let is_answers = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX));
        for file in files.filter(is_answers) {
            std::fs::remove_file(&file).map_err(|e| Problem::io("remove the teacher's answers", &file, &e))?;
        }
        // Fails while anything else is in it, as it should.
        let _ = std::fs::remove_dir(folder);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two numbers for each look.
    fn right(looks: &[u64]) -> Vec<f32> {
        looks.iter().flat_map(|&l| [l as f32, -(l as f32)]).collect()
    }

    fn recall(memory: &mut Memory, looks: &[u64]) -> Vec<u64> {
        let mut asked = Vec::new();
        let rows = memory.recall(looks, |unknown| {
            asked = unknown.iter().map(|&i| looks[i]).collect();
            right(&asked)
        });
        assert_eq!(rows, right(looks));
        asked
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("kept");
        let load = |content| Memory::load(&folder, content, 2).unwrap();
        let mut memory = load("a");
        assert_eq!(recall(&mut memory, &[5, 0, 5, 9]), [5, 0, 5, 9]);
        assert_eq!(recall(&mut memory, &[9, 5, 1]), [1]);
        memory.keep().unwrap();
        assert_eq!(recall(&mut load("a"), &[0, 1, 2, 5, 9]), [2]);
        assert_eq!(recall(&mut load("b"), &[0]), [0]);
        Memory::forget(&folder).unwrap();
        assert!(!folder.exists());
        assert_eq!(recall(&mut load("a"), &[0]), [0]);
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut memory = Memory::load(Path::new("nowhere"), "a", 2).unwrap();
        for look in [u64::MAX, MOST as u64 / 2] {
            assert_eq!(recall(&mut memory, &[look]), [look]);
            assert_eq!(recall(&mut memory, &[look]), [look]);
        }
        assert!(memory.rows.is_empty() && !memory.news);
    }

    #[test]
    fn a_broken_file_is_told() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("answers-a.safetensors"), b"cut").unwrap();
        let told = Memory::load(home.path(), "a", 2).unwrap_err().to_string();
        assert!(told.contains("answers-a.safetensors") && told.contains("asked again"), "{told}");
    }
}
