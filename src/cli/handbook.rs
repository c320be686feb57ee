//! Command `handbook`: writes the pages of the handbook, or compares a handbook on disk with the current
//! services.

use super::{
    Error, Outcome, Polled,
    args::{CommonArgs, HandbookArgs, PageFormat},
    collect, mono_theme, open_and_poll, print, read_outcome,
};
use crate::{
    export::{
        HandbookChange, HandbookFormat, STATEMENTS_FILE, compare_handbook, handbook_files,
        handbook_statements, stale_handbook_files,
    },
    keymap::Keymap,
    model::{Failure, FailureKind},
    private_fs::PublishedDir,
    screen::Scene,
    store::Store,
};
use std::{
    io::{ErrorKind, Write},
    path::Path,
};

/// Maximum size in bytes of the statements file, which lists everything that the pages of a handbook state.
const MAX_STATEMENTS_BYTES: u64 = 64 * 1024 * 1024;

/// Writes the handbook, or checks the existing one that `--check` names.
pub(super) async fn run(common: &CommonArgs, asked: &HandbookArgs) -> Result<Outcome, Error> {
    let known = asked.check.as_deref().map(read_statements).transpose()?;
    let Polled { world, config, .. } = open_and_poll(common).await?;
    let store = Store { world, session: collect::new_session(&config) };
    let (theme, keymap) = (mono_theme(common)?, Keymap::default());
    let scene = Scene { store: &store, theme: &theme, keymap: &keymap };
    let read = read_outcome(&store.world);
    if read != Outcome::Success {
        return Ok(read);
    }
    if let (Some(known), Some(folder)) = (known, &asked.check) {
        let changes = compare_handbook(&known, &handbook_statements(scene))
            .map_err(|why| not_a_handbook(folder, &why))?;
        print(changes_text(&changes))?;
        return Ok(if changes.is_empty() { Outcome::Success } else { Outcome::Findings });
    }
    let format = match asked.format {
        PageFormat::Html => HandbookFormat::Html,
        PageFormat::Markdown => HandbookFormat::Markdown,
    };
    let files = handbook_files(scene, format);
    write_files(&asked.output, &files, &handbook_statements(scene))?;
    print(format!("{} files in {}\n", files.len() + 1, asked.output.display()))?;
    Ok(Outcome::Success)
}

fn changes_text(changes: &[HandbookChange]) -> String {
    if changes.is_empty() {
        return "the handbook holds\n".to_owned();
    }
    let line = |change: &HandbookChange| match change {
        HandbookChange::NoLongerHolds(text) => format!("no longer holds  {text}\n"),
        HandbookChange::Missing(text) => format!("missing          {text}\n"),
        HandbookChange::StalePage(name) => format!("stale page       {name}\n"),
    };
    changes.iter().map(line).collect()
}

fn read_statements(folder: &Path) -> Result<String, Failure> {
    let bytes = PublishedDir::open(folder).and_then(|dir| dir.read(STATEMENTS_FILE, MAX_STATEMENTS_BYTES));
    let bytes = bytes.map_err(|error| not_a_handbook(folder, &error.to_string()))?;
    let bytes = bytes.ok_or_else(|| not_a_handbook(folder, &format!("{STATEMENTS_FILE} is missing")))?;
    String::from_utf8(bytes).map_err(|_| not_a_handbook(folder, "not UTF-8"))
}

fn not_a_handbook(folder: &Path, why: &str) -> Failure {
    let what = format!("no handbook in {}: {why}", folder.display());
    Failure::new(FailureKind::Invalid, what, "write one with portolan handbook --output DIR")
}

/// Writes `files` to `folder`, which must be new, empty, or contain a handbook. Removes the pages of services
/// that no longer exist. `statements` is the content of the new statements file.
fn write_files(folder: &Path, files: &[(String, String)], statements: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let what = format!("the handbook could not be written: {error}");
        Failure::new(FailureKind::Invalid, what, "choose a directory that you may write with --output")
    };
    let dir = PublishedDir::open_or_create(folder).map_err(failed)?;
    let known = dir.read(STATEMENTS_FILE, MAX_STATEMENTS_BYTES).map_err(failed)?;
    if known.is_none() && !dir.file_names().map_err(failed)?.is_empty() {
        let what = format!("{} has files that are no handbook", folder.display());
        return Err(Failure::new(FailureKind::Invalid, what, "choose a new directory with --output"));
    }
    let stale = stale_handbook_files(&String::from_utf8_lossy(&known.unwrap_or_default()), statements);
    for (name, text) in files {
        dir.replace(name, |file| file.write_all(text.as_bytes())).map_err(failed)?;
    }
    for name in stale {
        match dir.remove(&name) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    // The statements file lists the pages, so Portolan writes it last. If the run is interrupted, the next
    // one still finds the stale pages.
    dir.replace(STATEMENTS_FILE, |file| file.write_all(statements.as_bytes())).map_err(failed)
}
