//! A running session: it passes bytes between the user and the data channel, and reconnects when the connection is lost.

use super::{
    SessionAddress, SessionCalls,
    channel::{ChannelEvent, ChannelUpdate, DataChannel},
    websocket::{SessionSocket, connect},
};
use crate::{
    model::{Failure, FailureKind},
    source::shell::{Shell, ShellEnd, ShellInput, ShellOutput},
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::mpsc::{Receiver, Sender},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
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
/// Byte that a terminal sends at the end of input (ctrl-d).
const END_OF_TRANSMISSION: u8 = 4;

/// Starts the task of a session whose terminal has `size` columns and rows.
pub(super) fn start_session(address: SessionAddress, calls: impl SessionCalls, size: (u16, u16)) -> Shell {
    Shell::start(move |typed, printed| async move {
        let mut session = Session::new(calls, printed, size);
        let id = address.id.clone();
        let ended = session.run(address, typed).await;
        if ended.is_err() {
            // Best effort: without it, the session ends by itself after its idle time.
            let _ = timeout(END_TIMEOUT, session.calls.terminate(&id)).await;
        }
        ended
    })
}

/// State of a session.
struct Session<C> {
    calls: C,
    output: Sender<ShellOutput>,
    channel: DataChannel,
    size: (u16, u16),
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

impl<C: SessionCalls> Session<C> {
    fn new(calls: C, output: Sender<ShellOutput>, size: (u16, u16)) -> Self {
        let seed = RandomState::new().hash_one(());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let channel = DataChannel::new(seed, since_1970.as_millis() as u64);
        let started = Instant::now();
        Self { calls, output, channel, size, started, has_started: false, exit_code: None, seed }
    }

    /// Runs the session to its end.
    async fn run(&mut self, mut address: SessionAddress, mut input: Receiver<ShellInput>) -> ShellEnd {
        let mut attempts = 0;
        loop {
            let request = format!("{:016x}-{attempts}", self.seed);
            let failure = match connect(&address, &request).await {
                Ok(socket) => match self.use_connection(socket, &mut input).await? {
                    Closed::Ended => return Ok(self.exit_code),
                    Closed::Lost => lost_connection(),
                },
                Err(failure) if self.has_started => failure,
                Err(failure) => return Err(failure),
            };
            attempts += 1;
            if attempts > MAX_RECONNECTS {
                return Err(failure);
            }
            sleep(REPEAT_CHECK_INTERVAL * 2_u32.pow(attempts)).await;
            address = self.calls.resume(&address.id).await.map_err(|failure| resume_failure(&failure))?;
        }
    }

    /// Passes bytes both ways until the session ends or the connection is lost.
    async fn use_connection(
        &mut self,
        mut socket: SessionSocket,
        input: &mut Receiver<ShellInput>,
    ) -> Result<Closed, Failure> {
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
                typed = input.recv(), if end_by.is_none() && self.channel.accepts_input() => {
                    if typed.is_none() {
                        end_by = Some(Instant::now() + END_TIMEOUT);
                    }
                    frames = self.input_frames(typed, now);
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
    fn input_frames(&mut self, typed: Option<ShellInput>, now: Duration) -> Vec<Vec<u8>> {
        match typed {
            Some(ShellInput::Bytes(bytes)) => self.channel.send_bytes(&bytes, now),
            Some(ShellInput::Eof) => self.channel.send_bytes(&[END_OF_TRANSMISSION], now),
            Some(ShellInput::Resize(columns, rows)) => {
                self.size = (columns, rows);
                vec![self.channel.send_size(columns, rows, now)]
            }
            None => vec![self.channel.send_end(now)],
        }
    }

    /// Handles the news of the channel, and adds frames to send. Returns true if the session is over.
    async fn take(&mut self, update: ChannelUpdate, frames: &mut Vec<Vec<u8>>) -> Result<bool, Failure> {
        frames.extend(update.replies);
        for event in update.events {
            match event {
                ChannelEvent::Started => {
                    self.has_started = true;
                    let (columns, rows) = self.size;
                    frames.push(self.channel.send_size(columns, rows, self.started.elapsed()));
                }
                ChannelEvent::Output(bytes, is_error) => {
                    let piece =
                        if is_error { ShellOutput::Error(bytes) } else { ShellOutput::Standard(bytes) };
                    // Without a reader the input ends soon too.
                    let _ = self.output.send(piece).await;
                }
                ChannelEvent::ExitCode(code) => self.exit_code = Some(code),
                ChannelEvent::Ended(reason) if reason.trim().is_empty() => return Ok(true),
                ChannelEvent::Ended(reason) => return Err(ended_with(&reason)),
                ChannelEvent::NeedsEncryption => return Err(needs_encryption()),
            }
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
    Failure::new(FailureKind::Unreachable, what, "the command may still run: look at the task")
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
    } else {
        "see the agent's words"
    };
    Failure::new(FailureKind::Invalid, format!("the session ended: {reason}"), remedy)
}
