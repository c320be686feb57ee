//! Files that a screen asks the runtime to save. Their text is produced only while the runtime writes it.

use std::{fmt, sync::Arc};

/// File to write into the current directory. It never replaces an existing file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileToSave {
    /// File name without extension.
    pub name: &'static str,
    /// File extension without the dot.
    pub extension: &'static str,
    /// Content of the file. The runtime renders it off the drawing thread.
    pub text: DeferredText,
}

/// Text that a pure function produces only when the runtime writes it to a file.
#[derive(Clone)]
pub struct DeferredText(Arc<WriteFn>);

/// Function that writes a text piece by piece, so that the whole text is never in memory at once.
type WriteFn = dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync;

impl DeferredText {
    /// Creates a text that `write` produces each time the text is formatted.
    pub fn new(write: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

impl fmt::Display for DeferredText {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(to)
    }
}

impl PartialEq for DeferredText {
    /// Returns true if both texts share one function, without calling it.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for DeferredText {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("DeferredText")
    }
}
