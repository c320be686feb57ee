//! Private files and directories: the only module through which Portolan writes to disk.
//!
//! Directories have mode 0700 and files 0600, except for those that other people may read ([`PublishedDir`],
//! [`SharedDir`]). The module follows no symbolic links to files and writes to no device or pipe. Outside
//! Portolan's own directories, it overwrites a file only on request.
//!
//! The module opens files in Portolan's own directories relative to the open directory (openat(2)), and only
//! if they belong to the user. So no other process can replace the directory between the check and the use.
//! `tests/architecture.rs` forbids other modules to write with `std::fs`.

mod dir;
mod published_dir;
mod shared;
mod temporary;

pub use dir::PrivateDir;
pub use published_dir::PublishedDir;
pub use shared::{SharedDir, SharedFile};
pub use temporary::TemporaryDir;

use crate::model::Text;
use rustix::{
    fs::{DirEntry, FileType, Mode, OFlags, Stat, fchmod, fstat, ftruncate, open},
    io::Errno,
    process::geteuid,
};
use std::{
    fs::File,
    io::{self, ErrorKind},
    os::fd::AsFd,
    path::Path,
};

/// Returns the name of an entry of a directory. Returns `None` for `.`, for `..`, and for names that are not
/// valid Unicode.
fn name_of_entry(entry: &DirEntry) -> Option<String> {
    let name = entry.file_name().to_str().ok()?;
    (!matches!(name, "." | "..")).then(|| name.to_owned())
}

/// Mode of a directory: only its owner may list, enter and change it.
const DIR_MODE: Mode = Mode::RWXU;

/// Mode of a file: only its owner may read and write it.
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Flags with which the module opens every file: opening a pipe does not block, and opening a symbolic link
/// fails.
const SAFE_OPEN_FLAGS: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Creates a file at a path that the user chose. If the file exists, empties it if `overwrite` is true, and
/// fails otherwise. Other users get no permission for a file that belongs to this user. Fails if the path
/// leads to anything but a regular file.
pub fn create(path: &Path, overwrite: bool) -> io::Result<File> {
    let named = |error| error_with_path(path, error);
    let exclusive = if overwrite { OFlags::empty() } else { OFlags::EXCL };
    let flags = OFlags::WRONLY | OFlags::CREATE | SAFE_OPEN_FLAGS | exclusive;
    let file = open(path, flags, FILE_MODE).map_err(|error| named(error.into()))?;
    let stat = regular_file_stat(&file).map_err(named)?;
    if overwrite {
        if is_ours(&stat) {
            fchmod(&file, FILE_MODE).map_err(|error| named(error.into()))?;
        }
        ftruncate(&file, 0).map_err(|error| named(error.into()))?;
    }
    Ok(File::from(file))
}

/// Removes an incomplete file, because half a file is worse than none.
pub fn discard(path: &Path) {
    // The caller reports why the file is unfinished, so a second error would only distract.
    let _ = std::fs::remove_file(path);
}

/// Returns the status of an open file. Fails if it is a device, a pipe or a directory.
fn regular_file_stat(file: &impl AsFd) -> io::Result<Stat> {
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

/// Returns true if other users have any permission for the file.
fn is_open_to_others(stat: &Stat) -> bool {
    Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO)
}

/// Returns `error` with the path in front of its message.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn error_with_path(path: &Path, error: io::Error) -> io::Error {
    let path = Text::new(&path.display().to_string());
    let words = match Errno::from_io_error(&error) {
        // Error of a symbolic link opened with O_NOFOLLOW (open(2)).
        Some(Errno::LOOP) => "is a symbolic link, which Portolan does not follow".to_owned(),
        Some(Errno::EXIST) => "already exists".to_owned(),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), format!("{path}: {words}"))
}

#[cfg(test)]
mod tests;
