//! Tests against real outsides: an ECS emulator that runs real containers.

mod ecs;
