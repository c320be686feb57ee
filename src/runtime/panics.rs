//! The panic hook. A panic is always a fault of Portolan itself: that of the main thread ends the program with the
//! terminal given back; that of work beside it (`background`) is logged and told in the last row, and survived.
//!
//! Messages go through [`Panicked`]: the standard library quotes texts in them that may come from outside.

use super::terminal;
use crate::{app::Msg, background::Panicked, output};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
    sync::{Mutex, PoisonError},
    thread,
};
use tokio::sync::mpsc::Sender;

/// The loop that tells the user of panics beside it.
static LOOP: Mutex<Option<Sender<Msg>>> = Mutex::new(None);

/// Installs the hook; the calling thread is the main one.
pub fn watch() {
    let main = thread::current().id();
    panic::set_hook(Box::new(move |about| {
        let is_main = thread::current().id() == main;
        let words = words(about);
        tracing::error!("{words}");
        if is_main || !terminal::is_taken() {
            terminal::restore();
            output::report(format_args!("a fault of Portolan itself, please report it: {words}"));
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                output::report(backtrace);
            }
        } else if let Some(sender) = LOOP.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            // Where the queue is full the log alone has it.
            let _ =
                sender.try_send(Msg::Said(format!("a fault of Portolan itself, told in its log: {words}")));
        }
    }));
}

/// From now on panics beside the loop are told to it.
pub(super) fn tell(sender: Sender<Msg>) {
    *LOOP.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
}

/// Returns the message of a panic and where it happened.
fn words(about: &PanicHookInfo<'_>) -> String {
    let message = Panicked::of(about.payload());
    match about.location() {
        Some(place) => format!("{message} ({}:{})", place.file(), place.line()),
        None => message.to_string(),
    }
}
