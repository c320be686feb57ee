//! Local end of a forwarded port: listens on this machine and passes connections to the session.

use super::shell::{SIGNAL_HANG_UP_TIMEOUT, note_failure, unwritable_output};
use crate::{
    model::{Failure, FailureKind},
    operation::SentChange,
    runtime::signals::{self, Signal, Signals},
    source::session::{Forward, OpeningFailure},
};
use signal_hook::consts::SIGINT;
use std::{
    io,
    net::{Ipv4Addr, SocketAddrV4},
    pin::{Pin, pin},
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

/// Reason why the forwarding of a port ended: the remote end, the user or a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardOutcome {
    /// The remote end closed the session.
    Ended,
    /// The user ended it by ctrl-c, in the menu, or by quitting.
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

/// Receiver of the events of a forwarded port.
pub trait ForwardObserver {
    /// Takes the call that opened the session, or failed to.
    fn call_ended(&mut self, call: Option<SentChange>);

    /// Takes the news that the session is open. Portolan ends the session if this fails.
    fn opened(&mut self) -> io::Result<()>;

    /// Takes the failure of a single connection, in words.
    fn connection_failed(&mut self, words: String);
}

/// Forwards a port: awaits `opening`, then accepts connections to `local` and passes them on to the session
/// until the remote end closes it, or until `stop` is ready with an outcome.
pub async fn run(
    opening: impl Future<Output = Result<Forward, OpeningFailure>>,
    local: LocalPort,
    stop: impl Future<Output = ForwardOutcome>,
    observer: &mut impl ForwardObserver,
) -> Result<ForwardOutcome, Failure> {
    let (mut opening, mut stop) = (pin!(opening), pin!(stop));
    let outcome = tokio::select! {
        opened = &mut opening => {
            let forward = opened.map_err(|failed| note_failure(failed, |call| observer.call_ended(call)))?;
            observer.call_ended(forward.call.clone());
            if let Err(error) = observer.opened() {
                let _ = timeout(SIGNAL_HANG_UP_TIMEOUT, forward.end()).await;
                return Err(unwritable_output(&error));
            }
            return pass_connections(forward, local, stop, observer).await;
        }
        outcome = &mut stop => outcome,
    };
    // The call may have been made already. In that case, the session has to end.
    let ended = async {
        match opening.await {
            Ok(forward) => {
                observer.call_ended(forward.call.clone());
                let _ = forward.end().await;
            }
            Err(failed) => observer.call_ended(failed.call),
        }
    };
    let _ = timeout(SIGNAL_HANG_UP_TIMEOUT, ended).await;
    Ok(outcome)
}

/// Waits for a signal that ends a forward. Stops this process at the signal of job control (SIGTSTP).
pub async fn next_end_signal(signals: &mut Signals) -> ForwardOutcome {
    loop {
        match signals.next().await {
            Signal::Terminate(SIGINT) => return ForwardOutcome::Interrupted,
            Signal::Terminate(number) => return ForwardOutcome::Signal(number),
            Signal::Stop => {
                // A process may always stop itself.
                let _ = signals::suspend_process();
            }
            Signal::Continue => {}
        }
    }
}

async fn pass_connections(
    mut forward: Forward,
    local: LocalPort,
    mut stop: Pin<&mut impl Future<Output = ForwardOutcome>>,
    observer: &mut impl ForwardObserver,
) -> Result<ForwardOutcome, Failure> {
    let input = forward.input.clone();
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut stop => break Some(outcome),
            failure = forward.output.recv() => match failure {
                Some(Failure { message, remedy, .. }) => {
                    observer.connection_failed(format!("{message} ({remedy})"));
                }
                None => break None,
            },
            accepted = accept(&local.listener, &input) => if let Err(error) = accepted {
                observer.connection_failed(format!("a connection can't be accepted: {error}"));
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
