//! Regular files, read up to a limit. A path in a compose file or recording may lead to a device or pipe,
//! which would block or never end. Such a path is not opened. An opened file is checked again, because it may
//! have been replaced.

use crate::model::FailureKind;
use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read},
    path::Path,
};

/// Reason why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The operating system refused to open or read the file.
    Io(io::Error),
    /// The path is a folder, pipe, socket or device.
    NotRegular,
    /// The file is longer than this many bytes.
    TooLong(usize),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::NotRegular => f.write_str("not a regular file"),
            Self::TooLong(limit) => write!(f, "larger than {} KiB", limit / 1024),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl ReadError {
    /// Returns the kind of failure that Portolan reports for this error.
    pub(crate) fn failure_kind(&self) -> FailureKind {
        match self {
            Self::Io(error) if error.kind() == ErrorKind::NotFound => FailureKind::Missing,
            Self::Io(error) if error.kind() == ErrorKind::PermissionDenied => FailureKind::Denied,
            _ => FailureKind::Invalid,
        }
    }
}

/// Opens a regular file. Does not block if the path leads to a pipe.
pub(crate) fn open_regular(path: &Path) -> Result<File, ReadError> {
    // Opening a device may have effects, so the path is checked first. The file may be replaced in between,
    // so the opened file is checked as well.
    if !std::fs::metadata(path)?.is_file() {
        return Err(ReadError::NotRegular);
    }
    let file = options().open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ReadError::NotRegular) }
}

/// Reads a regular file of at most `limit` bytes.
pub(crate) fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // The reported length of some files, such as those in /proc, is wrong. So the limit applies to the bytes
    // read.
    open_regular(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
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
    use super::{ReadError, read_limited};
    use crate::model::FailureKind;
    use std::path::Path;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let path = std::env::temp_dir().join(format!("portolan-regular-{}", std::process::id()));
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_limited(&path, 4), Err(ReadError::TooLong(4))));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_limited(&path, 5).unwrap_err().failure_kind(), FailureKind::Missing);
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_folders_are_refused() {
        for path in ["/dev/zero", "/dev/tty", "/dev/stdin", "/tmp"] {
            assert!(read_limited(Path::new(path), 5).is_err(), "{path}");
        }
        assert!(matches!(read_limited(Path::new("/dev/zero"), 5), Err(ReadError::NotRegular)));
        assert!(matches!(read_limited(Path::new("/tmp"), 5), Err(ReadError::NotRegular)));
    }
}
