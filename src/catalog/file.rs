//! Reading and writing `profile.json`.

use super::ModelProfile;
use crate::problem::{Problem, Problems, Source};
use std::{fs, io::Write, path::Path};

/// The profile's file name in its variant's folder.
pub const PROFILE: &str = "profile.json";

impl ModelProfile {
    /// Reads and checks the profile in a variant's folder.
    ///
    /// # Errors
    /// All [`Problems`]: an unreadable file, broken JSON (with its place), and what [`ModelProfile::validate`] finds.
    pub fn load(folder: &Path) -> Result<Self, Problems> {
        let path = folder.join(PROFILE);
        let text = fs::read_to_string(&path).map_err(|e| Problem::io("read the profile", &path, &e))?;
        let profile = Self::parse(&path, text)?;
        profile.validate().map_err(|problems| in_file(problems, &path))?;
        Ok(profile)
    }

    fn parse(path: &Path, text: String) -> Result<Self, Problem> {
        let source = Source::new(path, text);
        serde_json::from_str(&source.text).map_err(|e| {
            let at = offset(&source.text, e.line(), e.column());
            let remedy = "make the profile anew with `tierwise lab`, or mend this place";
            Problem::new(format!("not a profile: {e}")).at(&source, at..at + 1).remedy(remedy)
        })
    }

    /// Writes the profile into a variant's folder, whole or not at all.
    ///
    /// # Errors
    /// What [`ModelProfile::validate`] finds (then nothing is written), and output errors.
    pub fn save(&self, folder: &Path) -> Result<(), Problems> {
        let path = folder.join(PROFILE);
        self.validate().map_err(|problems| in_file(problems, &path))?;
        let mut text = serde_json::to_string_pretty(self).map_err(|e| Problem::new(e.to_string()).in_file(&path))?;
        text.push('\n');
        Ok(replace(&path, text.as_bytes()).map_err(|e| Problem::io("write the profile", &path, &e))?)
    }
}

/// Writes beside the target, then renames.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    readable(file.as_file())?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Lets others read it, unlike tempfile's default.
#[cfg(unix)]
fn readable(file: &fs::File) -> std::io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

/// Files are readable by others as they are.
#[cfg(not(unix))]
fn readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}

fn in_file(problems: Problems, path: &Path) -> Problems {
    Problems(problems.0.into_iter().map(|p| p.in_file(path)).collect())
}

/// The byte at a line and column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

/// The JSON schema of `profile.json`, from the types and their comments.
pub fn profile_schema() -> String {
    let schema = schemars::schema_for!(ModelProfile);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let profile = made_up::profile("m", 3);
        profile.save(folder.path()).unwrap();
        assert_eq!(ModelProfile::load(folder.path()).unwrap(), profile);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names, [PROFILE], "something was left behind");
    }

    #[test]
    fn saves_nothing_broken() {
        let folder = tempfile::tempdir().unwrap();
        let mut profile = made_up::profile("m", 3);
        profile.macs = 0;
        assert!(profile.save(folder.path()).unwrap_err().to_string().contains("profile.json: `macs`"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn tells_where_json_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(PROFILE), "{\n  \"schema\": \"one\"\n}").unwrap();
        let told = ModelProfile::load(folder.path()).unwrap_err().to_string();
        assert!(told.contains("profile.json:2:") && told.contains("invalid type"), "{told}");
        let told = ModelProfile::load(&folder.path().join("nowhere")).unwrap_err().to_string();
        assert!(told.contains("cannot read the profile"), "{told}");
    }

    /// Regenerate with `SNAPSHOTS=overwrite cargo test --release --lib catalog`.
    #[test]
    fn the_committed_schema_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalog/profile.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
            fs::write(path, profile_schema()).unwrap();
        }
        let committed = fs::read_to_string(path).unwrap_or_default();
        let remedy = "stale: run `SNAPSHOTS=overwrite cargo test --release --lib catalog`";
        assert!(committed == profile_schema(), "{path} is {remedy}");
    }
}
