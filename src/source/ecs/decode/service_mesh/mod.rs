//! Service meshes: App Mesh and Consul.

pub(crate) mod app_mesh;
pub(crate) mod consul;
