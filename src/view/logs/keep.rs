//! Taking lines along: into the clipboard, or into a file.

use super::{Logs, pane::Pane};
use crate::{
    effect::{Effect, Text},
    logs::{Key, Line},
    model::{ServiceId, Timestamp, text::clean_within},
    store::Store,
};

/// The most lines that are taken along: more are saved by `portolan logs`, which writes as it reads.
const MOST: usize = 200_000;

/// What copying would copy: the chosen field, the selected lines, or the line of the cursor.
pub(super) fn copied(logs: &Logs, store: &Store) -> Option<String> {
    if let Pane::Details(details) = &logs.pane {
        let line = logs.tape.line(&store.logs, details.line)?;
        return super::details::rows(&line, store).into_iter().nth(details.row).map(|row| row.value);
    }
    if let Pane::Patterns(patterns) = &logs.pane {
        return patterns.template().map(|template| clean_within(&template.to_string(), usize::MAX));
    }
    let here = logs.here(store)?;
    let (first, last) = logs.marks.selected(Some(here)).unwrap_or((here, here));
    let text: Vec<_> =
        between(logs, store, first, last).0.iter().map(|line| clean_within(line.text, usize::MAX)).collect();
    (!text.is_empty()).then(|| text.join("\n"))
}

/// Saves the selected lines, or all that the filters let through, each with its time and whose it is.
pub(super) fn save(logs: &Logs, store: &Store) -> Vec<Effect> {
    let (Some(first), Some(last)) = (logs.tape.first(&store.logs), logs.tape.last(&store.logs)) else {
        return vec![Effect::Say("there is no line to save".to_owned())];
    };
    let (first, last) = logs.marks.selected(logs.here(store)).unwrap_or((first, last));
    let (lines, cut) = between(logs, store, first, last);
    let lines: Vec<Kept> = lines.iter().map(Kept::of).collect();
    let text = Text::new(move || lines.iter().map(Kept::written).collect());
    let about = if cut { format!("saving the last {MOST} lines") } else { "saving".to_owned() };
    vec![Effect::Say(about), Effect::Save { name: "portolan-logs", extension: "log", text }]
}

/// The lines from `first` to `last`, and whether there are more before them than are taken along.
fn between<'a>(logs: &'a Logs, store: &'a Store, first: Key, last: Key) -> (Vec<Line<'a>>, bool) {
    let mut lines: Vec<_> = logs.tape.lines().lines_up_to(&store.logs, Some(last), 1);
    let before = logs.tape.lines().back(&store.logs, Some(last)).take_while(|line| line.key >= first);
    lines.extend(before.take(MOST));
    lines.reverse();
    let cut = lines.len() > MOST;
    (lines, cut)
}

/// A line that is taken along.
struct Kept {
    at: Timestamp,
    service: Option<ServiceId>,
    label: String,
    is_note: bool,
    text: String,
}

impl Kept {
    fn of(line: &Line<'_>) -> Self {
        Self {
            at: line.key.at,
            service: line.service.cloned(),
            label: line.label.to_owned(),
            is_note: line.note.is_some(),
            text: line.text.to_owned(),
        }
    }

    /// The line as the file has it.
    fn written(&self) -> String {
        let whose = self.service.as_ref().map_or("", |service| service.as_str());
        let note = if self.is_note { "-- " } else { "" };
        format!("{:.3} {whose} {} {note}{}\n", self.at, self.label, self.text)
    }
}
