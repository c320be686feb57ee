//! Heading of an exported map: title, sources and time, for readers who see only the file.

use crate::{
    screen::widget::text,
    store::{Session, Store},
};

/// Returns the title of the map, such as `Portolan: map of group shop, 12 services`. Without a filter, the
/// title names no part of the map.
pub(super) fn title(store: &Store) -> String {
    let count = store.visible_nodes().iter().filter(|node| node.is_service()).count();
    let map = part(store).map_or_else(|| "map".to_owned(), |part| format!("map of {part}"));
    format!("Portolan: {map}, {}", text::pluralize(count, "service"))
}

/// Describes the part of the map that the filters show, such as `group shop`. Returns `None` if they show
/// everything.
pub(super) fn part(store: &Store) -> Option<String> {
    let Session { only_part, only_group, only_source, faults_only, .. } = &store.session;
    let group = only_group.as_ref().map(|group| format!("group {}", group.name));
    let words: Vec<String> = [
        only_part.as_ref().map(|part| part.title.clone()),
        group.filter(|_| only_part.is_none()),
        only_source.as_ref().map(|source| format!("source {source}")),
        faults_only.then(|| "faulty services".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Returns the sources and the time of the map, such as `docker, ecs:eu-west-1; 2026-03-08T03:10:00Z`.
pub(super) fn origin(store: &Store) -> String {
    format!("{}; {}", sources(store), store.world.now)
}

/// Returns the ids of the sources, such as `docker, ecs:eu-west-1`.
pub(super) fn sources(store: &Store) -> String {
    let ids: Vec<&str> = store.world.sources.iter().map(|source| source.id.as_str()).collect();
    ids.join(", ")
}

/// Legend of the line styles, for formats with solid, dashed and dotted lines.
pub(super) const LINE_LEGEND: &str = "lines: solid observed, dashed declared, dotted possible";
