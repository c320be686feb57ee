//! Diagnosis of faults and risks: finds them, determines their start, suspected causes and impact, and sorts
//! them by severity.
//!
//! Each rule reads a `RuleContext` and adds drafts of findings. The evaluation completes the drafts.

mod class;
mod draft;
mod wording;
mod log_signal;
mod call_index;
mod restart_counts;
mod outage_tracker;
mod context;
mod rules;
mod kinds;
mod suspects;
mod evaluation;
mod fault_role;

pub use context::{RuleContext, RuleInput};
pub use evaluation::findings;
pub use fault_role::{FaultInvolvement, FaultRole, fault_roles};
pub use kinds::{FINDING_KINDS, FindingKind};
pub use log_signal::{LogSignal, LogSignalKind};
pub use outage_tracker::OutageTracker;

use draft::{FindingDraft, Subject};
use wording::{count_label, join_names};

#[cfg(test)]
mod tests;
