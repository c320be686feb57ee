//! Portolan's own log: warnings, in a file of the state directory, never on the terminal it draws on.
//!
//! Several Portolans write to one file, each line whole. A run writes no more than [`MAX_RUN_BYTES`], and one that finds
//! more than [`FULL_BYTES`] there puts that aside and begins a new file.

use crate::private_fs::PrivateDir;
use std::{
    io::{self, Write},
    path::Path,
    sync::Mutex,
};
use tracing::level_filters::LevelFilter;

/// Name of the log, and that of the log before it.
const LOG: &str = "portolan.log";
const OLD_LOG: &str = "portolan.log.old";

/// Size of the log in bytes from which on the next run begins a new one.
const FULL_BYTES: u64 = 1 << 20;

/// Largest part of the log that one run writes, in bytes.
const MAX_RUN_BYTES: u64 = 4 << 20;

/// Writes warnings to the log in `folder` from now on.
pub fn begin(folder: &Path) -> io::Result<()> {
    let dir = PrivateDir::make(folder)?;
    let mut file = dir.append(LOG)?;
    if file.metadata()?.len() > FULL_BYTES {
        dir.rename(LOG, OLD_LOG)?;
        file = dir.append(LOG)?;
    }
    let subscriber = tracing_subscriber::fmt()
        .with_writer(Mutex::new(Bounded { file, left: MAX_RUN_BYTES }))
        .with_ansi(false)
        .with_max_level(LevelFilter::WARN)
        .finish();
    // A second call, as in tests, leaves the first one's file in place.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// Writer of whole lines that stops at a limit, and says so.
struct Bounded<W> {
    file: W,
    left: u64,
}

/// Last line of a run that reached the limit.
const REACHED: &[u8] = b"this run has more to say than its log takes: what follows is left out\n";

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(line.len() as u64) {
            Some(left) => {
                self.file.write_all(line)?;
                self.left = left;
            }
            None if self.left > 0 => {
                self.file.write_all(REACHED)?;
                self.left = 0;
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
    use super::{Bounded, LOG, OLD_LOG, REACHED, begin};
    use crate::private_fs::TemporaryDir;
    use std::{fs, io::Write};

    #[test]
    fn a_run_writes_no_more_than_its_part_and_says_so() {
        let mut log = Bounded { file: Vec::new(), left: 10 };
        for line in ["1234\n", "5678\n", "x\n", "y\n"] {
            assert_eq!(log.write(line.as_bytes()).unwrap(), line.len());
        }
        let mut log_of_one = Bounded { file: Vec::new(), left: 9 };
        for line in ["1234\n", "5678\n", "x\n"] {
            log_of_one.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(log.file, b"1234\n5678\n");
        assert_eq!(log_of_one.file, [b"1234\n", REACHED].concat());
    }

    #[test]
    fn a_full_log_is_put_aside() {
        let place = TemporaryDir::make("portolan-log-").unwrap();
        begin(place.path()).unwrap();
        fs::write(place.path().join(LOG), "x".repeat(2 << 20)).unwrap();
        begin(place.path()).unwrap();
        let size = |name| fs::metadata(place.path().join(name)).unwrap().len();
        assert_eq!((size(LOG), size(OLD_LOG)), (0, 2 << 20));
    }
}
