//! Reader of small settings files, such as docker's `config.json`: regular files only, up to a maximum size.

use std::{
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Reads a settings file of at most `max` bytes. Fails for pipes and devices without waiting, because it
/// opens the file non-blocking and then checks its type.
pub(in crate::source::docker) fn read_settings(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = Vec::new();
    file.take(max + 1).read_to_end(&mut text)?;
    if text.len() as u64 > max {
        return Err(io::Error::other(format!("larger than {} KiB", max / 1024)));
    }
    Ok(text)
}

/// `O_NONBLOCK` of open(2).
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;
#[cfg(not(target_os = "linux"))]
const O_NONBLOCK: i32 = 0x0004;

#[cfg(test)]
mod tests {
    use super::read_settings;
    use std::{fs, path::Path};

    #[test]
    fn only_regular_files_that_fit_are_read() {
        let file = std::env::temp_dir().join(format!("portolan-settings-{}", std::process::id()));
        fs::write(&file, "12345").unwrap();
        assert_eq!(read_settings(&file, 5).unwrap(), b"12345");
        assert!(read_settings(&file, 4).unwrap_err().to_string().contains("larger"));
        fs::remove_file(&file).unwrap();
        assert!(read_settings(Path::new("/dev/zero"), 5).unwrap_err().to_string().contains("regular"));
        assert!(read_settings(Path::new("/"), 5).is_err());
    }
}
