//! Local end of a forwarded port: listens on this machine and passes connections to the session.

use super::shell::{SIGNAL_HANG_UP_TIMEOUT, note_failure, unwritable_output};
use crate::{
    model::{Failure, FailureKind},
    operation::SentChange,
    output,
    runtime::signals::{self, Signal, Signals},
    source::session::{Forward, OpeningFailure},
};
use signal_hook::consts::SIGINT;
use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4},
    pin::pin,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::Sender,
    time::{sleep, timeout},
};

/// Pause after a failure to accept a connection, for example because no file descriptor is free.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(200);

/// Port on which Portolan listens, on the loopback address only.
#[derive(Debug)]
pub struct LocalPort {
    listener: TcpListener,
    number: u16,
}

/// Reason why the forwarding of a port ended: the remote end, ctrl-c or another signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardOutcome {
    /// The remote end closed the session.
    Ended,
    /// The user pressed ctrl-c.
    Interrupted,
    /// A signal with this number ended the session.
    Signal(i32),
}

impl ForwardOutcome {
    /// Describes the outcome in words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Ended => "ended".to_owned(),
            Self::Interrupted => "ended by the user".to_owned(),
            Self::Signal(number) => format!("ended by signal {number}"),
        }
    }
}

impl LocalPort {
    /// Opens the port `number`, or any free port if `number` is 0.
    pub async fn open(number: u16) -> Result<Self, Failure> {
        let failure = |error: io::Error| {
            let what = format!("127.0.0.1:{number} can't be opened: {error}");
            Failure::new(FailureKind::Invalid, what, "name another local port, such as :80 for a free one")
        };
        let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, number)).await;
        let listener = listener.map_err(failure)?;
        let number = listener.local_addr().map_err(failure)?.port();
        Ok(Self { listener, number })
    }

    /// Returns the number of the port.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// Forwards a port: awaits `opening`, then accepts connections to `local` and passes them on to the session
/// until one side ends it. Passes the call that opened it, or failed to, to `note_call`, and calls `announce`
/// before the first connection. Prints failures of single connections.
pub async fn run(
    opening: impl Future<Output = Result<Forward, OpeningFailure>>,
    local: LocalPort,
    signals: &mut Signals,
    (mut note_call, announce): (impl FnMut(Option<SentChange>), impl FnOnce() -> io::Result<()>),
) -> Result<ForwardOutcome, Failure> {
    let mut opening = pin!(opening);
    let outcome = loop {
        tokio::select! {
            opened = &mut opening => {
                let forward = opened.map_err(|failed| note_failure(failed, &mut note_call))?;
                note_call(forward.call.clone());
                if let Err(error) = announce() {
                    let _ = timeout(SIGNAL_HANG_UP_TIMEOUT, forward.end()).await;
                    return Err(unwritable_output(&error));
                }
                return pass_connections(forward, local, signals).await;
            }
            signal = signals.next() => if let Some(outcome) = outcome_of(signal) {
                break outcome;
            },
        }
    };
    // The call may have been made already. In that case, the session has to end.
    let ended = async {
        if let Ok(forward) = opening.await {
            note_call(forward.call.clone());
            let _ = forward.end().await;
        }
    };
    let _ = timeout(SIGNAL_HANG_UP_TIMEOUT, ended).await;
    Ok(outcome)
}

/// Returns the outcome if `signal` ends the session. Stops this process if `signal` is that of job control
/// (SIGTSTP).
fn outcome_of(signal: Signal) -> Option<ForwardOutcome> {
    match signal {
        Signal::Terminate(SIGINT) => Some(ForwardOutcome::Interrupted),
        Signal::Terminate(number) => Some(ForwardOutcome::Signal(number)),
        Signal::Stop => {
            // A process may always stop itself.
            let _ = signals::suspend_process();
            None
        }
        Signal::Continue => None,
    }
}

async fn pass_connections(
    mut forward: Forward,
    local: LocalPort,
    signals: &mut Signals,
) -> Result<ForwardOutcome, Failure> {
    let input = forward.input.clone();
    let outcome = loop {
        tokio::select! {
            biased;
            signal = signals.next() => if let Some(outcome) = outcome_of(signal) {
                break Some(outcome);
            },
            failure = forward.output.recv() => match failure {
                Some(Failure { message, remedy, .. }) => {
                    output::print_stderr(format_args!("{message} ({remedy})"));
                }
                None => break None,
            },
            accepted = accept(&local.listener, &input) => if let Err(error) = accepted {
                output::print_stderr(format_args!("a connection can't be accepted: {error}"));
                sleep(ACCEPT_RETRY_PAUSE).await;
            },
        }
    };
    drop((local, input));
    match outcome {
        Some(outcome) => {
            // The remote end should close too, but the user need not wait long for it.
            let _ = timeout(SIGNAL_HANG_UP_TIMEOUT, forward.end()).await;
            Ok(outcome)
        }
        None => forward.end().await.map(|_| ForwardOutcome::Ended).map_err(Failure::from),
    }
}

/// Accepts a connection once the session has room for it.
async fn accept(listener: &TcpListener, input: &Sender<TcpStream>) -> io::Result<()> {
    // The session has ended, which the caller learns from its output.
    let Ok(permit) = input.reserve().await else { return std::future::pending().await };
    permit.send(listener.accept().await?.0);
    Ok(())
}
