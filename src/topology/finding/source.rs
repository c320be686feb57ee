//! Source trouble: a place that can not be read now, so that what is shown of it may be old.

use super::{About, Draft, Evidence};
use crate::model::{Onset, Severity, SourceState};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for status in evidence.sources {
        let Some(failure) = &status.failure else { continue };
        let severity =
            if status.state == SourceState::Stale { Severity::Warning } else { Severity::Critical };
        drafts.push(Draft {
            severity,
            about: About::Source(status.id.clone()),
            since: status.last_read.map(Onset::exact),
            reason: failure.what.to_string(),
            next: failure.remedy.to_string(),
        });
    }
    for snapshot in evidence.inventory.snapshots() {
        for gap in &snapshot.gaps {
            drafts.push(Draft {
                severity: Severity::Info,
                about: About::Source(snapshot.source.clone()),
                since: None,
                reason: format!("{} can't be read: {}", gap.what, gap.failure.what),
                next: gap.failure.remedy.to_string(),
            });
        }
    }
}
