//! The data model: the facts that sources report about services, and no type that could hold a secret.
//!
//! All types are plain data with `serde`, so recordings, the cache on disk and test fixtures hold the same
//! types as live answers. Text from outside enters the model only as [`Text`] or as an id; both clean it.

pub mod address;
pub mod endpoint;
pub mod arn;
pub mod snapshot_diff;
pub mod deployment;
pub mod exit_cause;
pub mod event;
pub mod finding;
pub mod connection;
pub mod load_balancer;
pub mod health;
pub mod host;
pub mod id;
pub mod image_ref;
pub mod instance;
pub mod inventory;
pub mod log_level;
pub mod log;
pub mod reference;
pub mod outage;
pub mod scheme;
pub mod service;
pub mod time_shift;
pub mod snapshot;
pub mod source_status;
pub mod text;
pub mod display_url;
pub mod usage;

#[cfg(test)]
pub(crate) mod fixtures;

pub use address::Address;
pub use arn::Arn;
pub use connection::{
    ConnectionEnd, ConnectionKey, ConnectionOutcome, MonitoredService, ObservationLog, ObservationSource,
    ObservedConnection, SeenPeriod,
};
pub use deployment::{Deployment, RevisionChange, Rollout};
pub use display_url::DisplayUrl;
pub use endpoint::{EndpointOrigin, EndpointScope, ServiceEndpoint};
pub use event::{Event, EventKind};
pub use exit_cause::ExitCause;
pub use finding::{Finding, Impact, Severity, Suspect};
pub use health::Health;
pub use host::{Host, HostName};
pub use id::{InstanceId, NetworkId, NodeId, ServiceId, SourceId};
pub use image_ref::ImageRef;
pub use instance::{Container, Exit, HealthCheckStatus, Instance, InstanceState};
pub use inventory::{Inventory, ServiceAnnotation};
pub use load_balancer::{LoadBalancer, Route, TargetHealth};
pub use log::{
    Colour, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogRoute, LogTarget, LogUpdate,
    OutputStream, TextStyle,
};
pub use log_level::LogLevel;
pub use outage::{Onset, Outage, SavedOutages};
pub use reference::{Reference, ReferenceKind, ReferenceLocation, ReferenceTarget};
pub use scheme::Scheme;
pub use service::{Fact, Service, ServiceKind};
pub use snapshot::{LoadProgress, Snapshot, SourcePart, UnreadPart};
pub use snapshot_diff::SnapshotDiff;
pub use source_status::{Failure, FailureKind, PollSchedule, SourceState, SourceStatus};
pub use text::{LineText, SharedText, Text};
pub use time_shift::TimeShift;
pub use usage::{UsageSample, UsageTarget};

/// A point in time, UTC.
pub use jiff::Timestamp;
