//! Services that stopped with an error: an instance failed and was not restarted.

use crate::{
    diagnosis::{FindingDraft, RuleContext},
    model::{InstanceState, Severity},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        let failed = service
            .instances
            .iter()
            .filter(|i| i.state == InstanceState::Failed && !i.health_check.is_failing());
        let Some(newest) = failed.max_by_key(|i| i.exit.as_ref().and_then(|exit| exit.at)) else { continue };
        let (how, since) =
            newest.exit.as_ref().map_or(("no exit code".to_owned(), None), |exit| (exit.describe(), exit.at));
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let reason = format!("{} {} stopped: {how}", service.kind.instance_noun(), newest.name);
        drafts.push(FindingDraft::about_service(
            service,
            severity,
            since,
            reason,
            "read the last lines of its log",
        ));
    }
}
