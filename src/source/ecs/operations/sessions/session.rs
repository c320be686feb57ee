//! A running session: it passes bytes between the user and the data channel, and reconnects when the connection is lost.

use super::{
    SessionAddress, SessionCalls,
    agent_version::AgentVersion,
    channel::{ChannelEvent, ChannelUpdate, ControlFlag, DataChannel},
    websocket::{SessionSocket, connect},
};
use crate::{
    model::{Failure, FailureKind},
    source::session::SessionEnd,
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// Time that the agent in the container has to start the command.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Time that the agent has to close the session after it was asked to.
const END_TIMEOUT: Duration = Duration::from_secs(3);
/// Interval at which frames without an acknowledgement are looked for.
const REPEAT_CHECK_INTERVAL: Duration = Duration::from_millis(100);
/// Interval of pings, which keep proxies from closing an idle connection. The plugin pings every five minutes.
const PING_INTERVAL: Duration = Duration::from_mins(1);
/// Maximum number of attempts to restore a lost connection, one after the other.
const MAX_RECONNECTS: u32 = 5;
/// Time after which a connection counts as restored.
const STABLE_CONNECTION: Duration = Duration::from_secs(10);
/// Input to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SessionInput {
    /// Bytes for the command or the port.
    Bytes(Bytes),
    /// Size of the terminal, in columns and rows.
    Size(u16, u16),
    /// Flag for the agent.
    Flag(ControlFlag),
}

/// Output of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SessionOutput {
    /// The agent of this version is ready for input.
    Started(AgentVersion),
    /// Bytes of the command or the port, with true for a command's standard error stream.
    Bytes(Bytes, bool),
    /// The port refused a connection.
    PortRefused,
}

/// Part of a session that gives input and takes output.
pub(super) trait SessionUser: Send {
    /// Returns the next input, or `None` once the user has left. Is called after the session has started. Dropping
    /// the future loses no input.
    fn next_input(&mut self) -> impl Future<Output = Option<SessionInput>> + Send;

    /// Takes output. A failure ends the session.
    fn take_output(&mut self, output: SessionOutput) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Runs a session between its user and the data channel, to its end.
pub(super) async fn run_session(
    address: SessionAddress,
    calls: impl SessionCalls,
    user: impl SessionUser,
) -> SessionEnd {
    let mut session = DataSession::new(calls, user);
    let id = address.id.clone();
    let ended = session.run(address).await;
    if ended.is_err() {
        // Best effort: without it, the session ends by itself after its idle time.
        let _ = timeout(END_TIMEOUT, session.calls.terminate(&id)).await;
    }
    ended
}

/// State of a session.
struct DataSession<C, U> {
    calls: C,
    user: U,
    channel: DataChannel,
    started: Instant,
    has_started: bool,
    exit_code: Option<i64>,
    seed: u64,
}

/// Reason why a connection is no longer used.
enum Closed {
    /// The session is over.
    Ended,
    /// The connection was lost.
    Lost,
}

impl<C: SessionCalls, U: SessionUser> DataSession<C, U> {
    fn new(calls: C, user: U) -> Self {
        let seed = RandomState::new().hash_one(());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let channel = DataChannel::new(seed, since_1970.as_millis() as u64);
        let started = Instant::now();
        Self { calls, user, channel, started, has_started: false, exit_code: None, seed }
    }

    /// Runs the session to its end.
    async fn run(&mut self, mut address: SessionAddress) -> SessionEnd {
        let mut attempts = 0;
        loop {
            let opened = Instant::now();
            let request = format!("{:016x}-{attempts}", self.seed);
            let failure = match connect(&address, &request).await {
                Ok(socket) => match self.use_connection(socket).await? {
                    Closed::Ended => return Ok(self.exit_code),
                    Closed::Lost => lost_connection(),
                },
                Err(failure) if self.has_started => failure,
                Err(failure) => return Err(failure),
            };
            attempts = if opened.elapsed() > STABLE_CONNECTION { 1 } else { attempts + 1 };
            if attempts > MAX_RECONNECTS {
                return Err(failure);
            }
            sleep(REPEAT_CHECK_INTERVAL * 2_u32.pow(attempts)).await;
            address = self.calls.resume(&address.id).await.map_err(|failure| resume_failure(&failure))?;
        }
    }

    /// Passes bytes both ways until the session ends or the connection is lost.
    async fn use_connection(&mut self, mut socket: SessionSocket) -> Result<Closed, Failure> {
        if !send_all(&mut socket, self.channel.unacknowledged()).await {
            return Ok(Closed::Lost);
        }
        let mut repeats = interval(REPEAT_CHECK_INTERVAL);
        repeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pings = interval(PING_INTERVAL);
        let mut end_by: Option<Instant> = None;
        loop {
            let now = self.started.elapsed();
            let mut frames = Vec::new();
            tokio::select! {
                arrived = socket.next() => match arrived {
                    Some(Ok(Message::Binary(raw))) => {
                        let update = self.channel.receive(&raw, now);
                        if self.take(update, &mut frames).await? {
                            let _ = send_all(&mut socket, frames).await;
                            return Ok(Closed::Ended);
                        }
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => {
                        return Ok(if end_by.is_some() { Closed::Ended } else { Closed::Lost });
                    }
                    Some(Ok(_)) => {}
                },
                input = self.user.next_input(), if end_by.is_none() && self.channel.accepts_input() => {
                    if input.is_none() {
                        end_by = Some(Instant::now() + END_TIMEOUT);
                    }
                    frames = self.input_frames(input, now);
                }
                _ = repeats.tick() => {
                    frames.extend(self.channel.due_repeat(now));
                    if end_by.is_some_and(|end| Instant::now() > end) {
                        return Ok(Closed::Ended);
                    }
                    if !self.has_started && now > START_TIMEOUT {
                        return Err(silent_agent());
                    }
                }
                _ = pings.tick() => {
                    let _ = socket.send(Message::Ping(Bytes::new())).await;
                }
            }
            if !send_all(&mut socket, frames).await {
                return Ok(Closed::Lost);
            }
        }
    }

    /// Returns the frames for input of the user; for the end of the session if the user has left.
    fn input_frames(&mut self, input: Option<SessionInput>, now: Duration) -> Vec<Vec<u8>> {
        match input {
            Some(SessionInput::Bytes(bytes)) => self.channel.send_bytes(&bytes, now),
            Some(SessionInput::Size(columns, rows)) => vec![self.channel.send_size(columns, rows, now)],
            Some(SessionInput::Flag(flag)) => vec![self.channel.send_flag(flag, now)],
            None => vec![self.channel.send_flag(ControlFlag::Terminate, now)],
        }
    }

    /// Handles the news of the channel, and adds frames to send. Returns true if the session is over.
    async fn take(&mut self, update: ChannelUpdate, frames: &mut Vec<Vec<u8>>) -> Result<bool, Failure> {
        frames.extend(update.replies);
        for event in update.events {
            let output = match event {
                ChannelEvent::Started(agent) => {
                    self.has_started = true;
                    SessionOutput::Started(agent)
                }
                ChannelEvent::Output(bytes, is_error) => SessionOutput::Bytes(bytes, is_error),
                ChannelEvent::PortRefused => SessionOutput::PortRefused,
                ChannelEvent::ExitCode(code) => {
                    self.exit_code = Some(code);
                    continue;
                }
                ChannelEvent::Ended(reason) if reason.trim().is_empty() => return Ok(true),
                ChannelEvent::Ended(reason) => return Err(ended_with(&reason)),
                ChannelEvent::NeedsEncryption => return Err(needs_encryption()),
            };
            self.user.take_output(output).await?;
        }
        Ok(false)
    }
}

/// Sends frames. Returns false if the connection is lost.
async fn send_all(socket: &mut SessionSocket, frames: Vec<Vec<u8>>) -> bool {
    for raw in frames {
        if socket.feed(Message::binary(raw)).await.is_err() {
            return false;
        }
    }
    socket.flush().await.is_ok()
}

fn lost_connection() -> Failure {
    let what = "the connection to the session was lost";
    Failure::new(FailureKind::Unreachable, what, "check the network; a command may still run in the task")
}

/// Returns the failure of a session that can't be resumed.
fn resume_failure(failure: &Failure) -> Failure {
    let what =
        format!("the connection to the session was lost, and it can't be resumed: {}", failure.message);
    Failure::new(failure.kind, what, "the command may have ended meanwhile: look at the task")
}

fn silent_agent() -> Failure {
    let what = "the agent in the container does not answer";
    let remedy =
        "check that the task's subnet reaches ssmmessages, and start a new task if exec was enabled later";
    Failure::new(FailureKind::Unreachable, what, remedy)
}

fn needs_encryption() -> Failure {
    let what = "this cluster encrypts sessions with a KMS key, which Portolan can't do";
    Failure::new(FailureKind::Invalid, what, "use aws ecs execute-command with AWS's session-manager-plugin")
}

/// Returns the failure of a session that the agent ended for `reason`.
fn ended_with(reason: &str) -> Failure {
    let reason =
        reason.trim().trim_start_matches('-').trim_start_matches("ERROR").trim_start_matches('-').trim();
    let remedy = if reason.contains("no such file or directory") {
        "the image may have no such program: name another after --"
    } else if reason.contains("connect to specified port") {
        "check that a program listens there"
    } else {
        "see the agent's words"
    };
    Failure::new(FailureKind::Invalid, format!("the session ended: {reason}"), remedy)
}
