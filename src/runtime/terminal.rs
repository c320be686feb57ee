//! Terminal: takes the terminal over at the start, draws on it and reads its events, and restores it in every
//! case. No other module uses crossterm.

#[cfg(debug_assertions)]
use super::test_panic::TestPanic;
pub mod guard;
mod lent;
mod tty;

pub(super) use lent::LentTerminal;

use crate::{
    app::{App, MouseAction, Msg},
    background,
    keymap::{Code, Key},
};
use crossterm::{
    clipboard::CopyToClipboard,
    event::{
        DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream, KeyCode, KeyEvent,
        KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
    },
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use futures::{
    StreamExt,
    stream::{SelectAll, select_all},
};
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use rustix::termios::{QueueSelector, tcflush, tcgetwinsize};
use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Stdout, stdout},
    mem::ManuallyDrop,
    sync::{
        atomic::{AtomicU8, Ordering},
        mpsc,
    },
    time::Duration,
};
use tty::{write_restore_sequences, write_shell_restore_sequences};

/// Maximum size of the screen in columns and rows: larger than any display, with about 70 MB of cells.
const MAX_SIZE: (u16, u16) = (1_500, 600);

/// Size of a terminal that reports none, such as a serial line: the size of a VT100.
const DEFAULT_SIZE: (u16, u16) = (80, 24);

/// Maximum wait for a terminal that accepts no output.
const RESTORE_TIMEOUT: Duration = Duration::from_millis(200);

/// Minimum number of free file descriptors that Portolan needs at the start.
const MIN_FREE_DESCRIPTORS: usize = 16;

/// Current use of the terminal: [`NOT_TAKEN`], [`TAKEN_BY_SCREEN`] or [`TAKEN_BY_SHELL`]. The first call of
/// [`restore`] resets it, so that no later call restores the terminal again.
static TERMINAL_USE: AtomicU8 = AtomicU8::new(NOT_TAKEN);
/// Value of [`TERMINAL_USE`] while neither Portolan nor a shell uses the terminal.
const NOT_TAKEN: u8 = 0;
/// Value of [`TERMINAL_USE`] while Portolan draws on the terminal.
const TAKEN_BY_SCREEN: u8 = 1;
/// Value of [`TERMINAL_USE`] while a shell in a container uses the terminal.
const TAKEN_BY_SHELL: u8 = 2;

/// Returns the size of the terminal in columns and rows.
pub(super) fn size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(stdout())?;
    Ok(match (size.ws_col, size.ws_row) {
        (0, 0) => DEFAULT_SIZE,
        (columns, rows) => (columns.min(MAX_SIZE.0), rows.min(MAX_SIZE.1)),
    })
}

/// Returns true while Portolan or a shell uses the terminal.
pub(super) fn is_taken() -> bool {
    TERMINAL_USE.load(Ordering::SeqCst) != NOT_TAKEN
}

/// Fails unless enough file descriptors are free for the terminal, its events and the first connections.
/// crossterm panics without a descriptor for its events.
fn ensure_free_file_descriptors() -> io::Result<()> {
    let opened: io::Result<Vec<File>> = (0..MIN_FREE_DESCRIPTORS).map(|_| File::open("/dev/null")).collect();
    opened.map(drop).map_err(|error| {
        let text = format!("fewer than {MIN_FREE_DESCRIPTORS} file descriptors are free ({error}): raise the limit, for example with `ulimit -n 256`");
        io::Error::new(error.kind(), text)
    })
}

/// Terminal on which Portolan draws its screens. Dropping it restores the terminal.
pub(super) struct TerminalScreen {
    /// Terminal of ratatui with a fixed size: the size for which the app has laid out its screens, even if
    /// the real terminal has another one by now. Never dropped: ratatui's drop shows the cursor, as [`restore`]
    /// does too, and panics if neither the terminal nor standard error accepts text.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    size: (u16, u16),
    mouse: bool,
    /// Hash of the last frame with its cursor; `None` if the terminal may show something else.
    shown: Option<u64>,
    #[cfg(debug_assertions)]
    test_panic: TestPanic,
}

impl TerminalScreen {
    /// Takes over the terminal. `size` is the size of the frames in columns and rows.
    pub(super) fn open(size: (u16, u16), mouse: bool) -> io::Result<Self> {
        ensure_free_file_descriptors()?;
        guard::start();
        let viewport = Viewport::Fixed(area(size));
        let terminal = Terminal::with_options(CrosstermBackend::new(stdout()), TerminalOptions { viewport })?;
        let mut screen = Self {
            terminal: ManuallyDrop::new(terminal),
            size,
            mouse,
            shown: None,
            #[cfg(debug_assertions)]
            test_panic: TestPanic::from_env(),
        };
        screen.enter()?;
        Ok(screen)
    }

    /// Takes over the terminal, for the first time or after another program has used it. The next frame
    /// redraws the whole screen.
    pub(super) fn enter(&mut self) -> io::Result<()> {
        // crossterm saves the modes that it finds here and restores them later.
        disable_raw_mode()?;
        self.shown = None;
        TERMINAL_USE.store(TAKEN_BY_SCREEN, Ordering::SeqCst);
        guard::note_taken();
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            self.capture_mouse(true)?;
        }
        self.terminal.resize(area(self.size))
    }

    /// Draws one frame as a synchronized update, so that the terminal never shows a part of it. Returns true
    /// if the frame differs from the previous one.
    pub(super) fn draw(&mut self, app: &mut App) -> io::Result<bool> {
        #[cfg(debug_assertions)]
        self.test_panic.count_frame();
        execute!(stdout(), BeginSynchronizedUpdate)?;
        if self.size != app.size() {
            self.size = app.size();
            self.terminal.resize(area(self.size))?;
        }
        let (mut hits, mut hasher) = (None, DefaultHasher::new());
        self.terminal.draw(|frame| {
            let (found, cursor) = app.draw(frame.buffer_mut());
            (frame.buffer_mut(), cursor).hash(&mut hasher);
            hits = Some(found);
            if let Some(position) = cursor {
                frame.set_cursor_position(position);
            }
        })?;
        if let Some(hits) = hits {
            app.frame_drawn(hits);
        }
        let drawn = Some(hasher.finish());
        let has_changed = std::mem::replace(&mut self.shown, drawn) != drawn;
        execute!(stdout(), EndSynchronizedUpdate)?;
        Ok(has_changed)
    }

    /// Turns the terminal's reports of mouse events on or off.
    pub(super) fn capture_mouse(&mut self, take: bool) -> io::Result<()> {
        self.mouse = take;
        let out = self.terminal.backend_mut();
        if take { execute!(out, EnableMouseCapture) } else { execute!(out, DisableMouseCapture) }
    }

    /// Copies text to the clipboard by an escape sequence (OSC 52), which also works over ssh.
    pub(super) fn copy_to_clipboard(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }
}

/// Terminal in raw mode, for a shell in a container. Dropping the value restores the terminal.
pub(super) struct RawTerminal;

impl RawTerminal {
    /// Takes over the terminal and sets raw mode.
    pub(super) fn take() -> io::Result<Self> {
        guard::start();
        let raw = Self;
        Self::retake()?;
        Ok(raw)
    }

    /// Takes over the terminal again after this process was stopped, because another program may have changed
    /// the modes.
    pub(super) fn retake() -> io::Result<()> {
        // crossterm saves the modes that it finds here and restores them later.
        disable_raw_mode()?;
        TERMINAL_USE.store(TAKEN_BY_SHELL, Ordering::SeqCst);
        guard::note_shell();
        enable_raw_mode()
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        restore_in_time();
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        restore();
    }
}

fn area((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 0, width, height)
}

/// Restores the terminal if Portolan or a shell uses it. Waits at most [`RESTORE_TIMEOUT`] for a terminal
/// that accepts no output.
pub(super) fn restore_in_time() {
    let (done, restored) = mpsc::channel();
    let restore = move || {
        restore();
        let _ = done.send(());
    };
    if background::spawn_thread("restore", restore).is_ok() {
        // After the timeout, the modes are restored, and only the sequences may be missing.
        let _ = restored.recv_timeout(RESTORE_TIMEOUT);
    }
}

/// Restores the terminal if Portolan or a shell uses it.
pub(super) fn restore() {
    let taken_by = TERMINAL_USE.swap(NOT_TAKEN, Ordering::SeqCst);
    if taken_by != NOT_TAKEN {
        // The modes come first, because writing blocks if the terminal accepts no output. There is no way to
        // report an error here.
        let _ = disable_raw_mode();
        lent::restore_modes();
        if taken_by == TAKEN_BY_SHELL {
            write_shell_restore_sequences();
        } else {
            write_restore_sequences();
        }
        guard::note_restored();
    }
}

/// Discards keys that the user has typed and no program has read yet.
pub fn discard_typed_keys() {
    // Without a terminal there is nothing to discard.
    let _ = tcflush(tty::tty(), QueueSelector::IFlush);
}

/// Events of the terminal (keys, mouse, paste and resize) as messages for the app.
///
/// `SelectAll` polls the stream only after the stream has woken the task. Otherwise the event loop would poll
/// the stream at every message, and crossterm would spin for the lock that its reader thread holds.
pub(super) struct InputEvents(SelectAll<EventStream>);

impl InputEvents {
    pub(super) fn new() -> Self {
        Self(select_all([EventStream::new()]))
    }

    /// Returns the next message; `None` once the terminal is closed.
    pub(super) async fn next(&mut self) -> Option<io::Result<Msg>> {
        loop {
            match self.0.next().await? {
                Err(error) => return Some(Err(error)),
                Ok(event) => {
                    if let Some(msg) = to_message(event) {
                        return Some(Ok(msg));
                    }
                }
            }
        }
    }
}

/// Converts a terminal event into a message. Returns `None` for events that Portolan ignores.
fn to_message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => to_key(key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(..) => size().ok().map(|(width, height)| Msg::Resize(width, height)),
        Event::Mouse(mouse) => Some(Msg::Mouse(match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => MouseAction::Press(mouse.column, mouse.row),
            MouseEventKind::Drag(MouseButton::Left) => MouseAction::Drag(mouse.column, mouse.row),
            MouseEventKind::ScrollUp if mouse.modifiers.contains(KeyModifiers::CONTROL) => {
                MouseAction::ZoomIn
            }
            MouseEventKind::ScrollDown if mouse.modifiers.contains(KeyModifiers::CONTROL) => {
                MouseAction::ZoomOut
            }
            MouseEventKind::ScrollUp => MouseAction::WheelUp,
            MouseEventKind::ScrollDown => MouseAction::WheelDown,
            MouseEventKind::Moved => MouseAction::Move(mouse.column, mouse.row),
            _ => return None,
        })),
        _ => None,
    }
}

/// Converts a crossterm key into a key of the keymap. Returns `None` for unknown keys.
fn to_key(key: KeyEvent) -> Option<Key> {
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
