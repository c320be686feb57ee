//! Local end of a forwarded port: it listens on this machine and hands the connections to the session.

use super::shell::HANG_UP_TIMEOUT;
use crate::{
    model::{Failure, FailureKind},
    output,
    runtime::signals::{self, Signal, Signals},
    source::session::Forward,
};
use signal_hook::consts::SIGINT;
use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::Sender,
    time::{sleep, timeout},
};

/// Pause after a connection that could not be accepted, such as without free file descriptors.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(200);

/// Open port of this machine, on the loopback address only.
#[derive(Debug)]
pub struct LocalPort {
    listener: TcpListener,
    number: u16,
}

/// End of a forwarded port on the user's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardOutcome {
    /// The far end ended the session.
    Ended,
    /// The user pressed ctrl-c.
    Interrupted,
    /// A signal with that number ended the session.
    Signal(i32),
}

impl ForwardOutcome {
    /// Returns the outcome in words.
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
    /// Opens a port; for the number 0 any free one.
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

/// Hands connections to `local` over to the session until one side ends it. Prints failures of single connections.
pub async fn run(mut forward: Forward, local: LocalPort) -> io::Result<Result<ForwardOutcome, Failure>> {
    let mut signals = Signals::listen()?;
    let input = forward.input.clone();
    let outcome = loop {
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Terminate(SIGINT) => break Some(ForwardOutcome::Interrupted),
                Signal::Terminate(number) => break Some(ForwardOutcome::Signal(number)),
                Signal::Stop => signals::suspend_process()?,
                Signal::Continue => {}
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
    Ok(match outcome {
        Some(outcome) => {
            // The far end should end too, but the user need not wait for it.
            let _ = timeout(HANG_UP_TIMEOUT, forward.end()).await;
            Ok(outcome)
        }
        None => forward.end().await.map(|_| ForwardOutcome::Ended),
    })
}

/// Accepts a connection once the session has room for it.
async fn accept(listener: &TcpListener, input: &Sender<TcpStream>) -> io::Result<()> {
    // The session is over: the caller learns that from its output.
    let Ok(permit) = input.reserve().await else { return std::future::pending().await };
    permit.send(listener.accept().await?.0);
    Ok(())
}
