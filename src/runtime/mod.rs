//! The loop: the only place that sleeps, reads the clock and touches the terminal.
//!
//! Signals first, then keys, then at most a batch of messages, then one frame, and none when nothing changed.

mod album;
mod meters;
mod perform;
mod poll;
mod signals;
mod sleep;
mod streams;
mod terminal;

pub mod guard;
pub mod logging;
pub mod panics;

pub use album::{keep_outages, last_outages};
pub use poll::Polls;
pub use streams::{News, Streams};

use crate::{
    app::{App, Msg},
    cache::Folder,
    effect::Effect,
    model::Timestamp,
    source::Source,
};
use meters::Meters;
use signals::{Signal, Signals};
use sleep::Sleep;
use std::{io, sync::Arc, time::Duration};
use terminal::Screen;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// How many messages may wait. Who sends more waits too.
const QUEUE: usize = 256;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// The same where nothing but log lines came: a flood is drawn as often as an eye can follow, and leaves the processor
/// to who reads it, and the terminal to the keys.
const FLOW: Duration = Duration::from_millis(50);

/// How long keys and new sizes, which come first, may put a frame off: a window that is dragged brings many.
const MAX_FRAME_DELAY: Duration = Duration::from_millis(100);

/// How long messages are taken in before a frame is drawn.
const DRAIN: Duration = Duration::from_millis(8);

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// A signal of that number ended it.
    Signal(i32),
}

/// The size of the terminal in columns and rows.
pub fn size() -> io::Result<(u16, u16)> {
    terminal::size()
}

/// Shows `app` until the user quits, fed by `sources`.
pub async fn run(
    app: App,
    sources: Vec<Arc<dyn Source>>,
    mouse: bool,
    cache: Option<&Folder>,
) -> io::Result<End> {
    let (sender, mut messages) = mpsc::channel(QUEUE);
    let mut signals = Signals::listen()?;
    panics::tell(sender.clone());
    let screen = Screen::open(app.size(), mouse)?;
    let mut keys = terminal::Keys::new();
    let polls = Polls::start(&sources, &sender, cache);
    let meters = Meters::new(sources.clone(), sender.clone());
    let (streams, mut news) = Streams::new(sources);
    let mut turn = Turn { app, screen, sender, polls, meters, streams, again: false };
    let mut sleep = Sleep::new();
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut drawn, mut flows) = (Instant::now(), false);
    turn.frame()?;
    loop {
        let next_frame = drawn + if flows { FLOW } else { FRAME };
        let msg = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::End(number) => return Ok(End::Signal(number)),
                Signal::Stop => match turn.stop(&mut signals).await? {
                    Some(end) => return Ok(end),
                    None => continue,
                },
                Signal::Continue => {
                    turn.go_on()?;
                    continue;
                }
            },
            () = sleep_until(drawn + MAX_FRAME_DELAY), if turn.app.is_unseen() => {
                turn.frame()?;
                (drawn, flows) = (Instant::now(), true);
                continue;
            }
            key = keys.next() => match key {
                Some(msg) => match msg? {
                    // A frame has taken it since the event.
                    Msg::Resize(width, height) if turn.app.size() == (width, height) => continue,
                    msg => msg,
                },
                None => return Ok(End::Signal(1)),
            },
            () = sleep_until(next_frame), if turn.app.is_unseen() => {
                turn.frame()?;
                (drawn, flows) = (Instant::now(), true);
                continue;
            }
            Some(msg) = messages.recv() => msg,
            _ = tick.tick() => {
                let now = Timestamp::now();
                if sleep.tick(now, Instant::now().into_std()) {
                    turn.polls.refresh();
                }
                Msg::Tick(now)
            }
            Some(heard) = news.next() => Msg::Logs(heard),
            () = std::future::ready(()), if turn.again && !turn.app.is_unseen() => Msg::Again,
        };
        let ticked = matches!(msg, Msg::Tick(_));
        flows &= matches!(msg, Msg::Logs(_) | Msg::Again);
        if let Some(end) = turn.take(msg, &mut messages)? {
            return Ok(end);
        }
        turn.subscribe(ticked);
    }
}

/// What the loop turns: the program, and everything outside that it sets going.
struct Turn {
    app: App,
    screen: Screen,
    sender: Sender<Msg>,
    polls: Polls,
    meters: Meters,
    streams: Streams,
    /// Whether somebody has more to do after the next frame.
    again: bool,
}

impl Turn {
    /// Draws a frame. A new size of the terminal is taken first, also where no event has told of it yet.
    fn frame(&mut self) -> io::Result<()> {
        if terminal::size()? != self.app.size() {
            self.resize()?;
        }
        self.screen.draw(&mut self.app)
    }

    /// Fits the screens to the terminal.
    fn resize(&mut self) -> io::Result<()> {
        let (width, height) = terminal::size()?;
        // A new size ends no program.
        self.update(Msg::Resize(width, height)).map(|_| ())
    }

    /// Takes a message, and those that wait behind it for as long as that takes no longer than [`DRAIN`].
    fn take(&mut self, msg: Msg, waiting: &mut Receiver<Msg>) -> io::Result<Option<End>> {
        let began = Instant::now();
        let mut next = Some(msg);
        while let Some(msg) = next {
            if let Some(end) = self.update(msg)? {
                return Ok(Some(end));
            }
            next = if began.elapsed() < DRAIN { waiting.try_recv().ok() } else { None };
        }
        Ok(None)
    }

    /// Gives a message to the program, and carries out what it asks for.
    fn update(&mut self, msg: Msg) -> io::Result<Option<End>> {
        self.again &= !matches!(msg, Msg::Again);
        for effect in self.app.update(msg) {
            match effect {
                Effect::Quit => return Ok(Some(End::Quit)),
                Effect::Refresh => self.polls.refresh(),
                Effect::KeepOutages(source, memory) => self.polls.keep_outages(&source, memory),
                Effect::Again => self.again = true,
                effect => perform::perform(effect, &mut self.screen, &self.sender)?,
            }
        }
        Ok(None)
    }

    /// Keeps up what the screens want now.
    fn subscribe(&mut self, ticked: bool) {
        let wanted = self.app.subscriptions();
        self.streams.keep(&wanted);
        self.meters.keep(&wanted);
        if ticked {
            self.polls.heed(&self.app.watched());
        }
    }

    /// Gives the terminal back and stops, as a job does; goes on when it is continued.
    async fn stop(&mut self, signals: &mut Signals) -> io::Result<Option<End>> {
        terminal::restore();
        signals::stop()?;
        loop {
            match signals.next().await {
                Signal::End(number) => return Ok(Some(End::Signal(number))),
                Signal::Continue => return self.go_on().map(|()| None),
                Signal::Stop => {}
            }
        }
    }

    /// Takes the terminal anew, as a shell may have changed it while the program was stopped, and draws all of it.
    fn go_on(&mut self) -> io::Result<()> {
        self.screen.take()?;
        self.resize()
    }
}
