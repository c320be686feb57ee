//! Tests of the binary: its output, its exit codes, and the state in which it leaves the terminal.
//!
//! Each test runs the binary in a temporary home, so that nothing of this machine leaks in.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

mod act;
mod compose;
mod facts;
mod headless;
mod home;
mod hostile;
mod nothing;
mod packaging;
mod pty;
mod record;
mod secrets;
mod terminal;
mod wrong;
