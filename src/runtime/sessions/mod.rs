//! Local ends of sessions in containers: the terminal of a shell, and the port of a forwarding.

pub mod forward;
mod from_screen;
mod keyboard;
pub mod plugin;
pub mod shell;
