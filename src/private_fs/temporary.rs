//! Temporary folders for sockets, which are gone with what they were made for.

use super::{DIR_MODE, PrivateDir, about};
use rustix::{
    fs::{FileType, lstat, mkdir},
    process::geteuid,
};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Folder of this process, removed with all that is in it when it is dropped.
#[derive(Debug)]
pub struct TemporaryDir(PathBuf);

impl TemporaryDir {
    /// Makes a folder whose name begins with `prefix`: in `XDG_RUNTIME_DIR`, which belongs to the user alone (XDG Base
    /// Directory Specification), else in the folder for temporary files. Fails where the name is taken.
    pub fn make(prefix: &str) -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = parent().join(format!("{prefix}{}-{number}", std::process::id()));
        mkdir(&path, DIR_MODE).map_err(|error| about(&path, error.into()))?;
        PrivateDir::open(&path)?;
        Ok(Self(path))
    }

    /// Returns where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Removes folders of this user with that prefix that `is_abandoned` finds: their processes were killed.
    pub fn sweep(prefix: &str, is_abandoned: impl Fn(&Path) -> bool) {
        for entry in fs::read_dir(parent()).into_iter().flatten().flatten() {
            let has_prefix = entry.file_name().to_string_lossy().starts_with(prefix);
            if has_prefix && is_own_dir(&entry.path()) && is_abandoned(&entry.path()) {
                remove(&entry.path());
            }
        }
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Returns the folder in which temporary folders are made.
fn parent() -> PathBuf {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    runtime.filter(|path| path.is_absolute() && is_own_dir(path)).unwrap_or_else(env::temp_dir)
}

/// Returns whether it is a folder of this user, and no link to one.
fn is_own_dir(path: &Path) -> bool {
    lstat(path).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::Directory && stat.st_uid == geteuid().as_raw()
    })
}

/// Removes a folder with all that is in it. What can't be removed goes with the next start of the machine.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}
