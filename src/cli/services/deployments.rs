//! Command `deployments`: the deployments of a service, and how the new version differs from the old one.

use crate::{
    cli::{args::Format, why},
    export,
    model::{Failure, FailureKind},
    screen::describe::rollout_text,
    store::World,
};

/// Formats the deployments of the service `name` as text or JSON.
pub(in crate::cli) fn deployments_text(
    world: &World,
    name: &str,
    format: Format,
    ascii: bool,
) -> Result<String, Failure> {
    let node = why::find_node(world, name)?;
    let Some(service) = world.service_of(node) else {
        let what = format!("{} is not a service", node.label());
        return Err(Failure::new(FailureKind::Invalid, what, "only services have deployments"));
    };
    if format == Format::Json {
        return Ok(export::deployments_json(world, service));
    }
    let rows = rollout_text::deployment_rows(service, world.now, ascii);
    if rows.is_empty() {
        return Ok(format!("no deployments known for {}\n", node.label()));
    }
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        rows.iter().map(|(label, words)| format!("{label:<width$}  {words}\n")).collect();
    Ok(lines.concat())
}
