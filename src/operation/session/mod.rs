//! Sessions in running containers: shells, commands and port forwarding. Each has a plan, and starts only
//! after the user has confirmed it.

mod forward;
mod plan;
mod shell;
mod target;

pub use forward::ForwardRequest;
pub use plan::{ConfirmedSession, SessionPlan};
pub use shell::ShellRequest;
pub use target::{SessionRequest, SessionTarget, session_targets};
