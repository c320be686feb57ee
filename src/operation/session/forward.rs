//! Requests to forward a port of this machine to a container.

use super::{ForwardedPorts, SessionRequest, SessionTarget};
use crate::{model::Text, operation::OperationPlace};

/// Request to forward a port of this machine to a container, or through it to another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardRequest {
    /// The container.
    pub target: SessionTarget,
    /// Port of the loopback address on which Portolan listens.
    pub local_port: u16,
    /// Host that the container connects to; `None` for the container itself.
    pub host: Option<Text>,
    /// Port of the container or of the host.
    pub port: u16,
}

impl ForwardRequest {
    /// Returns the request to forward `ports` to the container `target`.
    #[must_use]
    pub fn new(target: SessionTarget, ports: &ForwardedPorts) -> Self {
        let host = ports.host.as_deref().map(Into::into);
        Self { target, local_port: ports.local_port, host, port: ports.port }
    }

    /// Returns the destination with its service, such as `port 80 of shop/web`.
    #[must_use]
    pub fn destination_and_service(&self) -> String {
        format!("{} {}", self.audit_purpose(), self.target.service_label)
    }

    /// Returns a title for dialogs, such as `forward port 80 of shop/web`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("forward {}", self.destination_and_service())
    }

    /// Returns the destination in words, such as `port 80` or `db:5432`.
    #[must_use]
    pub fn destination(&self) -> String {
        match &self.host {
            Some(host) => format!("{host}:{}", self.port),
            None => format!("port {}", self.port),
        }
    }
}

impl SessionRequest for ForwardRequest {
    const AUDIT_ACTION: &'static str = "forward";
    const AWS_NOTE: Option<&'static str> = None;

    fn target(&self) -> &SessionTarget {
        &self.target
    }

    fn purpose(&self) -> String {
        format!("127.0.0.1:{} to {}", self.local_port, self.audit_purpose())
    }

    /// Returns `None`: docker has no such command, and that of aws needs the runtime id of the container.
    fn equivalent_command(&self, _: &OperationPlace) -> Option<String> {
        None
    }

    fn audit_purpose(&self) -> String {
        let preposition = if self.host.is_some() { "through" } else { "of" };
        format!("{} {preposition}", self.destination())
    }
}
