//! Subscriptions: the data streams that the screens need now. The runtime keeps exactly these streams open.

use crate::model::{LogReadOptions, LogTarget, UsageTarget};

/// Data stream that the runtime keeps open while a screen needs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subscription {
    /// Lines of a log stream, with the options for reading it.
    Logs(LogTarget, LogReadOptions),
    /// CPU, memory and network usage of instances.
    Usage(UsageTarget),
}
