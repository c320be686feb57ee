//! The loop: the only place that spawns, sleeps, reads the clock and touches the terminal.
//!
//! Keys first, then at most a batch of messages, then one frame, and none when nothing changed.

mod album;
mod meters;
mod mishap;
mod perform;
mod poll;
mod signals;
mod sleep;
mod streams;
mod terminal;

pub mod logging;

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
use sleep::Sleep;
use std::{io, sync::Arc, time::Duration};
use terminal::Screen;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// How many messages may wait. Who sends more waits too.
const QUEUE: usize = 256;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// The same where nothing but log lines came: a flood is drawn as often as an eye can follow, and leaves the processor
/// to who reads it, and the terminal to the keys.
const FLOW: Duration = Duration::from_millis(50);

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
    mut app: App,
    sources: Vec<Arc<dyn Source>>,
    mouse: bool,
    cache: Option<&Folder>,
) -> io::Result<End> {
    let (sender, mut messages) = mpsc::channel(QUEUE);
    let mut screen = Screen::open(mouse)?;
    let mut keys = terminal::Keys::new();
    let mut signals = signals::Signals::new()?;
    let polls = Polls::start(&sources, &sender, cache);
    let mut sleep = Sleep::new();
    let mut meters = Meters::new(sources.clone(), sender.clone());
    let (mut streams, mut news) = Streams::new(sources);
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut drawn = Instant::now();
    let (mut again, mut flows) = (false, false);
    screen.draw(&mut app)?;
    loop {
        let next_frame = drawn + if flows { FLOW } else { FRAME };
        let msg = tokio::select! {
            biased;
            number = signals.next() => return Ok(End::Signal(number)),
            key = keys.next() => match key {
                Some(msg) => msg?,
                None => return Ok(End::Signal(1)),
            },
            () = sleep_until(next_frame), if app.is_unseen() => {
                screen.draw(&mut app)?;
                (drawn, flows) = (Instant::now(), true);
                continue;
            }
            Some(msg) = messages.recv() => msg,
            _ = tick.tick() => {
                let now = Timestamp::now();
                if sleep.tick(now, Instant::now().into_std()) {
                    polls.refresh();
                }
                Msg::Tick(now)
            }
            Some(heard) = news.next() => Msg::Logs(heard),
            () = std::future::ready(()), if again && !app.is_unseen() => Msg::Again,
        };
        let ticked = matches!(msg, Msg::Tick(_));
        again &= !matches!(msg, Msg::Again);
        flows &= matches!(msg, Msg::Logs(_) | Msg::Again);
        let began = Instant::now();
        let mut next = Some(msg);
        while let Some(msg) = next {
            for effect in app.update(msg) {
                match effect {
                    Effect::Quit => return Ok(End::Quit),
                    Effect::Refresh => polls.refresh(),
                    Effect::KeepOutages(source, memory) => polls.keep_outages(&source, memory),
                    Effect::Again => again = true,
                    effect => perform::perform(effect, &mut screen, &sender)?,
                }
            }
            next = if began.elapsed() < DRAIN { messages.try_recv().ok() } else { None };
        }
        let wanted = app.subscriptions();
        streams.keep(&wanted);
        meters.keep(&wanted);
        if ticked {
            polls.heed(&app.watched());
        }
    }
}
