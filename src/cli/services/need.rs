//! Command `need`: the services and settings that one service needs, as text, JSON or a compose file.

use crate::{
    cli::{Error, args::NeedFormat, why},
    export,
    screen::describe::need_text::ServiceNeeds,
    store::World,
};

/// Formats the needs of the service `name`. Fails if no service has this name.
pub(in crate::cli) fn need_text(world: &World, name: &str, format: NeedFormat) -> Result<String, Error> {
    let (node, _) = why::find_service(world, name, "only services need others")?;
    let needs = ServiceNeeds::new(world, node);
    Ok(match format {
        NeedFormat::Table => needs.text(world),
        NeedFormat::Json => export::need_json(world, &needs),
        NeedFormat::Compose => export::need_compose(world, &needs),
    })
}
