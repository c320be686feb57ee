//! Pseudo-terminal that runs the binary and interprets its output as a terminal emulator does.

use crate::home::{Home, PORTOLAN_BINARY};
use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use vt100::Parser;

/// Maximum time to wait for an expected change, long enough for a slow machine.
const WAIT_TIMEOUT: Duration = Duration::from_mins(1);

/// Binary that runs in a pseudo-terminal.
pub(crate) struct PtyTerminal {
    child: Box<dyn Child + Send + Sync>,
    parser: Arc<Mutex<Parser>>,
    /// All bytes that the program wrote.
    output_bytes: Arc<Mutex<Vec<u8>>>,
    writer: Box<dyn Write + Send>,
    /// Both ends of the pseudo-terminal, kept open so that the last output can still be read.
    pair: PtyPair,
    _home: Home,
}

impl PtyTerminal {
    /// Starts the binary in a new home, with `variables` added to the home's environment.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_in(Home::new(), arguments, variables)
    }

    /// Starts the binary in `home`.
    pub(crate) fn start_in(home: Home, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (rows, cols) = (30, 100);
        let pair = native_pty_system().openpty(pty_size(rows, cols)).unwrap();
        let child = pair.slave.spawn_command(command_in(&home, arguments, variables)).unwrap();
        let parser = Arc::new(Mutex::new(Parser::new(rows, cols, 0)));
        let (mut reader, shown) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&parser));
        let output_bytes = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&output_bytes);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..count]);
                shown.lock().unwrap().process(&bytes[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self { child, parser, output_bytes, writer, pair, _home: home }
    }

    /// Returns the visible text of the screen.
    pub(crate) fn text(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    /// Returns all bytes that the program has written so far.
    pub(crate) fn raw_output(&self) -> Vec<u8> {
        self.output_bytes.lock().unwrap().clone()
    }

    /// Waits for at least `lines` lines and returns all bytes, because the last output may arrive after the
    /// program has exited.
    #[track_caller]
    pub(crate) fn raw_output_of_lines(&self, lines: usize) -> Vec<u8> {
        let began = Instant::now();
        loop {
            let raw = self.raw_output();
            if String::from_utf8_lossy(&raw).lines().count() >= lines {
                return raw;
            }
            assert!(began.elapsed() < WAIT_TIMEOUT, "it wrote fewer lines. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until `wanted` returns true for the screen. `what` names the condition in the failure message.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let began = Instant::now();
        while !wanted(self.parser.lock().unwrap().screen()) {
            assert!(began.elapsed() < WAIT_TIMEOUT, "never came: {what}. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen contains `words`.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, words: &str) {
        self.wait_until(words, |screen| screen.contents().contains(words));
    }

    /// Sends `bytes` as keyboard input.
    pub(crate) fn type_keys(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Resizes the terminal.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        self.parser.lock().unwrap().screen_mut().set_size(rows, cols);
        self.pair.master.resize(pty_size(rows, cols)).unwrap();
    }

    /// Sends the program the signal `name`, such as `TERM`.
    pub(crate) fn send_signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Waits until the program is stopped by job control (state T).
    #[track_caller]
    pub(crate) fn wait_until_stopped(&self) {
        let pid = self.child.process_id().unwrap().to_string();
        let began = Instant::now();
        loop {
            let state = Command::new("ps").args(["-o", "state=", "-p", &pid]).output().unwrap().stdout;
            if state.starts_with(b"T") {
                return;
            }
            assert!(began.elapsed() < WAIT_TIMEOUT, "it is not stopped. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the program has exited, and returns its exit code.
    #[track_caller]
    pub(crate) fn wait_for_exit(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < WAIT_TIMEOUT, "it does not end. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns true if the terminal is in raw mode: it passes on each key at once and does not echo it.
    fn is_raw_mode(&self) -> bool {
        let modes = self.pair.master.get_termios().map(|termios| format!("{:?}", termios.local_flags));
        !modes.unwrap_or_default().contains("ICANON")
    }

    /// Asserts that the program shows the alternate screen and has set raw mode.
    #[track_caller]
    pub(crate) fn assert_taken_over(&self) {
        self.wait_until("the alternate screen", vt100::Screen::alternate_screen);
        assert!(self.is_raw_mode(), "keys must come at once");
    }

    /// Asserts that the program has restored the terminal: screen, cursor, mouse, bracketed paste, raw mode.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        self.wait_until("the terminal as it was", |screen| {
            let mouse = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
            let screen =
                mouse && !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste();
            // The guard process restores the modes of the terminal a moment after its screen.
            screen && !self.is_raw_mode()
        });
    }
}

/// Starts the binary, closes the terminal after its first screen, as an emulator does whose window is closed,
/// and returns the exit code.
pub(crate) fn exit_code_after_hangup(arguments: &[&str]) -> u32 {
    let (rows, cols) = (30, 100);
    let pair = native_pty_system().openpty(pty_size(rows, cols)).unwrap();
    let home = Home::new();
    let mut child = pair.slave.spawn_command(command_in(&home, arguments, &[])).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut parser = Parser::new(rows, cols, 0);
    let mut bytes = [0; 4096];
    while !parser.screen().contents().contains("? help") {
        let count = reader.read(&mut bytes).unwrap();
        parser.process(&bytes[..count]);
    }
    drop((reader, pair.master));
    child.wait().unwrap().exit_code()
}

/// Returns the command that runs the binary in `home`, with `variables` added to the home's environment.
fn command_in(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(PORTOLAN_BINARY);
    command.args(arguments);
    command.env_clear();
    for (name, value) in home.environment() {
        command.env(name, value);
    }
    for (name, value) in variables {
        command.env(name, value);
    }
    command
}

impl Drop for PtyTerminal {
    fn drop(&mut self) {
        // A failed test leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pty_size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
