//! Command `map`: prints the whole map, one group, or the neighbourhood of one service in an export format.

use super::{
    Error, Outcome, Polled,
    args::{CommonArgs, MapArgs},
    collect, mono_theme, open_and_poll, print, read_outcome, why,
};
use crate::{
    export::{MAP_FORMATS, MapFormat},
    keymap::Keymap,
    model::{Failure, FailureKind},
    output,
    screen::Scene,
    store::{GroupFilter, Grouping, MapPart, Store, World},
    topology::{EdgeFilter, nodes_within_hops},
};
use std::collections::BTreeSet;

/// Maximum number of calls between a service and the nodes of its neighbourhood, if there is no `--depth`.
const DEFAULT_SERVICE_DEPTH: usize = 1;

/// Prints the map, or the part that the arguments name.
pub(super) async fn run(common: &CommonArgs, asked: &MapArgs) -> Result<Outcome, Error> {
    let Some(format) = MapFormat::named(&asked.format) else {
        let known: Vec<_> = MAP_FORMATS.iter().map(|known| known.id).collect();
        let what = format!("unknown format `{}`", asked.format);
        let remedy = format!("use one of: {}", known.join(", "));
        return Err(Failure::new(FailureKind::Invalid, what, remedy).into());
    };
    let Polled { world, config, .. } = open_and_poll(common).await?;
    let mut session = collect::new_session(&config);
    session.edge_filter = asked.edges;
    if asked.edges == EdgeFilter::NeverObserved {
        output::print_stderr(
            "one poll can't show never observed calls; the interactive map can, after 10 minutes",
        );
    }
    if let Some(name) = &asked.part {
        session.only_part = Some(part_named(&world, &session.map_settings.grouping, name, asked.depth)?);
    }
    let store = Store { world, session };
    let (theme, keymap) = (mono_theme(common)?, Keymap::default());
    print(format.write(Scene { store: &store, theme: &theme, keymap: &keymap }))?;
    Ok(read_outcome(&store.world))
}

/// Returns the group `name`. If there is none, returns the service `name` with the nodes at most `depth`
/// calls away. Without `depth`, a group comes with those of its neighbours that are no services, such as
/// databases.
fn part_named(
    world: &World,
    grouping: &Grouping,
    name: &str,
    depth: Option<usize>,
) -> Result<MapPart, Error> {
    let topology = world.topology();
    let group = GroupFilter::named(grouping, world, name).ok().filter(|group| group.name == name);
    let (centers, title, depth) = if let Some(group) = group {
        let depth = depth.unwrap_or(0);
        let title = MapPart::neighbourhood_title(&format!("group {}", group.name), depth);
        (world.nodes_of_group(&group), title, depth)
    } else {
        let (node, depth) = (why::find_node(world, name)?, depth.unwrap_or(DEFAULT_SERVICE_DEPTH));
        (BTreeSet::from([node.id.clone()]), MapPart::neighbourhood_title(&node.label(), depth), depth)
    };
    let nodes = centers.iter().flat_map(|center| nodes_within_hops(topology, center, depth)).collect();
    Ok(MapPart { title, nodes })
}
