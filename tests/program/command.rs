//! Runs the program as a user does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's root, where users stand.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What one call of the program gave.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

fn said(output: Output) -> Said {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program speaks UTF-8");
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// `tierwise <arguments>` in the repository's root.
pub fn tierwise(arguments: &[&str]) -> Said {
    program(Path::new(env!("CARGO_BIN_EXE_tierwise")), arguments)
}

/// An example's program, built beside the tests.
pub fn example(name: &str, arguments: &[&str]) -> Said {
    let beside = Path::new(env!("CARGO_BIN_EXE_tierwise")).with_file_name("examples").join(name);
    program(&beside, arguments)
}

fn program(path: &Path, arguments: &[&str]) -> Said {
    said(Command::new(path).args(arguments).current_dir(root()).output().expect("the program starts"))
}

/// All files below a folder with their contents, by name.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    gather(folder, folder, &mut all);
    all.sort();
    all
}

fn gather(base: &Path, folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("it can be read").path()) {
        if entry.is_dir() {
            gather(base, &entry, all);
        } else {
            let name = entry.strip_prefix(base).expect("it lies below").to_string_lossy().into_owned();
            all.push((name, std::fs::read(&entry).expect("it can be read")));
        }
    }
}
