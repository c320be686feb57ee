//! Files that Portolan keeps between runs to avoid repeated requests. All of them may be lost at any time.
//! Several instances of Portolan write them at once, and some are killed in the middle. So each entry has a
//! checksum, and damaged entries are dropped and reported.

mod key;
mod outages;
mod snapshot;
mod append_log;
mod checksum;

pub use append_log::AppendLog;
pub use key::hashed_key;
pub use outages::{load_outages, save_outages};
pub use snapshot::{load_snapshot, save_snapshot};

use crate::private_fs::PrivateDir;
use checksum::write_with_checksum;
use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// The directory of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheDir(PathBuf);

impl CacheDir {
    /// Creates a handle of the directory, which need not exist yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates the directory for its owner alone, because names of services are private.
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

/// Returns the file name for `name`, which may be any text. Characters that a file name can't hold become
/// dashes, and a hash keeps such names distinct.
fn file_name(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let short: String = name.chars().map(plain).take(60).collect();
    format!("{kind}-{short}-{:08x}", crc32fast::hash(name.as_bytes()))
}

/// Replaces a file as a whole, with a checksum: a reader sees either the old or the new file.
fn replace_file(
    folder: &CacheDir,
    name: &str,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    folder.create()?.replace(name, |file| write_with_checksum(file, fill))
}
