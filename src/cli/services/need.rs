//! Command `need`: the services and settings that one service needs, as text, JSON or a compose file.

use crate::{
    cli::{args::NeedFormat, why},
    export,
    model::{Failure, FailureKind},
    screen::describe::need_text::ServiceNeeds,
    store::World,
};

/// Formats the needs of the service `name`. Fails if no service has this name.
pub(in crate::cli) fn need_text(world: &World, name: &str, format: NeedFormat) -> Result<String, Failure> {
    let node = why::find_node(world, name)?;
    if !node.is_service() {
        let what = format!("{} is not a service", node.label());
        return Err(Failure::new(FailureKind::Invalid, what, "only services need others"));
    }
    let needs = ServiceNeeds::new(world, node);
    Ok(match format {
        NeedFormat::Table => needs.text(world),
        NeedFormat::Json => export::need_json(world, &needs),
        NeedFormat::Compose => export::need_compose(world, &needs),
    })
}
