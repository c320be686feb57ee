//! Local ends of sessions with containers: the terminal of a shell, and the port of a forwarded one.

pub mod forward;
mod from_screen;
mod keyboard;
pub mod plugin;
pub mod shell;
