//! Portolan's own log: warnings in a file of the state directory, never on the terminal.
//!
//! Several Portolan processes append whole lines to one file. Each run writes at most `MAX_RUN_BYTES`. If
//! the file has more than `ROTATE_AT_BYTES` at the start of a run, the run renames it and starts a new one.

use crate::private_fs::PrivateDir;
use std::{
    io::{self, Write},
    path::Path,
    sync::Mutex,
};
use tracing::level_filters::LevelFilter;

/// Name of the log file.
const LOG_FILE: &str = "portolan.log";
/// Name of the previous log file, which rotation replaces.
const OLD_LOG_FILE: &str = "portolan.log.old";

/// Size in bytes above which the next run starts a new log file.
const ROTATE_AT_BYTES: u64 = 1 << 20;

/// Maximum number of bytes that one run writes.
const MAX_RUN_BYTES: u64 = 4 << 20;

/// Starts writing warnings to the log in `folder`.
pub fn start(folder: &Path) -> io::Result<()> {
    let dir = PrivateDir::open_or_create(folder)?;
    let mut file = dir.open_append(LOG_FILE)?;
    if file.metadata()?.len() > ROTATE_AT_BYTES {
        dir.rename(LOG_FILE, OLD_LOG_FILE)?;
        file = dir.open_append(LOG_FILE)?;
    }
    let subscriber = tracing_subscriber::fmt()
        .with_writer(Mutex::new(BoundedWriter { file, bytes_left: MAX_RUN_BYTES }))
        .with_ansi(false)
        .with_max_level(LevelFilter::WARN)
        .finish();
    // A second call, as in tests, keeps the subscriber of the first.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// Writer of Portolan's own log, which stops after a number of bytes. Writes only whole lines. If it stops,
/// the last line states the reason.
struct BoundedWriter<W> {
    file: W,
    /// Number of bytes that may still be written.
    bytes_left: u64,
}

/// Last line of a run that reached the limit.
const LIMIT_REACHED_LINE: &[u8] = b"log limit for this run reached: further messages are dropped\n";

impl<W: Write> Write for BoundedWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.bytes_left.checked_sub(line.len() as u64) {
            Some(left) => {
                self.file.write_all(line)?;
                self.bytes_left = left;
            }
            None if self.bytes_left > 0 => {
                self.file.write_all(LIMIT_REACHED_LINE)?;
                self.bytes_left = 0;
            }
            None => {}
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{BoundedWriter, LIMIT_REACHED_LINE, LOG_FILE, OLD_LOG_FILE, start};
    use crate::private_fs::TemporaryDir;
    use std::{fs, io::Write};

    #[test]
    fn a_run_writes_no_more_than_its_part_and_says_so() {
        let mut log = BoundedWriter { file: Vec::new(), bytes_left: 10 };
        for line in ["1234\n", "5678\n", "x\n", "y\n"] {
            assert_eq!(log.write(line.as_bytes()).unwrap(), line.len());
        }
        let mut log_of_one = BoundedWriter { file: Vec::new(), bytes_left: 9 };
        for line in ["1234\n", "5678\n", "x\n"] {
            log_of_one.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(log.file, b"1234\n5678\n");
        assert_eq!(log_of_one.file, [b"1234\n", LIMIT_REACHED_LINE].concat());
    }

    #[test]
    fn a_full_log_is_put_aside() {
        let place = TemporaryDir::create("portolan-log-").unwrap();
        start(place.path()).unwrap();
        fs::write(place.path().join(LOG_FILE), "x".repeat(2 << 20)).unwrap();
        start(place.path()).unwrap();
        let size = |name| fs::metadata(place.path().join(name)).unwrap().len();
        assert_eq!((size(LOG_FILE), size(OLD_LOG_FILE)), (0, 2 << 20));
    }
}
