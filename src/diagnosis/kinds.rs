//! Table of all kinds of findings. Each row names the rule that finds the kind.

use super::{
    class::{CausePolicy, FindingClass},
    context::RuleContext,
    draft::FindingDraft,
    rules,
};
use crate::model::Finding;

/// A row of [`FINDING_KINDS`]: a kind of finding, with its texts and its rule.
pub struct FindingKind {
    /// Id in JSON and in the history.
    pub id: &'static str,
    /// Title on the screen.
    pub title: &'static str,
    /// Class, which states what a finding of this kind means for its service.
    pub(super) class: FindingClass,
    /// The causes that Portolan may suspect.
    pub(super) cause_policy: CausePolicy,
    /// True for a kind of class [`FindingClass::Note`] that is an incident all the same.
    is_incident_note: bool,
    /// The rule: a function that adds a draft for each fault of this kind.
    pub(super) rule: fn(&RuleContext<'_>, &mut Vec<FindingDraft>),
}

impl FindingKind {
    /// Returns the kind with this id, or `None` if there is none.
    #[must_use]
    pub fn with_id(id: &str) -> Option<&'static Self> {
        FINDING_KINDS.iter().find(|kind| kind.id == id)
    }

    /// Returns true if findings of this kind are incidents: they begin and end, and every reader of the
    /// source sees the same ones. Lasting risks are not incidents. Nor are findings that come from logs, from
    /// files on this machine, or from comparing sources, because only one member of a team may see them.
    #[must_use]
    pub fn is_incident(&self) -> bool {
        self.class != FindingClass::Note || self.is_incident_note
    }

    /// Returns this kind, marked as an incident.
    const fn incident(self) -> Self {
        Self { is_incident_note: true, ..self }
    }

    /// Returns the title of the finding's kind, or its id if only another version of Portolan knows the kind.
    #[must_use]
    pub fn title_of(finding: &Finding) -> &str {
        Self::with_id(&finding.kind).map_or(&*finding.kind, |kind| kind.title)
    }
}

/// All kinds of findings. If findings of several kinds explain why a service is down, Portolan reports only
/// the first one in this order.
pub const FINDING_KINDS: &[FindingKind] = &[
    finding_kind(
        "out-of-memory",
        "out of memory",
        FindingClass::Outage,
        CausePolicy::OwnDeployment,
        rules::out_of_memory::find,
    ),
    finding_kind(
        "image-missing",
        "image pull failed",
        FindingClass::Outage,
        CausePolicy::OwnDeployment,
        rules::start_failure::find_image_pull,
    ),
    finding_kind(
        "cannot-start",
        "start failed",
        FindingClass::Outage,
        CausePolicy::OwnDeployment,
        rules::start_failure::find_other,
    ),
    finding_kind(
        "restarts-exhausted",
        "restarts exhausted",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::restarts_exhausted::find,
    ),
    finding_kind(
        "crash-loop",
        "crash loop",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::crash_loop::find,
    ),
    finding_kind(
        "stopped-with-error",
        "stopped with an error",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::stopped_with_error::find,
    ),
    finding_kind(
        "stopped",
        "stopped",
        FindingClass::IntentionalStop,
        CausePolicy::NoCause,
        rules::stopped::find,
    ),
    finding_kind(
        "paused",
        "paused",
        FindingClass::IntentionalStop,
        CausePolicy::NoCause,
        rules::stopped::find_paused,
    ),
    finding_kind(
        "unhealthy",
        "unhealthy",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::unhealthy::find,
    ),
    finding_kind(
        "target-unhealthy",
        "target unhealthy",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::target_health::find,
    ),
    finding_kind("flapping", "flapping", FindingClass::Outage, CausePolicy::AnyCause, rules::flapping::find),
    finding_kind(
        "cannot-place",
        "task placement failed",
        FindingClass::Outage,
        CausePolicy::NoCause,
        rules::task_placement::find,
    ),
    finding_kind(
        "too-few-running",
        "too few running",
        FindingClass::Outage,
        CausePolicy::AnyCause,
        rules::too_few_running::find,
    ),
    finding_kind(
        "deployment-failed",
        "deployment failed",
        FindingClass::Degradation,
        CausePolicy::OwnInstances,
        rules::deployment::find_failed,
    ),
    finding_kind(
        "deployment-rolled-back",
        "deployment rolled back",
        FindingClass::Note,
        CausePolicy::OwnInstances,
        rules::deployment::find_rolled_back,
    )
    .incident(),
    finding_kind(
        "deployment-stuck",
        "deployment stuck",
        FindingClass::Note,
        CausePolicy::OwnInstances,
        rules::deployment::find_stuck,
    )
    .incident(),
    finding_kind(
        "spot-interruption",
        "Spot interruption",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::capacity_loss::find_spot,
    )
    .incident(),
    finding_kind(
        "host-lost",
        "host lost",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::capacity_loss::find_host,
    )
    .incident(),
    finding_kind(
        "restart-storm",
        "mass failure",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::mass_failure::find,
    ),
    finding_kind(
        "rejected-flow",
        "rejected connection",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::failed_connections::find_rejected,
    )
    .incident(),
    finding_kind(
        "connection-error",
        "connection error",
        FindingClass::Note,
        CausePolicy::AnyCause,
        rules::failed_connections::find_failed,
    ),
    finding_kind(
        "log-silence",
        "log silence",
        FindingClass::Note,
        CausePolicy::AnyCause,
        rules::log_signals::find_silent,
    ),
    finding_kind(
        "log-missing",
        "log group missing",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::log_signals::find_missing_log_group,
    ),
    finding_kind(
        "dangling-reference",
        "dangling reference",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::dangling_reference::find,
    ),
    finding_kind(
        "source-trouble",
        "source unreadable",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::source_failure::find,
    ),
    finding_kind(
        "version-skew",
        "mixed versions",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::mixed_versions::find,
    ),
    finding_kind(
        "twin-skew",
        "counterpart version differs",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::counterpart_skew::find,
    ),
    finding_kind(
        "undeclared-call",
        "undeclared call",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::undeclared_call::find,
    ),
    finding_kind(
        "never-observed",
        "never observed",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::never_observed::find,
    ),
    finding_kind(
        "dependency-ring",
        "circular dependency",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::graph_risks::find_cycles,
    ),
    finding_kind(
        "single-point",
        "single point of failure",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::graph_risks::find_single_points,
    ),
    finding_kind(
        "unowned",
        "no owner",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::ownership::find_unowned,
    ),
    finding_kind(
        "no-runbook",
        "no runbook",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::ownership::find_no_runbook,
    ),
    finding_kind(
        "not-in-catalogue",
        "not in the catalogue",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::ownership::find_uncatalogued,
    ),
    finding_kind(
        "catalogued-not-running",
        "catalogued, not running",
        FindingClass::Note,
        CausePolicy::NoCause,
        rules::ownership::find_not_running,
    ),
];

/// Creates a row of the table.
const fn finding_kind(
    id: &'static str,
    title: &'static str,
    class: FindingClass,
    cause_policy: CausePolicy,
    rule: fn(&RuleContext<'_>, &mut Vec<FindingDraft>),
) -> FindingKind {
    FindingKind { id, title, class, cause_policy, is_incident_note: false, rule }
}
