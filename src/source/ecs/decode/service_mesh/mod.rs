//! Service meshes: App Mesh, Consul and the request metrics of Service Connect.

pub(crate) mod app_mesh;
pub(crate) mod consul;
pub(crate) mod service_connect_metrics;
