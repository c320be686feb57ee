//! Whether many changes have tangled the map: asked now and then, offered to be mended, and mended unasked only where
//! nobody has looked at the map for a while, or where it was tangled while it filled in and nobody has chosen anything.

use crate::model::Timestamp;

/// The least seconds between two comparisons with a fresh layout, as one costs as much as a fresh layout.
const PAUSE: i64 = 10;

/// After so many seconds without the map on the screen nobody minds that it looks different.
const AWAY: i64 = 30;

/// What is known of that.
#[derive(Default)]
pub(super) struct Tangle {
    /// Whether what is drawn was laid out close to what was drawn before, and has not been compared since.
    unknown: bool,
    /// When the last comparison was asked for.
    asked: Option<Timestamp>,
    /// Whether that is the only one so far, of what came to be while the first picture filled in.
    first: bool,
    /// Whether a fresh layout would be better by much.
    pub found: bool,
    /// Since when the map has not been on the screen.
    hidden: Option<Timestamp>,
}

impl Tangle {
    /// Another layout is drawn: a fresh one, or one close to the one before it.
    pub(super) fn laid(&mut self, fresh: bool) {
        self.unknown = !fresh;
        self.found &= !fresh;
        self.first &= !fresh;
    }

    /// Whether it is time to compare; if so, that counts as asked. Not to be called before the first picture is whole.
    pub(super) fn is_due(&mut self, now: Timestamp) -> bool {
        let first = self.asked.is_none();
        let due = self.unknown && self.asked.is_none_or(|asked| seconds(asked, now) >= PAUSE);
        if due || first {
            (self.unknown, self.asked, self.first) = (false, Some(now), first);
        }
        due
    }

    /// Notes whether the map is on the screen, and whether anybody has chosen anything on it. Returns whether to mend it
    /// unasked.
    pub(super) fn mends(&mut self, shown: bool, chosen: bool, now: Timestamp) -> bool {
        if self.found && self.first && !chosen {
            return true;
        }
        if shown {
            self.hidden = None;
            return false;
        }
        let since = *self.hidden.get_or_insert(now);
        self.found && seconds(since, now) >= AWAY
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_second() - from.as_second()
}
