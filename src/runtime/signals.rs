//! Signals that end the program, and signals that suspend and resume it (job control).
//!
//! A separate thread waits for signals, so that neither a busy event loop nor busy workers delay them. After
//! a terminating signal, the event loop ends the program as if the user had quit. If that takes longer than
//! [`LOOP_EXIT_TIMEOUT`], the thread restores the terminal and ends the program itself.

use super::terminal;
use crate::background;
use rustix::process::{Pid, Signal as Number, getpid, kill_process};
use signal_hook::{
    consts::{
        SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
        SIGVTALRM, SIGXCPU, SIGXFSZ,
    },
    iterator::Signals as Listener,
};
use std::{
    io, process,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Catchable signals after which Portolan ends. Processor faults (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP)
/// can't be caught: the handler would return to the faulty instruction. After such a fault, the guard process
/// restores the terminal.
const TERMINATING_SIGNALS: &[i32] =
    &[SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// Maximum time for the event loop to end the program after a signal.
const LOOP_EXIT_TIMEOUT: Duration = Duration::from_secs(1);

/// Terminating signals that the keyboard sends: ctrl-c and ctrl-\.
const KEYBOARD_SIGNALS: &[i32] = &[SIGINT, SIGQUIT];

/// True while another program on the terminal handles the signals of the keyboard, which Portolan receives
/// too.
static IGNORES_KEYBOARD: AtomicBool = AtomicBool::new(false);

/// Signal of the operating system, grouped by what Portolan must do: end, stop or continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// End the program, because of the signal with this number.
    Terminate(i32),
    /// Stop the process, as job control does (SIGTSTP).
    Stop,
    /// Take over the terminal again after a stop.
    Continue,
}

/// Receiver of signals from the thread that listens for them.
pub struct Signals(UnboundedReceiver<Signal>);

impl Signals {
    /// Starts the thread that listens for signals.
    pub fn listen() -> io::Result<Self> {
        // SIGXFSZ is caught and ignored, so that a write beyond the file size limit fails with a reported
        // error.
        let all = TERMINATING_SIGNALS.iter().copied().chain([SIGTSTP, SIGCONT, SIGXFSZ]);
        let listener = Listener::new(all)?;
        let (sender, receiver) = unbounded_channel();
        background::spawn_thread("signals", move || forward_signals(listener, &sender))?;
        Ok(Self(receiver))
    }

    /// Returns the next signal.
    pub(super) async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            // The thread runs as long as the program.
            None => std::future::pending().await,
        }
    }
}

/// Scope in which Portolan ignores [`KEYBOARD_SIGNALS`]. Dropping the value ends the scope.
pub(super) struct KeyboardSignalsIgnored;

impl KeyboardSignalsIgnored {
    /// Ignores the signals of the keyboard until the returned value is dropped.
    pub(super) fn begin() -> Self {
        IGNORES_KEYBOARD.store(true, Ordering::SeqCst);
        Self
    }
}

impl Drop for KeyboardSignalsIgnored {
    fn drop(&mut self) {
        IGNORES_KEYBOARD.store(false, Ordering::SeqCst);
    }
}

/// Sends SIGCONT to the process `id`.
pub(super) fn continue_program(id: u32) {
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // If the program has ended meanwhile, there is nothing to continue.
        let _ = kill_process(id, Number::CONT);
    }
}

/// Stops this process (SIGSTOP) until it receives SIGCONT.
pub(super) fn suspend_process() -> io::Result<()> {
    Ok(kill_process(getpid(), Number::STOP)?)
}

/// Forwards signals to the event loop. Ends the program if the loop does not end it in time.
fn forward_signals(mut listener: Listener, sender: &UnboundedSender<Signal>) {
    for number in listener.forever() {
        let signal = match number {
            SIGXFSZ => continue,
            number if KEYBOARD_SIGNALS.contains(&number) && IGNORES_KEYBOARD.load(Ordering::SeqCst) => {
                continue;
            }
            SIGTSTP => Signal::Stop,
            SIGCONT => Signal::Continue,
            number => Signal::Terminate(number),
        };
        // If the receiver is gone, the event loop is already ending the program.
        let _ = sender.send(signal);
        if let Signal::Terminate(number) = signal {
            thread::sleep(LOOP_EXIT_TIMEOUT);
            force_exit(number);
        }
    }
}

/// Restores the terminal and ends the program without the event loop.
fn force_exit(number: i32) -> ! {
    // If the terminal accepts no output, the guard tries again.
    terminal::restore_in_time();
    process::exit(128 + number);
}
