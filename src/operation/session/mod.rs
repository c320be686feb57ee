//! Sessions with running containers: shells, commands and port forwarding. Each has a plan, and starts only after the
//! user has confirmed it.

mod confirmed;
mod forward;
mod shell;
mod target;

pub use confirmed::{ConfirmedSession, SessionConfirmation, SessionConfirmationEvent, SessionPlan};
pub use forward::ForwardRequest;
pub use shell::ShellRequest;
pub use target::{SessionRequest, SessionTarget, session_targets};
