//! Types for responses of the Docker Engine API. Unknown words, unexpected types, missing fields and extra
//! fields never make a response unreadable. Docker 18 to 29 and Podman 3 to 5 differ in all of these.

mod version_events_stats;
mod inspect;
mod lenient;
mod list;
mod summary;

pub(super) use inspect::{
    ContainerConfig, ContainerInspectResponse, ContainerState, EndpointSettings, Health, HostConfig,
    MountPoint, NetworkSettings, PortBinding,
};
pub(super) use lenient::MAX_ENTRIES;
pub(super) use list::{ContainerList, MAX_CONTAINERS};
pub(super) use summary::ContainerSummary;
pub(super) use version_events_stats::{
    ContainerMemoryStats, ContainerStatsResponse, EventMessage, SystemVersion,
};

/// Returns true if `text` can be the id or name of a container, and so is safe in the path of an API call.
pub(super) fn is_valid_id(text: &str) -> bool {
    const MAX_ID_CHARS: usize = 256;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !text.is_empty() && text.len() <= MAX_ID_CHARS && text.chars().all(fits) && !text.starts_with('.')
}
