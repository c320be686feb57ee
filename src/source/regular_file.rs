//! Regular files, read up to a limit. A path from a compose file or a recording may lead to a device or a pipe, which
//! would block or never end: such a thing is not opened, and what was opened is checked once more.

use crate::model::FailureKind;
use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read},
    path::Path,
};

/// The reason why a file is not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The system refuses it.
    Io(io::Error),
    /// It is a folder, a pipe, a socket or a device.
    NotRegular,
    /// It is longer than this many bytes.
    TooLong(usize),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::NotRegular => f.write_str("it is no regular file"),
            Self::TooLong(limit) => write!(f, "it is longer than {} KiB", limit / 1024),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ReadError {
    /// The kind of failure that this is to the user.
    pub(crate) fn kind(&self) -> FailureKind {
        match self {
            Self::Io(error) if error.kind() == ErrorKind::NotFound => FailureKind::Missing,
            Self::Io(error) if error.kind() == ErrorKind::PermissionDenied => FailureKind::Denied,
            _ => FailureKind::Invalid,
        }
    }
}

/// Opens a regular file, and never waits for the other end of a pipe.
pub(crate) fn open(path: &Path) -> Result<File, ReadError> {
    // To open a device may do something by itself, so the path is looked at first. What lies there may be exchanged
    // in between, so the opened file is looked at as well.
    if !std::fs::metadata(path)?.is_file() {
        return Err(ReadError::NotRegular);
    }
    let file = options().open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ReadError::NotRegular) }
}

/// Reads a regular file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // The length that the system tells may be wrong, as it is below /proc, so the limit counts what comes.
    open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(ReadError::TooLong(limit)) } else { Ok(bytes) }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(test)]
mod tests {
    use super::{ReadError, read};
    use crate::model::FailureKind;
    use std::path::Path;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let path = std::env::temp_dir().join(format!("portolan-regular-{}", std::process::id()));
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(matches!(read(&path, 4), Err(ReadError::TooLong(4))));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&path, 5).unwrap_err().kind(), FailureKind::Missing);
    }

    #[cfg(unix)]
    #[test]
    fn devices_folders_and_what_has_no_end_are_not_read() {
        for path in ["/dev/zero", "/dev/tty", "/dev/stdin", "/tmp"] {
            assert!(read(Path::new(path), 5).is_err(), "{path}");
        }
        assert!(matches!(read(Path::new("/dev/zero"), 5), Err(ReadError::NotRegular)));
        assert!(matches!(read(Path::new("/tmp"), 5), Err(ReadError::NotRegular)));
    }
}
