//! Snapshots of an engine: polling its containers, caching them between polls, following its events, and
//! building services from the containers.

pub(super) mod build;
pub(super) mod cache;
pub(super) mod event_message;
pub(super) mod events;
pub(super) mod exit_history;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
pub(super) mod inspect;
pub(super) mod network_addresses;
pub(super) mod poll;
pub(super) mod shared_volumes;
