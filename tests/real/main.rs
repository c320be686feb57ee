//! Tests against real engines and a local ECS emulator that runs real containers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod acting;
mod docker;
mod ecs;
mod fault_proxy;
mod faults;
mod in_container;
mod podman;
mod session_agent;
mod sessions;
mod team;
