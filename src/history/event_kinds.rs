//! Table of event kinds, for the screen, its filters, the command line and the documentation.

use crate::model::EventKind;

/// Row of [`EVENT_KIND_TABLE`]: identifier and texts of one event kind.
pub struct EventKindSpec {
    /// Event kind that the row describes.
    pub kind: EventKind,
    /// Identifier on the command line and in JSON.
    pub id: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// Character for the kind in places with room for one cell only.
    pub glyph: char,
    /// Description for the documentation.
    pub description: &'static str,
}

/// All event kinds, the most important first. If several events fall into one cell of the timeline's axis,
/// the cell shows the most important kind.
pub const EVENT_KIND_TABLE: &[EventKindSpec] = &[
    row(EventKind::Finding, "finding", "finding", '!', "a finding starts or is resolved"),
    row(
        EventKind::Action,
        "action",
        "action",
        'A',
        "you or a colleague act on a service through Portolan, and the result",
    ),
    row(EventKind::Note, "note", "note", '"', "somebody leaves a note on a service, a call or a finding"),
    row(
        EventKind::OutOfMemory,
        "out-of-memory",
        "out of memory",
        'M',
        "the kernel kills a process: out of memory",
    ),
    row(EventKind::Stop, "stop", "stop", 'x', "an instance stops, with the reason if known"),
    row(EventKind::Restart, "restart", "restart", 'R', "an instance restarts"),
    row(
        EventKind::Deployment,
        "deployment",
        "deployment",
        'D',
        "a deployment starts, completes, fails or is rolled back; a service appears or is removed",
    ),
    row(
        EventKind::Configuration,
        "configuration",
        "configuration",
        'C',
        "the configuration of a service changes (only names of settings, never values)",
    ),
    row(EventKind::Scaling, "scaling", "scaling", 'S', "the desired count changes"),
    row(EventKind::Health, "health", "health", 'H', "a health check or the service's health changes"),
    row(EventKind::Start, "start", "start", '+', "an instance starts"),
    row(EventKind::Source, "source", "source", 'o', "a source becomes unreadable or readable again"),
    row(EventKind::Pause, "pause", "pause", 'P', "a container is paused"),
    row(EventKind::Unpause, "unpause", "unpause", 'U', "a container is unpaused"),
    row(EventKind::Placement, "placement", "placement", 'N', "task placement fails"),
    row(EventKind::Message, "message", "message", '.', "any other message of a source"),
];

const fn row(
    kind: EventKind,
    id: &'static str,
    title: &'static str,
    mark: char,
    about: &'static str,
) -> EventKindSpec {
    EventKindSpec { kind, id, title, glyph: mark, description: about }
}

impl EventKindSpec {
    /// Returns the row of `kind`.
    #[must_use]
    pub fn of(kind: EventKind) -> &'static Self {
        EVENT_KIND_TABLE
            .iter()
            .find(|row| row.kind == kind)
            .unwrap_or(&EVENT_KIND_TABLE[EVENT_KIND_TABLE.len() - 1])
    }

    /// Returns the row with the identifier or title `name`, or `None` if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        EVENT_KIND_TABLE.iter().find(|row| row.id == name || row.title == name)
    }

    /// Returns the timeline's next filter after `here` in table order if `forward` is true, and the previous
    /// one if it is false. `None` is the filter that shows all kinds. It stands between the last kind and the
    /// first.
    #[must_use]
    pub fn cycle_filter(here: Option<EventKind>, forward: bool) -> Option<EventKind> {
        let place = here
            .and_then(|here| EVENT_KIND_TABLE.iter().position(|row| row.kind == here))
            .map_or(0, |p| p + 1);
        let step = if forward { 1 } else { EVENT_KIND_TABLE.len() };
        let next = (place + step) % (EVENT_KIND_TABLE.len() + 1);
        next.checked_sub(1).and_then(|next| EVENT_KIND_TABLE.get(next)).map(|row| row.kind)
    }
}
