//! Files that appear whole or not at all.

use crate::problem::Problem;
use std::io::Write;
use std::path::Path;

/// Writes beside the target, then renames; makes the folder if it is not there.
///
/// # Errors
/// Output errors, with the path.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    written(path, bytes).map_err(|e| Problem::io("write the file", path, &e))
}

fn written(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
