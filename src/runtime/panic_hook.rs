//! Panic hook: reports a panic, which is always a bug in Portolan. A panic of the main thread restores the
//! terminal and ends the program. After a panic of background work, Portolan logs the panic, shows it in the
//! status line, and continues.
//!
//! The hook shortens messages with [`Panicked`], because the standard library quotes texts that may come from
//! outside.

use super::terminal;
use crate::{app::Msg, background::Panicked, output};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
    sync::{Mutex, PoisonError},
    thread,
};
use tokio::sync::mpsc::Sender;

/// Sender to the event loop, which shows panics of background work to the user.
static LOOP_SENDER: Mutex<Option<Sender<Msg>>> = Mutex::new(None);

/// Installs the panic hook. Treats the calling thread as the main thread.
pub fn install() {
    let main = thread::current().id();
    panic::set_hook(Box::new(move |about| {
        let is_main = thread::current().id() == main;
        let words = panic_text(about);
        tracing::error!("{words}");
        if is_main || !terminal::is_taken() {
            terminal::restore();
            output::print_stderr(format_args!("internal error in Portolan, please report it: {words}"));
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                output::print_stderr(backtrace);
            }
        } else if let Some(sender) = LOOP_SENDER.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            // If the queue is full, only the log has the message.
            let _ = sender.try_send(Msg::Notice(format!("internal error, see portolan.log: {words}")));
        }
    }));
}

/// Sets the sender to the event loop, which from now on shows panics of background work.
pub(super) fn set_loop_sender(sender: Sender<Msg>) {
    *LOOP_SENDER.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
}

/// Returns the message of a panic and the place in the source code.
fn panic_text(about: &PanicHookInfo<'_>) -> String {
    let message = Panicked::from_payload(about.payload());
    match about.location() {
        Some(place) => format!("{message} ({}:{})", place.file(), place.line()),
        None => message.to_string(),
    }
}
