//! Taking lines along: into the clipboard, or into a file.

use super::{Logs, pane::Pane};
use crate::{
    effect::Effect,
    logs::{Key, Line},
    model::text::clean_within,
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
    let mut text = String::new();
    for line in &lines {
        written(line, &mut text);
    }
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

/// A line as the file has it.
fn written(line: &Line<'_>, out: &mut String) {
    use std::fmt::Write;
    let whose = line.service.map_or("", |service| service.as_str());
    let note = if line.note.is_some() { "-- " } else { "" };
    // Writing into a string can't fail.
    let _ = writeln!(out, "{:.3} {whose} {} {note}{}", line.key.at, line.label, line.text);
}
