//! Signals: those that end the program, and those that stop and continue a job.
//!
//! A thread of its own waits for them, so that neither a busy loop nor busy workers hold them up. The loop ends as from a
//! key; where it does not within [`GRACE`], the thread gives the terminal back and ends the program itself.

use super::terminal;
use crate::background;
use rustix::process::{Signal as Number, getpid, kill_process};
use signal_hook::{
    consts::{
        SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
        SIGVTALRM, SIGXCPU, SIGXFSZ,
    },
    iterator::Signals as Listener,
};
use std::{io, process, sync::mpsc, thread, time::Duration};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Signals that end a program, among those that can be caught. A fault of the processor (SIGSEGV, SIGBUS, SIGILL, SIGFPE,
/// SIGTRAP) can't: its handler would return to what caused it. The guard process restores the terminal then.
const ENDING: &[i32] =
    &[SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// How long the loop has to end the program.
const GRACE: Duration = Duration::from_millis(600);

/// How long giving the terminal back may take then: a terminal that takes no bytes would hold it up for ever.
const RESTORING: Duration = Duration::from_millis(200);

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// End, because of the signal of that number.
    End(i32),
    /// Stop, as a job does (SIGTSTP).
    Stop,
    /// Go on after a stop.
    Continue,
}

/// Signals that have come.
pub(super) struct Signals(UnboundedReceiver<Signal>);

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        // Caught and left at that: a write beyond a limit of the file size fails then, and the failure is told.
        let all = ENDING.iter().copied().chain([SIGTSTP, SIGCONT, SIGXFSZ]);
        let listener = Listener::new(all)?;
        let (sender, receiver) = unbounded_channel();
        background::thread("signals", move || pass_on(listener, &sender))?;
        Ok(Self(receiver))
    }

    /// Returns the next one.
    pub(super) async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            // The thread lives as long as the program.
            None => std::future::pending().await,
        }
    }
}

/// Stops this process (SIGSTOP) until it is continued.
pub(super) fn stop() -> io::Result<()> {
    Ok(kill_process(getpid(), Number::STOP)?)
}

/// Passes on what comes to the loop, and ends the program where the loop does not.
fn pass_on(mut listener: Listener, sender: &UnboundedSender<Signal>) {
    for number in listener.forever() {
        let signal = match number {
            SIGXFSZ => continue,
            SIGTSTP => Signal::Stop,
            SIGCONT => Signal::Continue,
            number => Signal::End(number),
        };
        // A loop that is gone is ending the program.
        let _ = sender.send(signal);
        if let Signal::End(number) = signal {
            thread::sleep(GRACE);
            leave(number);
        }
    }
}

/// Ends the program from beside the loop.
fn leave(number: i32) -> ! {
    let (done, restored) = mpsc::channel();
    let restore = move || {
        terminal::restore();
        let _ = done.send(());
    };
    if background::thread("restore", restore).is_ok() {
        // In vain where the terminal takes nothing; the guard tries again then.
        let _ = restored.recv_timeout(RESTORING);
    }
    process::exit(128 + number);
}
