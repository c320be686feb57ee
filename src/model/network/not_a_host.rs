//! The error for text that is not a host.

/// Error for text that is not a host. The message does not repeat the text, because it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hostname, an IP address or an ARN")]
pub struct NotAHost;
