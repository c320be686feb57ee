//! Heading of an exported map: its title, the sources and their time, for a reader who sees the file alone.

use crate::{
    screen::widget::text,
    store::{Session, Store},
};

/// Returns the title of the map: the name of the program, the part of the estate if it is only a part, and the
/// number of services.
pub(super) fn title(store: &Store) -> String {
    let count = store.visible_nodes().iter().filter(|node| node.is_service()).count();
    let map = part(store).map_or_else(|| "map".to_owned(), |part| format!("map of {part}"));
    format!("Portolan: {map}, {}", text::pluralize(count, "service"))
}

/// Describes the part of the estate that the filters show, such as `group shop`. Returns `None` if they show
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

/// Returns the sources of the map and the time when it was taken, such as
/// `docker, ecs:eu-west-1; 2026-03-08T03:10:00Z`.
pub(super) fn origin(store: &Store) -> String {
    format!("{}; {}", sources(store), store.world.now)
}

/// Returns the ids of the sources, such as `docker, ecs:eu-west-1`.
pub(super) fn sources(store: &Store) -> String {
    let ids: Vec<&str> = store.world.sources.iter().map(|source| source.id.as_str()).collect();
    ids.join(", ")
}

/// Legend of the lines in formats that have solid, dashed and dotted lines.
pub(super) const LINE_LEGEND: &str = "lines: solid observed, dashed declared, dotted possible";
