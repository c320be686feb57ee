//! Sessions that the user requests on the screen: a shell or a forwarded port.

use super::{ForwardRequest, SessionRequest, SessionTarget, ShellRequest};
use crate::{model::Timestamp, operation::AuditRecord};

/// Session that the user has requested: a shell or a forwarded port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedSession {
    /// A shell or a command.
    Shell(ShellRequest),
    /// A forwarded port.
    Forward(ForwardRequest),
}

impl RequestedSession {
    /// Returns the container.
    #[must_use]
    pub fn target(&self) -> &SessionTarget {
        match self {
            Self::Shell(request) => request.target(),
            Self::Forward(request) => request.target(),
        }
    }

    /// Returns a title for dialogs, such as `open a shell in shop/web`.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Shell(request) => request.title(),
            Self::Forward(request) => request.title(),
        }
    }

    /// Returns the local port of a forward; `None` for a shell.
    #[must_use]
    pub fn local_port(&self) -> Option<u16> {
        match self {
            Self::Shell(_) => None,
            Self::Forward(request) => Some(request.local_port),
        }
    }

    /// Returns the audit record of the request, made at `at`, before it has a plan.
    #[must_use]
    pub fn audit_record(&self, user: &str, at: Timestamp) -> AuditRecord {
        match self {
            Self::Shell(request) => AuditRecord::of_session_request(request, user, at),
            Self::Forward(request) => AuditRecord::of_session_request(request, user, at),
        }
    }
}
