//! Command `deployments`: the deployments of a service, and how the new version differs from the old one.

use crate::{
    cli::{Error, args::Format, why},
    export,
    screen::describe::rollout_text,
    store::World,
};

/// Formats the deployments of the service `name` as text or JSON.
pub(in crate::cli) fn deployments_text(
    world: &World,
    name: &str,
    format: Format,
    ascii: bool,
) -> Result<String, Error> {
    let (node, service) = why::find_service(world, name, "only services have deployments")?;
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
