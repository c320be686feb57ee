//! Tests against real engines and APIs: nothing here is simulated.

mod docker;
mod ecs;
