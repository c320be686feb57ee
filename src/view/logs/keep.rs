//! Taking lines along: into the clipboard, or into a file.

use super::{Logs, pane::Pane};
use crate::{
    effect::{Effect, Text},
    logs::{Key, Line},
    model::text::clean_within,
    store::Store,
};
use std::fmt;

/// The most lines that are copied: more are for a file.
const MOST: usize = 10_000;

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
        between(logs, store, first, last).iter().map(|line| clean_within(line.text, usize::MAX)).collect();
    (!text.is_empty()).then(|| text.join("\n"))
}

/// Saves the selected lines, or all that the filters let through, each with its time and whose it is.
pub(super) fn save(logs: &Logs, store: &Store) -> Vec<Effect> {
    let (Some(first), Some(last)) = (logs.tape.first(&store.logs), logs.tape.last(&store.logs)) else {
        return vec![Effect::Say("there is no line to save".to_owned())];
    };
    let (first, last) = logs.marks.selected(logs.here(store)).unwrap_or((first, last));
    // The copies share the text with what they are of.
    let (held, lines) = (store.logs.clone(), logs.tape.lines().clone());
    let text = Text::new(move |to| {
        let from = lines.before(&held, first);
        let mut chosen = lines.forward(&held, from).take_while(|line| line.key <= last);
        chosen.try_for_each(|line| write(to, &line))
    });
    vec![Effect::Say("saving".to_owned()), Effect::Save { name: "portolan-logs", extension: "log", text }]
}

/// A line as the file has it.
fn write(to: &mut fmt::Formatter<'_>, line: &Line<'_>) -> fmt::Result {
    let whose = line.service.map_or("", |service| service.as_str());
    let note = if line.note.is_some() { "-- " } else { "" };
    writeln!(to, "{:.3} {whose} {} {note}{}", line.key.at, line.label, line.text)
}

/// The lines from `first` to `last`, the last of them where they are too many.
fn between<'a>(logs: &'a Logs, store: &'a Store, first: Key, last: Key) -> Vec<Line<'a>> {
    let mut lines: Vec<_> = logs.tape.lines().lines_up_to(&store.logs, Some(last), 1);
    let before = logs.tape.lines().back(&store.logs, Some(last)).take_while(|line| line.key >= first);
    lines.extend(before.take(MOST));
    lines.reverse();
    lines
}
