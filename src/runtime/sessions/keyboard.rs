//! Reads raw bytes from the keyboard or a pipe, as the input of a shell in a container.

use crate::background;
use bytes::Bytes;
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{Errno, read},
};
use std::{
    fs::File,
    io::{self, IsTerminal, PipeReader, PipeWriter, pipe, stdin},
    os::fd::{AsFd, BorrowedFd},
};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Size of one read, in bytes.
const READ_BYTES: usize = 4096;
/// Number of reads in the queue to the session.
const KEY_QUEUE_LEN: usize = 16;

/// Input of the user for a shell: bytes from the terminal, a pipe or a file. Dropping the value stops the
/// thread that reads, and leaves later input to other readers.
pub(in crate::runtime) struct Keyboard {
    reads: Receiver<Bytes>,
    _stop: PipeWriter,
}

impl Keyboard {
    /// Starts to read from standard input. If `is_terminal` is true and standard input is something else,
    /// reads from the terminal instead.
    pub(in crate::runtime) fn open(is_terminal: bool) -> io::Result<Self> {
        let terminal =
            if is_terminal && !stdin().is_terminal() { Some(File::open("/dev/tty")?) } else { None };
        let (stopped, stop) = pipe()?;
        let (sender, reads) = mpsc::channel(KEY_QUEUE_LEN);
        background::spawn_thread("shell-input", move || match &terminal {
            Some(terminal) => send_input(terminal.as_fd(), &stopped, &sender),
            None => send_input(stdin().as_fd(), &stopped, &sender),
        })?;
        Ok(Self { reads, _stop: stop })
    }

    /// Returns the next bytes, or `None` at the end of the input.
    pub(in crate::runtime) async fn next(&mut self) -> Option<Bytes> {
        self.reads.recv().await
    }
}

/// Sends the input to `sender` until it ends, or until the other end of the pipe `stopped` is closed.
fn send_input(input: BorrowedFd<'_>, stopped: &PipeReader, sender: &Sender<Bytes>) {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let mut both = [PollFd::new(&input, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        match poll(&mut both, None) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) if !both[1].revents().is_empty() => return,
            Ok(_) => {}
        }
        match read(input, &mut buffer[..]) {
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if sender.blocking_send(Bytes::copy_from_slice(&buffer[..count])).is_err() {
                    return;
                }
            }
        }
    }
}
