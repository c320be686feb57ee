//! The terminal while another program has it, such as AWS's session-manager-plugin.

use super::{TAKEN_BY_SHELL, TERMINAL_USE, guard, restore_in_time, tty};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use std::{
    io,
    sync::{Mutex, PoisonError, atomic::Ordering},
};

/// Modes that the terminal had before another program got it; `None` while no program has it.
static MODES_BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// The terminal while another program has it. Dropping it restores the terminal, also what the program left behind.
pub(in crate::runtime) struct LentTerminal;

impl LentTerminal {
    /// Saves the modes of the terminal for the time after the other program.
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

/// Restores the modes of a terminal that another program had.
pub(super) fn restore_modes() {
    let modes = MODES_BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(modes) = modes {
        // An error here can't be reported.
        let _ = tcsetattr(tty::tty(), OptionalActions::Now, &modes);
    }
}
