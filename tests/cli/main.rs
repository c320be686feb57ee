//! Tests of the binary: its output, its exit codes, and the state in which it leaves the terminal.
//!
//! Each test runs the binary in a temporary home, so that this machine's configuration has no effect.
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
#[path = "../real/session_agent/mod.rs"]
#[expect(dead_code, reason = "the tests against real engines use the rest")]
mod session_agent;
mod sessions;
mod terminal;
mod wrong;
