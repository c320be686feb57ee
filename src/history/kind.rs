//! The kinds of what happens: one table, read by the screen, the filters, the headless command and the documentation.

use crate::model::EventKind;

/// A kind of what happens, as people meet it.
pub struct Kind {
    /// Which.
    pub kind: EventKind,
    /// What people write, and JSON has.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The mark that stands for it where there is room for no more.
    pub mark: char,
    /// What is told by it.
    pub about: &'static str,
}

/// All kinds; of several at one place on an axis, the first one is shown.
pub const KINDS: &[Kind] = &[
    row(EventKind::Finding, "finding", "finding", '!', "a finding begins or ends"),
    row(
        EventKind::OutOfMemory,
        "out-of-memory",
        "out of memory",
        'M',
        "the kernel ends something for want of memory",
    ),
    row(EventKind::Stop, "stop", "stop", 'x', "an instance ends, with the reason where one is told"),
    row(EventKind::Restart, "restart", "restart", 'R', "an instance is started again"),
    row(
        EventKind::Deployment,
        "deployment",
        "deployment",
        'D',
        "a version comes, is rolled out, fails or is rolled back; a service comes or goes",
    ),
    row(
        EventKind::Configuration,
        "configuration",
        "configuration",
        'C',
        "what a service is configured with changes: the names of it, never a value",
    ),
    row(EventKind::Scaling, "scaling", "scaling", 'S', "another number of instances is wanted"),
    row(EventKind::Health, "health", "health", 'H', "a health check or the service's health changes"),
    row(EventKind::Start, "start", "start", '+', "an instance starts"),
    row(EventKind::Source, "source", "source", 'o', "a source can't be read, or can be read again"),
    row(EventKind::Pause, "pause", "pause", 'P', "the engine holds an instance"),
    row(EventKind::Unpause, "unpause", "unpause", 'U', "the engine lets an instance go on that it held"),
    row(EventKind::Placement, "placement", "placement", 'N', "a task finds no place in its cluster"),
    row(EventKind::Message, "message", "message", '.', "what else a source says"),
];

const fn row(
    kind: EventKind,
    id: &'static str,
    title: &'static str,
    mark: char,
    about: &'static str,
) -> Kind {
    Kind { kind, id, title, mark, about }
}

impl Kind {
    /// The row of that kind.
    #[must_use]
    pub fn of(kind: EventKind) -> &'static Self {
        KINDS.iter().find(|row| row.kind == kind).unwrap_or(&KINDS[KINDS.len() - 1])
    }

    /// The kind with that id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        KINDS.iter().find(|row| row.id == id)
    }

    /// The next one in the table, or the one before; none stands between the last and the first, and means all.
    #[must_use]
    pub fn beside(here: Option<EventKind>, forward: bool) -> Option<EventKind> {
        let place = here.and_then(|here| KINDS.iter().position(|row| row.kind == here)).map_or(0, |p| p + 1);
        let step = if forward { 1 } else { KINDS.len() };
        let next = (place + step) % (KINDS.len() + 1);
        next.checked_sub(1).and_then(|next| KINDS.get(next)).map(|row| row.kind)
    }
}
