//! Fuzz target for compose projects: each section of the input is a file of the project, such as
//! `=== compose.yaml` or `=== .env`. Values of variables and arguments must not come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::source::compose::fuzzing::read_project;
use portolan_fuzz::{
    law::{SECRET, assert_safe, has_secret},
    run_limits::within_limits,
    sections::{Section, sections},
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Name of the override file, which plants the secret in a service of every project.
const OVERRIDE_FILE: &str = "compose.override.yaml";
/// Maximum number of files in a project.
const MAX_FILES: usize = 10;

/// Returns the folder of this process's projects, in memory if the machine has such a folder.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    parent.join(format!("portolan-fuzz-{}", std::process::id()))
}

/// Returns true if a file of this name stays within the project.
fn is_file_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let parts = || name.split('/');
    name.len() <= 60
        && name.chars().all(fits)
        && parts().count() <= 3
        && !parts().any(|part| ["", ".", ".."].contains(&part))
}

fn write_project(folder: &Path, files: &[Section<'_>]) -> io::Result<()> {
    // The last run may have been ended at any point.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    for file in files.iter().filter(|file| is_file_name(&file.name)).take(MAX_FILES) {
        let path = folder.join(&*file.name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, file.content)?;
    }
    fs::write(folder.join("planted.env"), format!("API_TOKEN={SECRET}\n"))?;
    fs::write(folder.join(OVERRIDE_FILE), planted_override())
}

fn planted_override() -> String {
    format!(
        "services:\n  planted:\n    image: planted\n    env_file: [planted.env]\n    environment:\n      \
         DB_PASSWORD: {SECRET}\n      DATABASE_URL: postgres://app:{SECRET}@db:5432/shop\n    \
         command: [serve, --password, {SECRET}]\n"
    )
}

fuzz_target!(|input: &[u8]| {
    if has_secret(input) {
        return;
    }
    let folder = folder();
    // The fuzzer may choose two names of which one is a file and the other a folder in it.
    if write_project(&folder, &sections(input)).is_err() {
        return;
    }
    let environment = BTreeMap::from([("TAG".to_owned(), "1.2".to_owned())]);
    let read = within_limits(|| read_project(&folder, environment));
    assert_safe(&read);
    let _ = fs::remove_dir_all(&folder);
});
