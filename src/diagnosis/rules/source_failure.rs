//! Source failures: Portolan can't read a source or a part of it, so the data on the screen may be old.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject},
    model::{Onset, Severity, SourceState},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for status in context.sources {
        let Some(failure) = &status.failure else { continue };
        let severity =
            if status.state == SourceState::Stale { Severity::Warning } else { Severity::Critical };
        drafts.push(FindingDraft {
            severity,
            subject: Subject::Source(status.id.clone()),
            since: status.last_read.map(Onset::exact),
            reason: failure.message.to_string(),
            next_step: failure.remedy.to_string(),
        });
    }
    for snapshot in context.inventory.snapshots() {
        for gap in &snapshot.unread_parts {
            drafts.push(FindingDraft {
                severity: Severity::Info,
                subject: Subject::Source(snapshot.source.clone()),
                since: None,
                reason: format!("{} unreadable: {}", gap.name, gap.failure.message),
                next_step: gap.failure.remedy.to_string(),
            });
        }
    }
}
