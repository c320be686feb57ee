//! Load balancers: their routes, the services behind load balancer URLs, and the health of targets.

pub(crate) mod alb_routing;
pub(crate) mod load_balancer;
pub(crate) mod responses;
pub(crate) mod target_health;
