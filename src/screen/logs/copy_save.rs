//! Copying log lines to the clipboard, and saving them to a file.

use super::{Logs, panes::pane::Pane};
use crate::{
    log_store::{EntryKey, LogEntry},
    model::text::clean_with_max_chars,
    screen::{DeferredText, FileToSave, ScreenRequest},
    store::Store,
};
use std::fmt;

/// Maximum number of lines to copy. The user can save more lines to a file.
const MAX_COPIED_LINES: usize = 10_000;

/// Returns the text to copy: the selected field or pattern, or the selected lines, or the line at the cursor.
pub(super) fn clipboard_text(logs: &Logs, store: &Store) -> Option<String> {
    if let Pane::Details(details) = &logs.pane {
        let line = logs.queried_lines.line(&store.world.logs, details.line)?;
        return super::panes::details::detail_rows(&line, store)
            .into_iter()
            .nth(details.row)
            .map(|row| row.value);
    }
    if let Pane::Patterns(patterns) = &logs.pane {
        return patterns
            .chosen_template()
            .map(|template| clean_with_max_chars(&template.to_string(), usize::MAX));
    }
    let here = logs.cursor_line(store)?;
    let (first, last) = logs.marks.selection(Some(here)).unwrap_or((here, here));
    let text: Vec<_> = lines_between(logs, store, first, last)
        .iter()
        .map(|line| clean_with_max_chars(line.text, usize::MAX))
        .collect();
    (!text.is_empty()).then(|| text.join("\n"))
}

/// Saves the selected lines, or all lines that pass the filters if none are selected. Each line begins with
/// its time, service and instance.
pub(super) fn save_lines(logs: &Logs, store: &Store) -> Vec<ScreenRequest> {
    let (Some(first), Some(last)) =
        (logs.queried_lines.first(&store.world.logs), logs.queried_lines.last(&store.world.logs))
    else {
        return vec![ScreenRequest::Notify("no lines to save".to_owned())];
    };
    let (first, last) = logs.marks.selection(logs.cursor_line(store)).unwrap_or((first, last));
    // Both clones are cheap, because they share the text with the originals.
    let (held, lines) = (store.world.logs.clone(), logs.queried_lines.lines().clone());
    let text = DeferredText::new(move |to| {
        let from = lines.key_before(&held, first);
        let mut chosen = lines.forward(&held, from).take_while(|line| line.key <= last);
        chosen.try_for_each(|line| write_line(to, &line))
    });
    vec![
        ScreenRequest::Notify("saving the lines".to_owned()),
        ScreenRequest::SaveFile(FileToSave { name: "portolan-logs", extension: "log", text }),
    ]
}

/// Writes one line of the saved file. If the line is a note that Portolan added, for example about a gap in
/// the stream, its text begins with `--`.
fn write_line(to: &mut fmt::Formatter<'_>, line: &LogEntry<'_>) -> fmt::Result {
    let whose = line.service.map_or("", |service| service.as_str());
    let note = if line.note.is_some() { "-- " } else { "" };
    writeln!(to, "{:.3} {whose} {} {note}{}", line.key.at, line.label, line.text)
}

/// Returns the lines from `first` to `last`, or the last `MAX_COPIED_LINES` of them.
fn lines_between<'a>(logs: &'a Logs, store: &'a Store, first: EntryKey, last: EntryKey) -> Vec<LogEntry<'a>> {
    let mut lines: Vec<_> = logs.queried_lines.lines().entries_up_to(&store.world.logs, Some(last), 1);
    let before = logs
        .queried_lines
        .lines()
        .backward(&store.world.logs, Some(last))
        .take_while(|line| line.key >= first);
    lines.extend(before.take(MAX_COPIED_LINES - lines.len()));
    lines.reverse();
    lines
}
