//! Private files: the only way Portolan writes to disk. Folders are 0700 and files 0600; no symbolic link is followed, no
//! device, pipe or file of another user is written to, and nothing is overwritten unless that is asked for.
//!
//! Files in a folder of ours are opened relative to the folder's descriptor (openat(2)), so that nobody can put another
//! folder in its place between the check and the use. `tests/architecture.rs` keeps `std::fs` from writing elsewhere.

mod dir;
mod temporary;

pub use dir::PrivateDir;
pub use temporary::TemporaryDir;

use crate::model::Text;
use rustix::{
    fs::{FileType, Mode, OFlags, Stat, fchmod, fstat, ftruncate, open},
    io::Errno,
    process::geteuid,
};
use std::{
    fs::File,
    io::{self, ErrorKind},
    os::fd::AsFd,
    path::Path,
};

/// Mode of a folder: its owner may list, enter and change it.
const DIR_MODE: Mode = Mode::RWXU;

/// Mode of a file: its owner may read and write it.
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Flags of every call that opens something: a pipe without a reader or writer must not block, a symbolic link is an error.
const SAFE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Creates a file that the user named. An existing one is an error unless `overwrite` is set; then it must be a regular
/// file, and its old content goes.
pub fn create(path: &Path, overwrite: bool) -> io::Result<File> {
    let named = |error| about(path, error);
    let exclusive = if overwrite { OFlags::empty() } else { OFlags::EXCL };
    let flags = OFlags::WRONLY | OFlags::CREATE | SAFE | exclusive;
    let file = open(path, flags, FILE_MODE).map_err(|error| named(error.into()))?;
    let stat = regular(&file).map_err(named)?;
    if overwrite {
        if is_ours(&stat) {
            fchmod(&file, FILE_MODE).map_err(|error| named(error.into()))?;
        }
        ftruncate(&file, 0).map_err(|error| named(error.into()))?;
    }
    Ok(File::from(file))
}

/// Removes a file that was created here and could not be finished: half a file is worse than none.
pub fn discard(path: &Path) {
    // Why it could not be finished is what matters to the user, and is told.
    let _ = std::fs::remove_file(path);
}

/// Returns the status of an open file, or an error where it is a device, a pipe or a folder.
fn regular(file: &impl AsFd) -> io::Result<Stat> {
    let stat = fstat(file)?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
        Ok(stat)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"))
    }
}

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == geteuid().as_raw()
}

/// Returns whether anybody but the owner may read, write or enter it.
fn is_open_to_others(stat: &Stat) -> bool {
    Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO)
}

/// Returns `error` with the path before it.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn about(path: &Path, error: io::Error) -> io::Error {
    let path = Text::new(&path.display().to_string());
    let words = match Errno::from_io_error(&error) {
        // What O_NOFOLLOW gives for a link (open(2)).
        Some(Errno::LOOP) => "a symbolic link, which is not followed".to_owned(),
        Some(Errno::EXIST) => "exists already".to_owned(),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), format!("{path}: {words}"))
}

#[cfg(test)]
mod tests;
