//! Reader of AWS Copilot manifests (<https://aws.github.io/copilot-cli/docs/manifest/overview/>).

use super::{EntityDraft, text_at};
use crate::model::{EntityKind, ProfileField, Text};
use serde_json::Value;

/// Reads name and type of a manifest's workload into `draft`. Returns `None` if the manifest describes an
/// environment or a pipeline.
pub(super) fn read(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    draft.entity.name = Text::new(text_at(document, "name")?);
    let workload = text_at(document, "type")?;
    if matches!(workload, "Environment" | "Pipeline") {
        return None;
    }
    let is_job = workload == "Scheduled Job" || workload == "Static Site";
    draft.entity.kind = if is_job { EntityKind::Other } else { EntityKind::Service };
    draft.add(ProfileField::DeployedBy, Some(&format!("AWS Copilot, {workload}")));
    Some(())
}
