//! Files that Portolan keeps between runs: snapshots, outages and task definitions. Portolan works without
//! them, so the user may delete them at any time.
//!
//! Several Portolan processes may write them at once, and some are killed in the middle of a write. So each
//! entry has a checksum, and Portolan drops damaged entries.

mod key;
mod completion_names;
mod outages;
mod snapshot;
mod append_log;
mod checksum;

pub use append_log::AppendLog;
pub use completion_names::{CompletionNames, NamedService, known_names};
pub use key::{hashed_bytes, hashed_key};
pub use outages::{load_outages, save_outages};
pub use snapshot::{load_snapshot, save_snapshot};

use crate::private_fs::PrivateDir;
use checksum::write_with_checksum;
use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Directory on disk for data that Portolan keeps between runs. It need not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheDir(PathBuf);

impl CacheDir {
    /// Returns a handle to the directory at `path`, without creating it.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Opens the directory and creates it if missing. Only its owner may access it, because names of services
    /// are private.
    fn create(&self) -> io::Result<PrivateDir> {
        PrivateDir::open_or_create(&self.0)
    }

    /// Opens the directory. Returns `None` if it does not exist.
    fn open(&self) -> io::Result<Option<PrivateDir>> {
        match PrivateDir::open(&self.0) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns a file name made of `kind` and `name`. `name` may be any text: characters other than letters,
/// digits and dots become dashes, and a hash of `name` keeps the file names distinct.
fn file_name(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let short: String = name.chars().map(plain).take(60).collect();
    format!("{kind}-{short}-{:08x}", crc32fast::hash(name.as_bytes()))
}

/// Replaces the file `name` with the bytes that `fill` writes, with their checksum in front. Readers see
/// either the old or the new file, never a part of one.
fn replace_file(
    folder: &CacheDir,
    name: &str,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    folder.create()?.replace(name, |file| write_with_checksum(file, fill))
}
