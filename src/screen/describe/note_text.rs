//! Text of a note that a person left on a service, a call or a finding.

use super::time;
use crate::{note::Note, screen::Scene};

/// Returns the text of a note with its author, its age, and the time at which it expires, in the user's time
/// zone. A note without an end has no such time.
#[must_use]
pub fn note_text(note: &Note, scene: Scene<'_>) -> String {
    let store = scene.store;
    let until = note.until.map(|end| {
        let zoned = end.to_zoned_datetime(store.session.time_zone.clone());
        format!(" (until {})", zoned.strftime("%a %m-%d %H:%M"))
    });
    let age = time::age(note.at, store.world.now);
    format!("{}{}: {}, {age} ago", note.text, until.unwrap_or_default(), note.by)
}
