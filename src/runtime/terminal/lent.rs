//! Terminal lent to another program, such as AWS's session-manager-plugin.

use super::{TAKEN_BY_SHELL, TERMINAL_USE, guard, restore_in_time, tty};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use std::{
    io,
    sync::{Mutex, PoisonError, atomic::Ordering},
};

/// Modes that the terminal had before another program used it; `None` while no program uses it.
static MODES_BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Terminal that another program uses. Dropping the value restores the modes that the terminal had before,
/// and resets its screen, mouse and cursor.
pub(in crate::runtime) struct LentTerminal;

impl LentTerminal {
    /// Saves the modes of the terminal, and marks the terminal as used by a shell.
    pub(in crate::runtime) fn lend() -> io::Result<Self> {
        guard::start();
        let modes = tcgetattr(tty::tty())?;
        *MODES_BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes);
        TERMINAL_USE.store(TAKEN_BY_SHELL, Ordering::SeqCst);
        guard::note_shell();
        Ok(Self)
    }
}

impl Drop for LentTerminal {
    fn drop(&mut self) {
        restore_in_time();
    }
}

/// Restores the terminal modes that [`LentTerminal::lend`] saved, if any.
pub(super) fn restore_modes() {
    let modes = MODES_BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(modes) = modes {
        // There is no way to report an error here.
        let _ = tcsetattr(tty::tty(), OptionalActions::Now, &modes);
    }
}
