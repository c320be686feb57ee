//! What is rolled out of a service, and what differs from before.

use super::{args::Format, why};
use crate::{
    export,
    model::{Failure, FailureKind},
    store::Store,
    view::rollout,
};

/// The deployments of the service that people mean by `name`.
pub(super) fn tell(store: &Store, name: &str, format: Format, ascii: bool) -> Result<String, Failure> {
    let node = why::one(store, name)?;
    let Some(service) = store.service_of(node) else {
        let what = format!("{} is nothing that a source runs", node.label());
        return Err(Failure::new(FailureKind::Invalid, what, "only services are rolled out"));
    };
    if format == Format::Json {
        return Ok(export::deployments(store, service));
    }
    let rows = rollout::rows(service, store.now, ascii);
    if rows.is_empty() {
        return Ok(format!("no source tells of deployments of {}\n", node.label()));
    }
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        rows.iter().map(|(label, words)| format!("{label:<width$}  {words}\n")).collect();
    Ok(lines.concat())
}
