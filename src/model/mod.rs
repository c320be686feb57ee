//! The data model: plain types for the facts that sources report about services. Addresses, URLs and profiles
//! hold no passwords or tokens.
//!
//! The types of a snapshot implement `serde`, so recordings, the cache on disk and test fixtures hold the
//! same types as live data. Text from outside enters the model only as [`text::CleanText`], as an id, or as a
//! valid host name or ARN. Terminal sequences and deceiving characters stay outside.

mod incident;
mod sources;
mod workload;
mod network;
mod profile;
pub mod id;
pub mod log_level;
pub mod log;
pub mod text;
pub mod time_expression;

#[cfg(test)]
pub(crate) mod fixtures;

pub use id::{InstanceId, NetworkId, NodeId, NodeIdParts, ServiceId, ServiceIdParts, SourceId};
pub use incident::{
    event::{Event, EventKind},
    finding::{Finding, Impact, Severity, Suspect},
    outage::{Onset, Outage, SavedOutages},
};
pub use log::{
    Colour, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogRoute, LogTarget, LogUpdate,
    OutputStream, TextStyle,
};
pub use log_level::LogLevel;
pub use network::{
    address::{Address, FIRST_EPHEMERAL_PORT},
    arn::{Arn, caller_name},
    connection::{
        ConnectionEnd, ConnectionKey, ConnectionOutcome, MonitoredService, ObservationLog, ObservationMethod,
        ObservedConnection, SeenPeriod,
    },
    display_url::DisplayUrl,
    endpoint::{EndpointOrigin, EndpointScope, ServiceEndpoint},
    host::{Host, HostName},
    image_registry::ImageRegistry,
    load_balancer::{LoadBalancer, LoadBalancerRoute, TargetHealth},
    reference::{Reference, ReferenceKind, ReferenceLocation, ReferenceTarget},
    scheme::Scheme,
    setting::Setting,
    webhook::is_webhook,
};
pub use profile::{
    checkout::{Checkout, CodeOwners, CodeOwnersRule, ComposeBuild, Readme},
    code_host::CodeHost,
    entity::{CatalogueEntity, EntityKind, name_key, same_name},
    field::{PROFILE_FIELDS, ProfileField, ProfileFieldSpec},
    owner_pattern::OwnerPattern,
    profile_fact::{FactOrigin, ProfileFact},
    repository::RepositoryUrl,
    resolved_profile::{ProfileRow, ResolvedProfile, RunGuide},
    service_profile::ServiceProfile,
};
pub use sources::{
    action_permission::ActionPermission,
    inventory::{Inventory, ServiceAnnotation},
    load_progress::{LoadProgress, SourcePart},
    snapshot::{Snapshot, UnreadPart},
    snapshot_delta::SnapshotDelta,
    snapshot_diff::SnapshotDiff,
    source_rename::SourceRename,
    source_status::{Failure, FailureKind, PollSchedule, SourceState, SourceStatus},
    team_status::{TeamRole, TeamStatus},
    time_shift::TimeShift,
};
pub use text::{LineText, SharedText, Text, shell_operand, shell_option, shell_quote};
pub use time_expression::{TIME_FORMS, TimeExpression};
pub use workload::{
    deployment::{Deployment, RevisionChange, RolloutState},
    exit_cause::{Exit, ExitCause, ending_signal_number},
    fact::{Fact, FactKind, FactLabel},
    health::Health,
    image_ref::ImageRef,
    instance::{Container, HealthCheckStatus, Instance, InstanceState},
    service::{Service, ServiceKind},
    usage::{UsageSample, UsageTarget},
};

/// A point in time, UTC.
pub use jiff::Timestamp;
