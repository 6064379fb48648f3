//! `profile.json`: reading it, and its schema.

use super::ModelProfile;
use crate::problem::{Problem, Problems, Source};
use std::{fs, path::Path};

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
}

fn in_file(problems: Problems, path: &Path) -> Problems {
    Problems(problems.0.into_iter().map(|p| p.in_file(path)).collect())
}

/// The byte at a line and column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

/// The JSON schema of `profile.json`.
pub fn profile_schema() -> &'static str {
    include_str!("profile.schema.json")
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let profile = made_up::profile("m", 3);
        fs::write(folder.path().join(PROFILE), serde_json::to_string(&profile).unwrap()).unwrap();
        assert_eq!(ModelProfile::load(folder.path()).unwrap(), profile);
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
    fn the_schema_is_that_of_the_type() {
        let schema = schemars::schema_for!(ModelProfile);
        let fresh = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalog/profile.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
            fs::write(path, &fresh).unwrap();
        }
        let remedy = "stale: run `SNAPSHOTS=overwrite cargo test --release --lib catalog`";
        assert!(fs::read_to_string(path).unwrap_or_default() == fresh, "{path} is {remedy}");
    }
}
