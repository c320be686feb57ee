//! Inputs of the event loop: signals, keys, messages, log lines and time. [`Inputs::next`] waits for the
//! first one that is ready and turns it into the loop's next [`Step`].

mod idle_frames;

pub(super) use idle_frames::IdleFrames;

use super::{
    ExitReason, LogReceiver,
    signals::{Signal, Signals},
    terminal::InputEvents,
};
use crate::{app::Msg, model::Timestamp};
use std::{io, time::Duration};
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};

/// Minimum time between two frames.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(16);

/// Minimum time between two frames while only log lines arrive. It leaves CPU time for reading the lines, and
/// keys stay responsive during a flood of lines.
const LOG_FRAME_INTERVAL: Duration = Duration::from_millis(50);

/// Maximum time for which keys and resizes may delay a frame. Portolan handles them before it draws, and
/// dragging a window sends many resizes.
const MAX_FRAME_DELAY: Duration = Duration::from_millis(100);

/// Next step of the event loop: end, suspend, resume, draw or handle a message.
#[allow(clippy::large_enum_variant, reason = "a step is handled at once and never stored")]
pub(super) enum Step {
    /// Ends the program.
    Exit(ExitReason),
    /// Restores the terminal and stops the process, as job control asks.
    Suspend,
    /// Takes over the terminal again after a stop.
    Resume,
    /// Draws a frame.
    Draw,
    /// Passes a message to the app.
    Handle(Msg),
}

/// Work that the event loop still has to do: a frame to draw, or work of the app to continue.
#[derive(Clone, Copy)]
pub(super) struct Pending {
    /// True if the app has changed since the last frame.
    pub(super) frame: bool,
    /// True if the app has unfinished work to continue.
    pub(super) work: bool,
}

/// Everything that can wake the event loop.
pub(super) struct Inputs {
    pub(super) signals: Signals,
    /// Events of the terminal; `None` while a shell has the terminal.
    pub(super) keys: Option<InputEvents>,
    pub(super) background: BackgroundInputs,
}

/// Inputs that Portolan's own tasks and its clock produce: messages, log lines and ticks.
pub(super) struct BackgroundInputs {
    pub(super) messages: Receiver<Msg>,
    logs: LogReceiver,
    tick: Interval,
}

impl BackgroundInputs {
    /// Waits for the next message, tick or batch of log lines.
    pub(super) async fn next(&mut self) -> Msg {
        tokio::select! {
            biased;
            Some(msg) = self.messages.recv() => msg,
            _ = self.tick.tick() => Msg::Tick(Timestamp::now()),
            Some(update) = self.logs.next() => Msg::Logs(update),
        }
    }
}

impl Inputs {
    /// Creates the inputs. The first tick comes at once, then one each second.
    pub(super) fn new(signals: Signals, messages: Receiver<Msg>, logs: LogReceiver) -> Self {
        let mut tick = interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let background = BackgroundInputs { messages, logs, tick };
        Self { signals, keys: Some(InputEvents::new()), background }
    }

    /// Waits for the next step. If several inputs are ready, signals come first, then an overdue frame, keys,
    /// a due frame, messages, ticks, log lines, and unfinished work last.
    pub(super) async fn next(&mut self, frames: &FrameSchedule, pending: Pending) -> io::Result<Step> {
        Ok(tokio::select! {
            biased;
            signal = self.signals.next() => match signal {
                Signal::Terminate(number) => Step::Exit(ExitReason::Signal(number)),
                Signal::Stop => Step::Suspend,
                Signal::Continue => Step::Resume,
            },
            () = sleep_until(frames.overdue_at()), if pending.frame => Step::Draw,
            key = next_key(&mut self.keys) => match key {
                Some(msg) => Step::Handle(msg?),
                // The terminal was closed.
                None => Step::Exit(ExitReason::Signal(1)),
            },
            () = sleep_until(frames.due_at()), if pending.frame => Step::Draw,
            msg = self.background.next() => Step::Handle(msg),
            () = std::future::ready(()), if pending.work && !pending.frame => Step::Handle(Msg::ContinueWork),
        })
    }
}

/// Returns the next event of the terminal; `None` once the terminal is closed. Waits forever while a shell
/// has the terminal.
async fn next_key(keys: &mut Option<InputEvents>) -> Option<io::Result<Msg>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

/// Time of the last frame and the kind of messages since then, from which Portolan computes when to draw the
/// next one.
pub(super) struct FrameSchedule {
    last: Instant,
    /// True if only log lines arrived since the last frame.
    logs_only: bool,
}

impl FrameSchedule {
    /// Returns the state directly after the first frame.
    pub(super) fn new() -> Self {
        Self { last: Instant::now(), logs_only: false }
    }

    /// Records that a frame was drawn now.
    pub(super) fn note_frame(&mut self) {
        *self = Self { last: Instant::now(), logs_only: true };
    }

    /// Records a message that the app handled since the last frame.
    pub(super) fn note_message(&mut self, msg: &Msg) {
        self.logs_only &= matches!(msg, Msg::Logs(_) | Msg::ContinueWork);
    }

    /// Returns the time from which Portolan draws the next frame if no key is waiting.
    fn due_at(&self) -> Instant {
        self.last + if self.logs_only { LOG_FRAME_INTERVAL } else { MIN_FRAME_INTERVAL }
    }

    /// Returns the time from which the next frame takes precedence over keys.
    fn overdue_at(&self) -> Instant {
        self.last + MAX_FRAME_DELAY
    }
}
