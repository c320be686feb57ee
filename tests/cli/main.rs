//! The program from outside: what it prints, with which exit code, and how it leaves the terminal.
//!
//! Only the binary is used, in a home of its own, so that nothing of this machine is seen.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

mod compose;
mod headless;
mod home;
mod hostile;
mod nothing;
mod pty;
mod record;
mod secrets;
mod terminal;
mod wrong;
