//! Running session: passes bytes between the user and the data channel, and reconnects if the connection is
//! lost.

use super::{
    SessionAddress, SessionCalls,
    agent_version::AgentVersion,
    channel::{ChannelEvent, ChannelUpdate, ControlFlag, DataChannel},
    failures::{
        ended_with, is_temporary, lost_connection, oversized_frame, resume_failure, silent_agent,
        unended_session,
    },
    websocket::{SessionSocket, connect},
};
use crate::{
    model::Failure,
    source::session::{SessionEnd, SessionFailure},
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt, future::BoxFuture};
use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

/// Time limit for the agent in the container to start the command.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Time limit for the agent to close the session after the user has left. If it passes, Portolan ends the
/// session with a call to Session Manager. The limit is short, because after a signal the program has little
/// time left for both steps: see `SIGNAL_HANG_UP_TIMEOUT` in `runtime::sessions::shell`.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(150);
/// Time limit of the call that ends a session.
pub(super) const TERMINATE_TIMEOUT: Duration = Duration::from_secs(2);
/// Time between checks for frames that must be sent again.
const REPEAT_CHECK_INTERVAL: Duration = Duration::from_millis(100);
/// Time between pings. Pings keep proxies from closing an idle connection, and show that it still works.
const PING_INTERVAL: Duration = Duration::from_secs(10);
/// Time without any message after which a connection counts as lost, if a response is outstanding.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum number of attempts to restore a lost connection. The count starts again when a frame arrives.
const MAX_RECONNECTS: u32 = 8;
/// Maximum wait before an attempt to restore a lost connection.
const MAX_RECONNECT_WAIT: Duration = Duration::from_secs(5);

/// Input from the user of a session, for the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SessionInput {
    /// Bytes for the command or the port.
    Bytes(Bytes),
    /// Size of the terminal, in columns and rows.
    Size(u16, u16),
    /// Flag for the agent.
    Flag(ControlFlag),
}

/// Output of a session, for its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SessionOutput {
    /// The agent, which has this version, is ready for input.
    Started(AgentVersion),
    /// Data from the command or the port. The flag is true for standard error of a command.
    Bytes(Bytes, bool),
    /// The port refused a connection.
    PortRefused,
}

/// Local end of a session, for a shell or command, or for a forwarded port. It gives the input for the
/// container, and takes the output.
pub(super) trait SessionEndpoint: Send {
    /// Returns the next input, or `None` once the user has left. A failure ends the session. The session
    /// calls this function only after the agent is ready. Dropping the future loses no input.
    fn next_input(&mut self) -> impl Future<Output = Result<Option<SessionInput>, Failure>> + Send;

    /// Returns a future that completes once the user has left, even while the session takes no input.
    fn departure(&self) -> BoxFuture<'static, ()>;

    /// Takes output. A failure ends the session.
    fn take_output(&mut self, output: SessionOutput) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Runs a session between its local end and the data channel until it ends. If the agent has not closed the
/// session by then, ends it with an API call.
pub(super) async fn run_session(
    address: SessionAddress,
    calls: impl SessionCalls,
    user: impl SessionEndpoint,
) -> SessionEnd {
    let mut session = DataSession::new(calls, user);
    let (id, departure) = (address.id.clone(), session.user.departure());
    let late_departure = async {
        departure.await;
        sleep(CLOSE_TIMEOUT).await;
    };
    let ended = tokio::select! {
        ended = session.run(address) => Some(ended),
        () = late_departure => None,
    };
    // If the call fails, an open session ends after its idle time.
    let is_over = session.is_closed || {
        let terminated = timeout(TERMINATE_TIMEOUT, session.calls.terminate(&id)).await;
        matches!(terminated, Ok(Ok(())))
    };
    match ended {
        Some(Err(failure)) => Err(failure),
        Some(Ok(())) | None if is_over => Ok(session.exit_code),
        Some(Ok(())) | None => Err(unended_session().into()),
    }
}

/// State of a running session with a container. If a WebSocket connection is lost, the session goes on over a
/// new one.
struct DataSession<C, U> {
    calls: C,
    user: U,
    channel: DataChannel,
    started: Instant,
    has_started: bool,
    /// True once the agent has closed the session.
    is_closed: bool,
    exit_code: Option<i64>,
    seed: u64,
    /// Number of attempts to restore the connection since the last frame arrived.
    attempts: u32,
}

/// Reason why a session no longer uses a WebSocket connection: the session has ended, or the connection was
/// lost.
enum DisconnectReason {
    /// The session has ended.
    Ended,
    /// The connection was lost.
    Lost,
}

/// Evidence that a WebSocket connection still works: the time of the last message, and true if the other side
/// answers pings.
struct Liveness {
    /// Time at which the last message arrived.
    heard_at: Instant,
    /// True if the other side responds to pings.
    answers_pings: bool,
}

impl Liveness {
    /// Returns true if nothing has arrived for longer than [`SILENCE_TIMEOUT`] although Portolan expects
    /// something: the response to a ping, or an acknowledgement.
    fn is_lost(&self, owes_acknowledgement: bool) -> bool {
        self.heard_at.elapsed() > SILENCE_TIMEOUT && (self.answers_pings || owes_acknowledgement)
    }
}

impl<C: SessionCalls, U: SessionEndpoint> DataSession<C, U> {
    fn new(calls: C, user: U) -> Self {
        let seed = RandomState::new().hash_one(());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let channel = DataChannel::new(seed, since_1970.as_millis() as u64);
        Self {
            calls,
            user,
            channel,
            started: Instant::now(),
            has_started: false,
            is_closed: false,
            exit_code: None,
            seed,
            attempts: 0,
        }
    }

    /// Runs the session until it ends.
    async fn run(&mut self, address: SessionAddress) -> Result<(), SessionFailure> {
        let mut socket = connect(&address, &self.request_id()).await?;
        while let DisconnectReason::Lost = self.use_connection(socket).await? {
            socket = self.reconnect(&address.id).await?;
        }
        Ok(())
    }

    fn request_id(&self) -> String {
        format!("{:016x}-{}", self.seed, self.attempts)
    }

    /// Restores a lost connection. The wait grows with each attempt.
    async fn reconnect(&mut self, session: &str) -> Result<SessionSocket, Failure> {
        let mut last = "no frame arrived".into();
        while self.attempts < MAX_RECONNECTS {
            self.attempts += 1;
            sleep((REPEAT_CHECK_INTERVAL * 2_u32.pow(self.attempts)).min(MAX_RECONNECT_WAIT)).await;
            let connected = match self.calls.resume(session).await {
                Ok(address) => connect(&address, &self.request_id()).await,
                Err(failure) => Err(failure),
            };
            match connected {
                Ok(socket) => return Ok(socket),
                Err(failure) if is_temporary(failure.kind) => last = failure.message,
                Err(failure) => return Err(resume_failure(&failure)),
            }
        }
        Err(lost_connection(MAX_RECONNECTS, &last))
    }

    /// Passes bytes in both directions until the session ends or the connection is lost.
    async fn use_connection(
        &mut self,
        mut socket: SessionSocket,
    ) -> Result<DisconnectReason, SessionFailure> {
        if !send_all(&mut socket, self.channel.unacknowledged()).await {
            return Ok(DisconnectReason::Lost);
        }
        let mut repeats = interval(REPEAT_CHECK_INTERVAL);
        repeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut liveness = Liveness { heard_at: Instant::now(), answers_pings: false };
        let (mut departure, mut has_left) = (self.user.departure(), false);
        loop {
            let now = self.started.elapsed();
            let mut frames = Vec::new();
            tokio::select! {
                arrived = socket.next() => {
                    liveness.answers_pings |= matches!(arrived, Some(Ok(Message::Pong(_))));
                    if let Some(closed) = self.receive(arrived, &mut frames).await? {
                        let _ = send_all(&mut socket, frames).await;
                        return Ok(closed);
                    }
                    liveness.heard_at = Instant::now();
                }
                input = self.user.next_input(), if !has_left && self.channel.accepts_input() => {
                    let input = input?;
                    has_left = input.is_none();
                    frames = self.input_frames(input, now);
                }
                () = &mut departure, if !has_left => {
                    has_left = true;
                    frames = self.input_frames(None, now);
                }
                _ = repeats.tick() => {
                    frames.extend(self.channel.due_repeat(now));
                    if !self.has_started && now > START_TIMEOUT {
                        return Err(silent_agent().into());
                    }
                }
                _ = pings.tick() => {
                    if liveness.is_lost(self.channel.owes_acknowledgement()) || !send_ping(&mut socket).await {
                        return Ok(DisconnectReason::Lost);
                    }
                }
            }
            if !send_all(&mut socket, frames).await {
                // After the user has left, the agent may close the connection at any time.
                return Ok(if has_left { DisconnectReason::Ended } else { DisconnectReason::Lost });
            }
        }
    }

    /// Handles a message from the connection, and adds the frames to send in return to `frames`. Returns
    /// `None` if the connection stays in use.
    async fn receive(
        &mut self,
        arrived: Option<Result<Message, tungstenite::Error>>,
        frames: &mut Vec<Vec<u8>>,
    ) -> Result<Option<DisconnectReason>, SessionFailure> {
        match arrived {
            Some(Ok(Message::Binary(raw))) => {
                self.attempts = 0;
                let update = self.channel.receive(&raw, self.started.elapsed());
                let is_over = self.take(update, frames).await?;
                Ok(is_over.then_some(DisconnectReason::Ended))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Ok(Some(DisconnectReason::Lost)),
            Some(Ok(_)) => Ok(None),
        }
    }

    /// Returns the frames for an input. `None` means that the user has left. In that case, the frames end the
    /// session.
    fn input_frames(&mut self, input: Option<SessionInput>, now: Duration) -> Vec<Vec<u8>> {
        match input {
            Some(SessionInput::Bytes(bytes)) => self.channel.send_bytes(&bytes, now),
            Some(SessionInput::Size(columns, rows)) => vec![self.channel.send_size(columns, rows, now)],
            Some(SessionInput::Flag(flag)) => vec![self.channel.send_flag(flag, now)],
            None => vec![self.channel.send_flag(ControlFlag::Terminate, now)],
        }
    }

    /// Handles the events of the channel, and adds the frames to send to `frames`. Returns true if the
    /// session has ended.
    async fn take(
        &mut self,
        update: ChannelUpdate,
        frames: &mut Vec<Vec<u8>>,
    ) -> Result<bool, SessionFailure> {
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
                ChannelEvent::Ended(reason) => {
                    self.is_closed = true;
                    return if reason.trim().is_empty() { Ok(true) } else { Err(ended_with(&reason).into()) };
                }
                ChannelEvent::OversizedFrame(bytes) => return Err(oversized_frame(bytes).into()),
                ChannelEvent::NeedsEncryption => return Err(SessionFailure::Encrypted),
            };
            self.user.take_output(output).await?;
        }
        Ok(false)
    }
}

/// Sends frames. Returns false if the connection is lost or accepts no data for too long.
async fn send_all(socket: &mut SessionSocket, frames: Vec<Vec<u8>>) -> bool {
    let sending = async {
        for raw in frames {
            socket.feed(Message::binary(raw)).await?;
        }
        socket.flush().await
    };
    matches!(timeout(SILENCE_TIMEOUT, sending).await, Ok(Ok(())))
}

/// Sends a ping. Returns false if the connection is lost or accepts no data for too long.
async fn send_ping(socket: &mut SessionSocket) -> bool {
    let sending = socket.send(Message::Ping(Bytes::new()));
    matches!(timeout(SILENCE_TIMEOUT, sending).await, Ok(Ok(())))
}
