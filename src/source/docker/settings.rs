//! Small files of settings, read with care: only regular files, and no more of them than fits.

use std::{
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The text of a file of settings, which may be at most `max` bytes long. A pipe or device is refused, and never waited
/// for: it is opened without waiting, and the open file itself is asked what it is.
pub(super) fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = Vec::new();
    file.take(max + 1).read_to_end(&mut text)?;
    if text.len() as u64 > max {
        return Err(io::Error::other(format!("it is larger than {} KiB", max / 1024)));
    }
    Ok(text)
}

/// `O_NONBLOCK` (open(2)).
#[cfg(target_os = "linux")]
const NONBLOCK: i32 = 0o4000;
#[cfg(not(target_os = "linux"))]
const NONBLOCK: i32 = 0x0004;

#[cfg(test)]
mod tests {
    use super::read;
    use std::{fs, path::Path};

    #[test]
    fn only_regular_files_that_fit_are_read() {
        let file = std::env::temp_dir().join(format!("portolan-settings-{}", std::process::id()));
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert!(read(&file, 4).unwrap_err().to_string().contains("larger"));
        fs::remove_file(&file).unwrap();
        assert!(read(Path::new("/dev/zero"), 5).unwrap_err().to_string().contains("regular"));
        assert!(read(Path::new("/"), 5).is_err());
    }
}
