//! Terminal on standard output, and the escape sequences with which both Portolan and its guard restore it.

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

/// Sequences that leave the alternate screen without moving the cursor (xterm's `ctlseqs`). Mode 1047 does
/// both. Some terminals know only mode 1049, which restores the cursor to the position that `ESC 7` has just
/// saved.
const LEAVE_ALTERNATE_SCREEN_IN_PLACE: &[u8] = b"\x1b[?1047l\x1b7\x1b[?1049l";

/// Writes the sequences that undo the settings of a program in a container whose session broke: alternate
/// screen, mouse, paste mode and hidden cursor.
pub(in crate::runtime) fn write_shell_restore_sequences() {
    // The usual sequence would move the cursor if no program had entered the alternate screen.
    let _ = stdout().write_all(LEAVE_ALTERNATE_SCREEN_IN_PLACE);
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, Show);
    let _ = stdout().flush();
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
