//! Notes in the app: the target of a new note, and the request to write it.

use crate::{
    app::{App, prompt::Prompt},
    effect::Effect,
    model::{SourceId, Text},
    note::{MAX_NOTE_CHARS, NoteDraft, NoteTarget, split_until},
    screen::ScreenId,
};

impl App {
    /// Opens the prompt for a note on what is selected.
    pub(in crate::app) fn ask_for_note(&mut self) {
        match self.note_target() {
            Ok(_) => self.prompt = Some(Prompt::note()),
            Err(why) => self.notify(why),
        }
    }

    /// Returns true if there is something to leave a note on.
    pub(in crate::app) fn can_note(&self) -> bool {
        self.note_target().is_ok()
    }

    /// Requests that a note is written on what is selected. `typed` may end in `until` and a time.
    pub(in crate::app) fn write_note(&mut self, typed: &str) -> Vec<Effect> {
        let (source, target) = match self.note_target() {
            Ok(found) => found,
            Err(why) => {
                self.notify(why);
                return Vec::new();
            }
        };
        let now = self.store.world.now;
        let (text, until) = split_until(typed, now, &self.store.session.time_zone);
        let text = Text::with_max_chars(text, MAX_NOTE_CHARS);
        if text.is_empty() {
            self.notify("a note needs a text, such as: known, ticket 812, until friday");
            return Vec::new();
        }
        vec![Effect::WriteNote(source, NoteDraft { at: now, until, target, text })]
    }

    /// Returns the target of a new note with its source: the selected finding or call on their screens, else the selected
    /// service. An error is the reason why there is none.
    fn note_target(&self) -> Result<(SourceId, NoteTarget), &'static str> {
        if self.shows_share() {
            return Err("this is a share: leave notes on what runs now");
        }
        let node = self.store.selected_node().ok_or("no service is selected")?;
        let source = node.source.clone().or_else(|| self.first_source()).ok_or("no source is read")?;
        Ok(match self.screen() {
            ScreenId::Findings => {
                let finding = self.screens.findings.selected_finding(&self.store);
                let finding = finding.ok_or("no finding is selected")?;
                let node = finding.node.as_ref().ok_or("a finding about a source takes no note")?;
                let source = node.service_source().unwrap_or(source);
                let target = NoteTarget::finding(&source, node, finding);
                (source, target)
            }
            ScreenId::Why => match self.screens.why.selected_call(&self.store) {
                Some((caller, callee)) => {
                    let source = caller.service_source().unwrap_or(source);
                    let target = NoteTarget::call(&source, &caller, &callee);
                    (source, target)
                }
                None => (source.clone(), NoteTarget::node(&source, &node.id)),
            },
            _ => (source.clone(), NoteTarget::node(&source, &node.id)),
        })
    }

    /// Returns the first source, to which notes on nodes of no source belong.
    fn first_source(&self) -> Option<SourceId> {
        self.store.world.sources.first().map(|status| status.id.clone())
    }
}
