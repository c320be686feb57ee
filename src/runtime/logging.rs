//! Portolan's own log: to a file in the state directory, never to the terminal it draws on.

use std::{fs, io, path::Path, sync::Mutex};
use tracing::level_filters::LevelFilter;

/// Writes warnings to `file` from now on, which is begun anew.
pub fn begin(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let writer = Mutex::new(fs::File::create(file)?);
    let subscriber = tracing_subscriber::fmt()
        .with_writer(writer)
        .with_ansi(false)
        .with_max_level(LevelFilter::WARN)
        .finish();
    // A second call, as in tests, leaves the first one's file in place.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}
