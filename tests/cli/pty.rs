//! A terminal to run the program in: what it draws is read as a terminal reads it.

use crate::home::{Home, PORTOLAN};
use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use vt100::Parser;

/// How long something that must happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program in a terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    parser: Arc<Mutex<Parser>>,
    /// All that the program wrote, as it wrote it.
    raw: Arc<Mutex<Vec<u8>>>,
    writer: Box<dyn Write + Send>,
    /// Kept open, so that what was written last can still be read.
    pair: PtyPair,
    _home: Home,
}

impl Terminal {
    /// Starts the program with those arguments, and with those variables beside the home's own.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_in(Home::new(), arguments, variables)
    }

    /// The same in that home.
    pub(crate) fn start_in(home: Home, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (rows, cols) = (30, 100);
        let pair = native_pty_system().openpty(size(rows, cols)).unwrap();
        let mut command = CommandBuilder::new(PORTOLAN);
        command.args(arguments);
        command.env_clear();
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = Arc::new(Mutex::new(Parser::new(rows, cols, 0)));
        let (mut reader, shown) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&parser));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&raw);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..count]);
                shown.lock().unwrap().process(&bytes[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self { child, parser, raw, writer, pair, _home: home }
    }

    /// The screen as a person sees it.
    pub(crate) fn text(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    /// All that the program wrote so far, as it wrote it.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    /// All that the program wrote, once it has ended so many lines: what was written last may be read later than the end.
    #[track_caller]
    pub(crate) fn raw_of(&self, lines: usize) -> Vec<u8> {
        let began = Instant::now();
        loop {
            let raw = self.raw();
            if String::from_utf8_lossy(&raw).lines().count() >= lines {
                return raw;
            }
            assert!(began.elapsed() < PATIENCE, "it wrote fewer lines. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen is as `wanted` says.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let began = Instant::now();
        while !wanted(self.parser.lock().unwrap().screen()) {
            assert!(began.elapsed() < PATIENCE, "never came: {what}. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until those words are on the screen.
    #[track_caller]
    pub(crate) fn until_says(&self, words: &str) {
        self.until(words, |screen| screen.contents().contains(words));
    }

    /// Types that.
    pub(crate) fn types(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Makes the terminal that large.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        self.parser.lock().unwrap().screen_mut().set_size(rows, cols);
        self.pair.master.resize(size(rows, cols)).unwrap();
    }

    /// Sends the program a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Waits until the program is stopped, as a job is.
    #[track_caller]
    pub(crate) fn is_stopped(&self) {
        let pid = self.child.process_id().unwrap().to_string();
        let began = Instant::now();
        loop {
            let state = Command::new("ps").args(["-o", "state=", "-p", &pid]).output().unwrap().stdout;
            if state.starts_with(b"T") {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it is not stopped. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the program has ended, and gives its exit code.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end. The screen is\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the terminal itself is in raw mode: it gives keys at once, and shows them to nobody.
    fn is_raw(&self) -> bool {
        let modes = self.pair.master.get_termios().map(|termios| format!("{:?}", termios.local_flags));
        !modes.unwrap_or_default().contains("ICANON")
    }

    /// Whether the program has taken the terminal.
    #[track_caller]
    pub(crate) fn is_taken(&self) {
        self.until("the alternate screen", vt100::Screen::alternate_screen);
        assert!(self.is_raw(), "keys must come at once");
    }

    /// That everything is as it was: screen, cursor, mouse, paste, raw mode.
    #[track_caller]
    pub(crate) fn is_restored(&self) {
        self.until("the terminal as it was", |screen| {
            let mouse = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
            mouse && !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
        assert!(!self.is_raw(), "the terminal is left in raw mode");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
