//! The terminal on standard output, and the functions with which both Portolan and its guard restore it.

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture},
    execute,
    terminal::{EndSynchronizedUpdate, LeaveAlternateScreen},
};
use std::io::{Stdout, Write, stdout};

/// Returns the terminal whose modes the guard saves and restores.
pub(in crate::runtime) fn tty() -> Stdout {
    stdout()
}

/// Writes the sequences that leave the alternate screen and reset mouse, paste mode and cursor.
pub(in crate::runtime) fn write_restore_sequences() {
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = stdout().flush();
}
