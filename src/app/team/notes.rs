//! Notes that the user leaves: the target of a new note, and the request to write it.

use crate::{
    app::{App, prompt::Prompt},
    effect::Effect,
    model::{SourceId, Text},
    note::{MAX_NOTE_CHARS, NoteDraft, NoteTarget, split_until},
    screen::ScreenId,
};

impl App {
    /// Opens the prompt for a note on the selected finding, call or service.
    pub(in crate::app) fn ask_for_note(&mut self) {
        match self.note_target() {
            Ok(_) => self.prompt = Some(Prompt::note()),
            Err(why) => self.notify(why),
        }
    }

    /// Returns true if a note can be left on the current selection.
    pub(in crate::app) fn can_note(&self) -> bool {
        self.note_target().is_ok()
    }

    /// Asks the runtime to write a note on the current selection. `typed` may end in `until` and a time.
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

    /// Returns the source that will keep a new note, and the note's target: the selected finding or call on
    /// screens that list them, or else the selected node. The error is the reason why there is no target.
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

    /// Returns the first source, which keeps the notes on nodes that have no source.
    fn first_source(&self) -> Option<SourceId> {
        self.store.world.sources.first().map(|status| status.id.clone())
    }
}
