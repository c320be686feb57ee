//! The terminal: taken at the start, given back whatever happens, and the only place where crossterm is spoken.

use super::mishap;
use crate::{
    app::{App, Mouse, Msg},
    keymap::{Code, Key},
};
use crossterm::{
    clipboard::CopyToClipboard,
    cursor::Show,
    event::{
        DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
        EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
    },
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use futures::StreamExt;
use ratatui::{Terminal, backend::CrosstermBackend};
use std::io::{self, Stdout, Write, stdout};

/// Provokes a panic after that many frames, so that a test can see the terminal come back.
const PANIC: &str = "PORTOLAN_PANIC_AFTER_FRAMES";

/// The size of the terminal in columns and rows.
pub(super) fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size()
}

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    frames: usize,
    panic_after: Option<usize>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn open(mouse: bool) -> io::Result<Self> {
        mishap::watch(restore);
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        let panic_after = std::env::var(PANIC).ok().and_then(|frames| frames.parse().ok());
        let mut screen = Self { terminal, frames: 0, panic_after };
        if mouse {
            screen.mouse(true)?;
        }
        Ok(screen)
    }

    /// Draws one frame, so that the terminal shows it whole.
    pub(super) fn draw(&mut self, app: &mut App) -> io::Result<()> {
        self.frames += 1;
        assert!(self.panic_after.is_none_or(|after| self.frames <= after), "{PANIC} asked for this");
        execute!(stdout(), BeginSynchronizedUpdate)?;
        let mut hits = None;
        self.terminal.draw(|frame| {
            let (found, cursor) = app.draw(frame.buffer_mut());
            hits = Some(found);
            if let Some(position) = cursor {
                frame.set_cursor_position(position);
            }
        })?;
        if let Some(hits) = hits {
            app.drawn(hits);
        }
        execute!(stdout(), EndSynchronizedUpdate)
    }

    /// Takes the mouse, or gives it back.
    pub(super) fn mouse(&mut self, take: bool) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        if take { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
    }

    /// Puts text into the clipboard, by the terminal itself (OSC 52), so that it works over ssh.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. What fails here has nobody left to be told.
fn restore() {
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// What people do at the terminal.
pub(super) struct Keys(EventStream);

impl Keys {
    pub(super) fn new() -> Self {
        Self(EventStream::new())
    }

    /// The next thing that matters; none once the terminal is gone.
    pub(super) async fn next(&mut self) -> Option<io::Result<Msg>> {
        loop {
            match self.0.next().await? {
                Err(error) => return Some(Err(error)),
                Ok(event) => {
                    if let Some(msg) = message(event) {
                        return Some(Ok(msg));
                    }
                }
            }
        }
    }
}

/// What an event of the terminal means.
fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_pressed(key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::Mouse(mouse) => Some(Msg::Mouse(match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Mouse::Down(mouse.column, mouse.row),
            MouseEventKind::Drag(MouseButton::Left) => Mouse::Drag(mouse.column, mouse.row),
            MouseEventKind::ScrollUp if mouse.modifiers.contains(KeyModifiers::CONTROL) => Mouse::ZoomIn,
            MouseEventKind::ScrollDown if mouse.modifiers.contains(KeyModifiers::CONTROL) => Mouse::ZoomOut,
            MouseEventKind::ScrollUp => Mouse::WheelUp,
            MouseEventKind::ScrollDown => Mouse::WheelDown,
            MouseEventKind::Moved => Mouse::Over(mouse.column, mouse.row),
            _ => return None,
        })),
        _ => None,
    }
}

/// A key in our own words.
fn key_pressed(key: KeyEvent) -> Option<Key> {
    let code = match key.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(number) => Code::F(number),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Escape,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    let has = |modifier| key.modifiers.contains(modifier);
    Some(Key { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) })
}
