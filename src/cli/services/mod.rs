//! Commands about single services: `deployments`, `need` and `usage`.

pub(super) mod deployments;
pub(super) mod need;
pub(super) mod usage;
