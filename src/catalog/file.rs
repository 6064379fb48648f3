//! `profile.json`: reading it, and the text of one to write.

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

    /// The profile as `profile.json`'s text.
    ///
    /// # Errors
    /// What [`ModelProfile::validate`] finds: a broken profile has no text.
    pub fn to_json(&self) -> Result<String, Problems> {
        self.validate()?;
        let text = serde_json::to_string_pretty(self).map_err(|e| Problem::new(e.to_string()))?;
        Ok(text + "\n")
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
        fs::write(folder.path().join(PROFILE), profile.to_json().unwrap()).unwrap();
        assert_eq!(ModelProfile::load(folder.path()).unwrap(), profile);
    }

    #[test]
    fn a_broken_profile_has_no_text() {
        let mut profile = made_up::profile("m", 3);
        profile.macs = 0;
        assert!(profile.to_json().unwrap_err().to_string().contains("`macs`"));
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
