//! Sessions in running containers: shells, commands and port forwarding. Each has a plan, and starts only
//! after the user has confirmed it.

mod forward;
mod forwarded_ports;
mod open_forward;
mod plan;
mod requested;
mod shell;
mod target;

pub use forward::ForwardRequest;
pub use forwarded_ports::ForwardedPorts;
pub use open_forward::{OpenForward, OpenForwards};
pub use plan::{ConfirmedSession, SessionPlan};
pub use requested::RequestedSession;
pub use shell::ShellRequest;
pub use target::{SessionRequest, SessionTarget, port_targets, session_targets};
