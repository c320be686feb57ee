//! Text that describes services, edges, sources and times. Screens, exporters and headless commands share it.

pub mod need_text;
pub mod note_text;
pub mod node_text;
pub mod operation_text;
pub mod plan_text;
pub mod edge_text;
pub mod hand_over;
pub mod log_lines;
pub mod instance_text;
pub mod rollout_text;
pub mod source_badge;
pub mod team_text;
pub mod time;
pub mod usage_text;
