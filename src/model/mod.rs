//! The words of the house as types: what a source can say about services, and nothing that could hold a secret.
//!
//! Everything here is plain data with `serde`, so that a recording, the cache on disk and a test fixture are the
//! same thing as a live answer. Text from outside gets here as
//! [`Text`] and the ids alone, which clean it.

pub mod address;
pub mod answer;
pub mod arn;
pub mod change;
pub mod deployment;
pub mod ending;
pub mod event;
pub mod finding;
pub mod flow;
pub mod gateway;
pub mod health;
pub mod host;
pub mod id;
pub mod image;
pub mod instance;
pub mod inventory;
pub mod level;
pub mod log;
pub mod mention;
pub mod onset;
pub mod scheme;
pub mod service;
pub mod shift;
pub mod snapshot;
pub mod status;
pub mod text;
pub mod url;
pub mod usage;

#[cfg(test)]
pub(crate) mod sample;

pub use address::Address;
pub use answer::{Answer, AnsweredBy, Scope};
pub use arn::Arn;
pub use change::Change;
pub use deployment::{Alteration, Deployment, Rollout};
pub use ending::Ending;
pub use event::{Event, EventKind};
pub use finding::{Finding, Reach, Severity, Suspect};
pub use flow::{End, Flow, Ledger, SeenBy, Sighting, Span, Verdict, Watched};
pub use gateway::{Checked, Gateway, Route};
pub use health::Health;
pub use host::{Host, HostName};
pub use id::{InstanceId, NetworkId, NodeId, ServiceId, SourceId};
pub use image::Image;
pub use instance::{Check, Container, Exit, Instance, State};
pub use inventory::{Annotation, Inventory};
pub use level::Level;
pub use log::{
    Colour, LogBatch, LogLine, LogNews, LogNote, LogRoute, LogStart, LogStream, LogTarget, NoteKind, Paint,
};
pub use mention::{Mention, Place, Target, Via};
pub use onset::{Onset, Outage, OutageMemory};
pub use scheme::Scheme;
pub use service::{Fact, Service, ServiceKind};
pub use shift::Shift;
pub use snapshot::{Gap, Part, Progress, Snapshot};
pub use status::{Failure, FailureKind, Pace, SourceState, SourceStatus};
pub use text::{LineText, SharedText, Text};
pub use url::DisplayUrl;
pub use usage::{Reading, UsageTarget};

/// A point in time, UTC, as every source reports it.
pub use jiff::Timestamp;
