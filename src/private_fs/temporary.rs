//! Temporary directories for sockets, which the process removes as soon as it no longer needs them.

use super::{DIR_MODE, PrivateDir, error_with_path};
use rustix::{
    fs::{FileType, lstat, mkdir},
    process::geteuid,
};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// Temporary directory of this process. Dropping the value removes the directory with all files in it.
#[derive(Debug)]
pub struct TemporaryDir(PathBuf);

impl TemporaryDir {
    /// Creates a directory whose name begins with `prefix`. Fails if the name is taken.
    ///
    /// The parent is `XDG_RUNTIME_DIR`, which belongs to the user alone (XDG Base Directory Specification),
    /// or else the system's directory for temporary files.
    pub fn create(prefix: &str) -> io::Result<Self> {
        static CREATE_COUNT: AtomicU32 = AtomicU32::new(0);
        let number = CREATE_COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent_dir().join(format!("{prefix}{}-{number}", std::process::id()));
        mkdir(&path, DIR_MODE).map_err(|error| error_with_path(&path, error.into()))?;
        PrivateDir::open(&path)?;
        Ok(Self(path))
    }

    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Removes temporary directories of this user that killed processes left. A directory counts as such if
    /// its name begins with `prefix` and `is_abandoned` returns true for its path.
    pub fn remove_abandoned(prefix: &str, is_abandoned: impl Fn(&Path) -> bool) {
        for entry in fs::read_dir(parent_dir()).into_iter().flatten().flatten() {
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

/// Returns the directory in which temporary directories are created.
fn parent_dir() -> PathBuf {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    runtime.filter(|path| path.is_absolute() && is_own_dir(path)).unwrap_or_else(env::temp_dir)
}

/// Returns true if the path is a directory of this user and not a symbolic link.
fn is_own_dir(path: &Path) -> bool {
    lstat(path).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::Directory && stat.st_uid == geteuid().as_raw()
    })
}

/// Removes a directory with all files in it. If that fails, the directory stays until the machine restarts.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}
