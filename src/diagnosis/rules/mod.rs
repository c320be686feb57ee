//! The rules that find faults, one file a rule: each reads a `RuleContext` and adds `FindingDraft`s.

pub(super) mod capacity_loss;
pub(super) mod counterpart_skew;
pub(super) mod crash_loop;
pub(super) mod dangling_reference;
pub(super) mod deployment;
pub(super) mod failed_connections;
pub(super) mod flapping;
pub(super) mod graph_risks;
pub(super) mod log_signals;
pub(super) mod mass_restart;
pub(super) mod mixed_versions;
pub(super) mod never_observed;
pub(super) mod out_of_memory;
pub(super) mod restarts_exhausted;
pub(super) mod source_failure;
pub(super) mod start_failure;
pub(super) mod stopped;
pub(super) mod stopped_with_error;
pub(super) mod target_health;
pub(super) mod task_placement;
pub(super) mod too_few_running;
pub(super) mod undeclared_call;
pub(super) mod unhealthy;
