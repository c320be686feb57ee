//! Subscriptions: data streams that the runtime keeps open for as long as the program asks for them.

use crate::model::{LogReadOptions, LogTarget, UsageTarget};

/// Data stream that the runtime keeps open while the program asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subscription {
    /// Lines of a log stream.
    Logs(LogTarget, LogReadOptions),
    /// CPU, memory and network usage of instances.
    Usage(UsageTarget),
}
