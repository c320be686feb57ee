//! The terminal: taken at the start, given back whatever happens, and the only place where crossterm is spoken.

use super::guard;
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
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use rustix::termios::tcgetwinsize;
use std::{
    io::{self, Stdout, Write, stdout},
    sync::atomic::{AtomicBool, Ordering},
};

/// Largest screen that is drawn, in columns and rows: more than any display has, and some 70 MB of cells.
const MAX_SIZE: (u16, u16) = (1_500, 600);

/// Size that is taken where a terminal tells none, as on a serial line: that of a VT100.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// Whether the terminal is taken: it must be given back once, by whoever comes first.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Returns the terminal, whose modes the guard saves and sets.
pub(super) fn tty() -> Stdout {
    stdout()
}

/// Returns the size of the terminal in columns and rows.
pub(super) fn size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(stdout())?;
    Ok(match (size.ws_col, size.ws_row) {
        (0, 0) => USUAL_SIZE,
        (columns, rows) => (columns.min(MAX_SIZE.0), rows.min(MAX_SIZE.1)),
    })
}

/// Returns whether the terminal is taken.
pub(super) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Screen {
    /// Its viewport is fixed: its size is the one that the screens are fitted to, never another that a resize just brought.
    terminal: Terminal<CrosstermBackend<Stdout>>,
    size: (u16, u16),
    mouse: bool,
    panic: Provoked,
}

impl Screen {
    /// Takes the terminal, to draw screens of that size.
    pub(super) fn open(size: (u16, u16), mouse: bool) -> io::Result<Self> {
        guard::start();
        let viewport = Viewport::Fixed(area(size));
        let terminal = Terminal::with_options(CrosstermBackend::new(stdout()), TerminalOptions { viewport })?;
        let mut screen = Self { terminal, size, mouse, panic: Provoked::from_env() };
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal, also where a shell has changed it since it was taken before; the next frame draws all of it.
    pub(super) fn take(&mut self) -> io::Result<()> {
        // What crossterm restores is what it finds here.
        disable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        guard::note_taken();
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            self.mouse(true)?;
        }
        self.terminal.resize(area(self.size))
    }

    /// Draws one frame, so that the terminal shows it whole.
    pub(super) fn draw(&mut self, app: &mut App) -> io::Result<()> {
        self.panic.frame();
        execute!(stdout(), BeginSynchronizedUpdate)?;
        if self.size != app.size() {
            self.size = app.size();
            self.terminal.resize(area(self.size))?;
        }
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
        self.mouse = take;
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

fn area((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 0, width, height)
}

/// Gives the terminal back, where it is taken.
pub(super) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        write_restored();
        // What fails here has nobody left to be told.
        let _ = disable_raw_mode();
        guard::note_restored();
    }
}

/// Writes what leaves the alternate screen, the mouse, pasting and the cursor as they were.
pub(super) fn write_restored() {
    let _ = execute!(
        stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = stdout().flush();
}

/// Panic that a test asks for, to see the terminal come back; not part of a release.
#[derive(Debug, Default)]
struct Provoked {
    #[cfg(debug_assertions)]
    frames_left: Option<usize>,
}

#[cfg(debug_assertions)]
impl Provoked {
    /// Variable that holds the number of frames before the panic.
    const VARIABLE: &str = "PORTOLAN_PANIC_AFTER_FRAMES";

    fn from_env() -> Self {
        Self { frames_left: std::env::var(Self::VARIABLE).ok().and_then(|frames| frames.parse().ok()) }
    }

    fn frame(&mut self) {
        assert!(self.frames_left != Some(0), "{} asked for this", Self::VARIABLE);
        self.frames_left = self.frames_left.map(|left| left - 1);
    }
}

#[cfg(not(debug_assertions))]
impl Provoked {
    fn from_env() -> Self {
        Self::default()
    }

    #[allow(clippy::unused_self, reason = "it is used in debug builds")]
    fn frame(&mut self) {}
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
        Event::Resize(..) => size().ok().map(|(width, height)| Msg::Resize(width, height)),
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
