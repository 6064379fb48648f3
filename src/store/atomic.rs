//! Files that appear whole or not at all: written beside their target, synced, then renamed.

use crate::problem::Problem;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// Names begin so where nothing is finished yet: such files and folders can be deleted.
const PREFIX: &str = ".unfinished-";

/// Replaces a file's content; makes its folder if need be.
///
/// # Errors
/// Output errors; the target is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let mut writer = Writer::create(path)?;
    writer.write_all(bytes).map_err(|e| Problem::io("write the file", path, &e))?;
    writer.finish()
}

/// A file being written, which takes its place when it is finished; dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Writer {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Writer {
    /// Starts a file that will stand at `path`; makes its folder if need be.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn create(path: &Path) -> Result<Self, Problem> {
        let open = || {
            fs::create_dir_all(folder(path))?;
            let file = tempfile::Builder::new().prefix(PREFIX).tempfile_in(folder(path))?;
            readable(file.as_file())?;
            Ok(file)
        };
        let file = open().map_err(|e| Problem::io("create the file", path, &e))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_path_buf() })
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last bytes written, at most `most` of them.
    ///
    /// # Errors
    /// Output errors.
    pub fn tail(&mut self, most: u64) -> io::Result<Vec<u8>> {
        self.file.flush()?;
        let mut file = self.file.get_ref().as_file();
        let end = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(end.saturating_sub(most)))?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes over bytes that stand this far from the end.
    ///
    /// # Errors
    /// Output errors.
    pub fn patch(&mut self, from_end: usize, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::End(-(from_end as i64)))?;
        self.file.write_all(bytes)?;
        self.file.seek(SeekFrom::End(0)).map(drop)
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Output errors; the target is then as it was.
    pub fn finish(self) -> Result<(), Problem> {
        let Self { file, path } = self;
        let place = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            sync(folder(&path))
        };
        place().map_err(|e| Problem::io("write the file", &path, &e))
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Files being written that take their places in one folder together; dropped before, they leave nothing.
///
/// What stands there under other names stays, unless it is told to go. Names are `name` or `folder/name`; a folder is
/// replaced whole.
#[derive(Debug)]
pub struct Batch {
    staging: TempDir,
    target: PathBuf,
    stale: Vec<String>,
}

impl Batch {
    /// Starts a batch for the folder `target`, which need not exist. What killed programs left of theirs is removed.
    ///
    /// # Errors
    /// The folder above it cannot be made or written to.
    pub fn create(target: &Path) -> Result<Self, Problem> {
        let open = || {
            fs::create_dir_all(folder(target))?;
            clear_leftovers(folder(target))?;
            let prefix = format!("{PREFIX}{}-", std::process::id());
            let mut builder = tempfile::Builder::new();
            open_to_all(&mut builder).prefix(&prefix).tempdir_in(folder(target))
        };
        let staging = open().map_err(|e| Problem::io("create a folder beside", target, &e))?;
        Ok(Self { staging, target: target.to_path_buf(), stale: Vec::new() })
    }

    /// Where to write a file for now.
    pub fn path(&self, name: &str) -> PathBuf {
        self.staging.path().join(name)
    }

    /// Removes what stands in the folder under this name, when the others take their places.
    pub fn remove(&mut self, name: impl Into<String>) {
        self.stale.push(name.into());
    }

    /// Puts all files in their places, `seal` last: it is gone while the others are being replaced, so whoever finds
    /// it finds all of them.
    ///
    /// # Errors
    /// Output errors; the seal is then missing.
    pub fn commit(self, seal: &str) -> Result<(), Problem> {
        let Self { staging, target, stale } = self;
        place_all(staging.path(), &target, &stale, seal).map_err(|e| Problem::io("put results into", &target, &e))
    }
}

fn place_all(staging: &Path, target: &Path, stale: &[String], seal: &str) -> io::Result<()> {
    fs::create_dir_all(target)?;
    remove(&target.join(seal))?;
    sync(target)?;
    stale.iter().try_for_each(|name| remove(&target.join(name)))?;
    for name in names(staging)?.into_iter().filter(|name| name != seal) {
        place(&staging.join(&name), &target.join(&name))?;
    }
    place(&staging.join(seal), &target.join(seal))?;
    sync(target)
}

/// Removes staging folders of processes that are no more. Where that cannot be told, they stay.
fn clear_leftovers(folder: &Path) -> io::Result<()> {
    let processes = Path::new("/proc");
    if !processes.join("self").exists() {
        return Ok(());
    }
    let owner = |name: &str| name.strip_prefix(PREFIX)?.split_once('-')?.0.parse::<u32>().ok();
    let gone = |name: &&String| owner(name).is_some_and(|id| !processes.join(id.to_string()).exists());
    names(folder)?.iter().filter(gone).try_for_each(|name| remove(&folder.join(name)))
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    let mut names = fs::read_dir(folder)?.map(name).collect::<io::Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

fn place(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        remove(to)?;
    }
    fs::rename(from, to)
}

/// Removes a file or folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false if path.exists() => fs::remove_file(path),
        false => Ok(()),
    }
}

/// The folder that a path is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes renames in a folder last.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened as files here.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Lets others read a file, unlike a temporary file's default.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

/// Permissions are inherited here.
#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

/// Lets others enter a folder.
#[cfg(unix)]
fn open_to_all<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

/// Permissions are inherited here.
#[cfg(not(unix))]
fn open_to_all<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_of_test() -> TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn replaces_a_file_and_makes_its_folder() {
        let home = folder_of_test();
        let path = home.path().join("new/file.txt");
        write(&path, b"one, and long").expect("written");
        write(&path, b"two").expect("written again");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        assert_eq!(names(&home.path().join("new")).expect("listed"), ["file.txt"]);
    }

    #[test]
    fn a_dropped_writer_leaves_nothing() {
        let home = folder_of_test();
        let path = home.path().join("file");
        write(&path, b"old").expect("written");
        let mut writer = Writer::create(&path).expect("created");
        writer.write_all(b"half").expect("written");
        drop(writer);
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert_eq!(names(home.path()).expect("listed"), ["file"]);
    }

    #[test]
    fn says_which_file_could_not_be_written() {
        let home = folder_of_test();
        write(&home.path().join("file"), b"").expect("written");
        let problem = write(&home.path().join("file/under"), b"").expect_err("a file is no folder");
        assert!(problem.to_string().contains("file/under"), "{problem}");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_files_and_enter_folders() {
        use std::os::unix::fs::PermissionsExt;
        let home = folder_of_test();
        let batch = Batch::create(&home.path().join("out")).expect("created");
        write(&batch.path("seal"), b"").expect("written");
        write(&batch.path("sub/file"), b"").expect("written");
        batch.commit("seal").expect("committed");
        let mode = |name: &str| fs::metadata(home.path().join(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!([mode("out/seal"), mode("out/sub/file")], [0o644, 0o644]);
        assert_eq!([mode("out") & 0o055, mode("out/sub") & 0o055], [0o055, 0o055]);
    }

    #[test]
    fn a_batch_appears_together_and_leaves_other_files_alone() {
        let home = folder_of_test();
        let out = home.path().join("out");
        for (old, new) in [("a", "b"), ("b", "c")] {
            let batch = Batch::create(&out).expect("created");
            write(&batch.path("seal"), new.as_bytes()).expect("written");
            write(&batch.path(&format!("sub/{new}")), b"").expect("written");
            assert!(!out.join("sub").join(new).exists());
            batch.commit("seal").expect("committed");
            assert_eq!(names(&out.join("sub")).expect("listed"), [new]);
            assert_eq!(fs::read(out.join("seal")).expect("there"), new.as_bytes());
            assert!(!out.join("sub").join(old).exists());
            write(&out.join("notes.txt"), b"mine").expect("written");
        }
        assert_eq!(names(&out).expect("listed"), ["notes.txt", "seal", "sub"]);
        assert_eq!(names(home.path()).expect("listed"), ["out"]);
    }

    #[test]
    fn a_batch_removes_what_it_is_told_to() {
        let home = folder_of_test();
        for name in ["old/file", "page", "notes"] {
            write(&home.path().join(name), b"old").expect("written");
        }
        let mut batch = Batch::create(home.path()).expect("created");
        ["old", "page", "never-there"].into_iter().for_each(|name| batch.remove(name));
        write(&batch.path("seal"), b"").expect("written");
        write(&batch.path("page"), b"new").expect("written");
        batch.commit("seal").expect("committed");
        assert_eq!(names(home.path()).expect("listed"), ["notes", "page", "seal"]);
        assert_eq!(fs::read(home.path().join("page")).expect("there"), b"new");
    }

    /// No process has the largest number: Linux gives at most 2^22.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_killed_programs_left_goes() {
        let home = folder_of_test();
        let running = format!("{PREFIX}{}-abc", std::process::id());
        for name in [&format!("{PREFIX}{}-abc", u32::MAX), &running] {
            fs::create_dir(home.path().join(name)).expect("made");
        }
        drop(Batch::create(&home.path().join("out")).expect("created"));
        assert_eq!(names(home.path()).expect("listed"), [running]);
    }

    #[test]
    fn a_dropped_batch_leaves_not_even_a_folder() {
        let home = folder_of_test();
        let batch = Batch::create(&home.path().join("out")).expect("created");
        write(&batch.path("file"), b"").expect("written");
        drop(batch);
        assert!(names(home.path()).expect("listed").is_empty());
    }

    #[test]
    fn a_batch_without_its_seal_does_not_look_finished() {
        let home = folder_of_test();
        let out = home.path().join("out");
        write(&out.join("seal"), b"old").expect("written");
        let batch = Batch::create(&out).expect("created");
        write(&batch.path("file"), b"new").expect("written");
        assert!(batch.commit("seal").is_err());
        assert!(!out.join("seal").exists());
    }
}
