//! The engine's answers as shapes of our own: words and types that nobody knows yet, missing fields and further ones never
//! make an answer unreadable. Docker 18 to 29 and Podman 3 to 5 differ in all of these.

mod engine;
mod inspect;
mod lenient;
mod list;
mod summary;

pub(super) use engine::{ContainerMemoryStats, ContainerStatsResponse, EventMessage, SystemVersion};
pub(super) use inspect::{
    ContainerConfig, ContainerInspectResponse, ContainerState, EndpointSettings, Health, HostConfig,
    MountPoint, NetworkSettings, PortBinding,
};
pub(super) use lenient::MAX_ENTRIES;
pub(super) use list::{Listed, MAX_CONTAINERS};
pub(super) use summary::ContainerSummary;

/// Whether that can be the id or name of a container: what stands in the path of a call, and is kept.
pub(super) fn is_id(text: &str) -> bool {
    const MAX_ID_CHARS: usize = 256;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    !text.is_empty() && text.len() <= MAX_ID_CHARS && text.chars().all(fits) && !text.starts_with('.')
}
