//! Notes that the user leaves: the target of a new note, and the request to write it.

use crate::{
    app::{
        App,
        prompt::{NoteSubject, Prompt},
    },
    diagnosis::FindingKind,
    effect::Effect,
    model::{NodeId, SourceId, Text},
    note::{MAX_NOTE_CHARS, NoteDraft, NoteTarget, split_until},
    screen::ScreenId,
    topology::Node,
};

impl App {
    /// Opens the prompt for a note on the selected finding, call or service.
    pub(in crate::app) fn ask_for_note(&mut self) {
        match self.note_subject() {
            Ok(subject) => self.prompt = Some(Prompt::note(subject)),
            Err(why) => self.notify(why),
        }
    }

    /// Returns true if a note can be left on the current selection.
    pub(in crate::app) fn can_note(&self) -> bool {
        self.note_subject().is_ok()
    }

    /// Asks the runtime to write a note on `subject`. `typed` may end in `until` and a time.
    pub(in crate::app) fn write_note(&mut self, typed: &str, subject: NoteSubject) -> Vec<Effect> {
        let NoteSubject { source, target, .. } = subject;
        let now = self.store.world.now;
        let (text, until) = split_until(typed, now, &self.store.session.time_zone);
        let text = Text::with_max_chars(text, MAX_NOTE_CHARS);
        if text.is_empty() {
            self.notify("a note needs a text, such as: known, ticket 812, until friday");
            return Vec::new();
        }
        vec![Effect::WriteNote(source, NoteDraft { at: now, until, target, text })]
    }

    /// Writes a typed note on the current selection.
    pub(in crate::app) fn write_note_here(&mut self, typed: &str) -> Vec<Effect> {
        match self.note_subject() {
            Ok(subject) => self.write_note(typed, subject),
            Err(why) => {
                self.notify(why);
                Vec::new()
            }
        }
    }

    /// Returns the subject of a new note: the selected finding or call on screens that list them, or else the
    /// selected node. The error is the reason why there is none.
    fn note_subject(&self) -> Result<NoteSubject, &'static str> {
        if self.shows_share() {
            return Err("this is a share: leave notes on what runs now");
        }
        if self.screen() == ScreenId::Findings {
            return self.finding_subject();
        }
        let node = self.store.selected_node().ok_or("no service is selected")?;
        let source = node.source.clone().or_else(|| self.first_source()).ok_or("no source is read")?;
        let call = (self.screen() == ScreenId::Why).then(|| self.screens.why.selected_call(&self.store));
        if let Some((caller, callee)) = call.flatten() {
            let source = caller.service_source().unwrap_or(source);
            let label_of = |id: &NodeId| {
                self.store.world.topology().nodes.get(id).map_or_else(|| id.to_string(), Node::label)
            };
            let label = format!("the call from {} to {}", label_of(&caller), label_of(&callee));
            let target = NoteTarget::call(&source, &caller, &callee);
            return Ok(NoteSubject { source, target, label });
        }
        let target = NoteTarget::node(&source, &node.id);
        Ok(NoteSubject { source, target, label: node.label() })
    }

    /// Returns the selected finding as the subject of a note.
    fn finding_subject(&self) -> Result<NoteSubject, &'static str> {
        let finding = self.screens.findings.selected_finding(&self.store);
        let finding = finding.ok_or("no finding is selected")?;
        let node = finding.node.as_ref().ok_or("a finding about a source takes no note")?;
        let source = node.service_source().or_else(|| self.first_source()).ok_or("no source is read")?;
        let target = NoteTarget::finding(&source, node, finding);
        let label = format!("{}, {}", finding.subject, FindingKind::title_of(finding));
        Ok(NoteSubject { source, target, label })
    }

    /// Returns the first source, which keeps the notes on nodes that have no source.
    fn first_source(&self) -> Option<SourceId> {
        self.store.world.sources.first().map(|status| status.id.clone())
    }
}
