//! Prompt in the last row, in which the user types a search, a command, a comment, a note, or input for the
//! log screen.

mod named_node;
mod question;
mod result;
mod typed_command;

use crate::{
    command::Command,
    keymap::{Code, Key},
    model::{NodeId, SourceId},
    note::NoteTarget,
    operation::OperationKind,
    screen::LogPromptKind,
    share::ShareDestination,
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use std::borrow::Cow;
use tui_input::{Input, InputRequest};
use typed_command::{command_of_other_tools, has_other_argument, split_node_command};

/// Open prompt in the last row, with the text typed so far.
pub(super) enum Prompt {
    /// Search. The node is the one that was selected before the search.
    Search(Input, Option<NodeId>),
    /// Command to run.
    Command {
        /// Typed text.
        input: Input,
        /// Index of the selected proposal.
        chosen: usize,
        /// Commands and actions that applied at the time when the prompt was opened.
        offered: Vec<Offer>,
        /// Labels of the visible nodes, which complete the arguments of commands.
        labels: Vec<String>,
        /// Names of all nodes, which complete questions.
        names: Vec<String>,
        /// Names of groups, to complete questions about them.
        groups: Vec<String>,
    },
    /// Input that the log screen asked for.
    Ask(LogPromptKind, Input),
    /// Comment of a share, which is the saved screen for a colleague. The comment may be empty.
    ShareComment(ShareDestination, Input),
    /// Text of a note.
    Note(Input, Box<NoteSubject>),
}

/// Finding, call or service that a note is about. The prompt keeps it, because the selection may change while
/// the user types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoteSubject {
    /// Source that keeps the note.
    pub(super) source: SourceId,
    /// Target of the note.
    pub(super) target: NoteTarget,
    /// Label for the prompt, such as `shop/orders, crash loop`.
    pub(super) label: String,
}

/// Command or action that the command prompt offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Command of the program or of the shown screen.
    Command(Command),
    /// Operation on the selected service.
    Operation(OperationKind),
}

impl Offer {
    /// Returns the text that the user types to choose the offer.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Command(command) => command.spec().id,
            Self::Operation(kind) => kind.spec().id,
        }
    }

    /// Returns the description.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Command(command) => command.spec().description,
            Self::Operation(kind) => kind.spec().description,
        }
    }

    /// Returns true if the footer shows this command under the label `label`.
    fn is_labelled(self, label: &str) -> bool {
        matches!(self, Self::Command(command) if command.spec().footer_label == label)
    }
}

/// Result of a key press or paste in the prompt.
pub(super) enum PromptEvent {
    /// The input may have changed; the prompt stays open.
    Edited,
    /// The user cancelled the prompt.
    Cancelled,
    /// The user confirmed the search.
    SearchConfirmed,
    /// The user chose a command.
    CommandChosen(Command),
    /// The user chose an action on the selected service.
    OperationChosen(OperationKind),
    /// The user confirmed the comment of a share.
    ShareConfirmed(ShareDestination, String),
    /// The user confirmed the text of a note.
    NoteConfirmed(String, Box<NoteSubject>),
    /// The user confirmed the input that the log screen asked for.
    Answered(LogPromptKind, String),
    /// The user confirmed a text that is not a command by itself: a command with an argument, a question, or
    /// the name of a service.
    Typed(String),
}

/// Proposal of the command prompt for the typed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Proposal {
    /// Command or action.
    Offer(Offer),
    /// Text to complete: a command with the name of a service, such as `logs shop/orders`, or a question in
    /// which [`NAME_TO_TYPE`] stands for a name.
    Text(String),
}

/// Character that stands for a missing name in a proposed question.
const NAME_TO_TYPE: char = '…';

impl Prompt {
    pub(super) fn search(selected: Option<NodeId>) -> Self {
        Self::Search(Input::default(), selected)
    }

    /// Creates a prompt for a command, an action or a question. It proposes the entries of `offered`,
    /// completes the arguments of commands with `labels`, and completes questions with the names of services
    /// and of groups.
    pub(super) fn command(
        offered: Vec<Offer>,
        labels: Vec<String>,
        (names, groups): (Vec<String>, Vec<String>),
    ) -> Self {
        Self::Command { input: Input::default(), chosen: 0, offered, labels, names, groups }
    }

    pub(super) fn asking(question: LogPromptKind) -> Self {
        Self::Ask(question, Input::default())
    }

    /// Creates a prompt for the text of a note.
    pub(super) fn note(subject: NoteSubject) -> Self {
        Self::Note(Input::default(), Box::new(subject))
    }

    /// Creates a prompt for the comment of a share.
    pub(super) fn share_comment(destination: ShareDestination) -> Self {
        Self::ShareComment(destination, Input::default())
    }

    /// Returns the label in front of the input.
    pub(super) fn label(&self) -> Cow<'static, str> {
        match self {
            Self::Search(..) => "/".into(),
            Self::Command { .. } => ":".into(),
            Self::Ask(question, _) => question.label().into(),
            Self::ShareComment(..) => "share, comment (enter for none): ".into(),
            Self::Note(_, subject) => {
                format!("note on {} (may end in `until friday`): ", subject.label).into()
            }
        }
    }

    /// Returns the current input.
    pub(super) fn input(&self) -> &Input {
        match self {
            Self::Search(input, _)
            | Self::Command { input, .. }
            | Self::Ask(_, input)
            | Self::ShareComment(_, input)
            | Self::Note(input, _) => input,
        }
    }

    /// Returns the index of the selected proposal.
    pub(super) fn selected_proposal(&self) -> usize {
        match self {
            Self::Search(..) | Self::Ask(..) | Self::ShareComment(..) | Self::Note(..) => 0,
            Self::Command { chosen, .. } => *chosen,
        }
    }

    /// If the selected proposal is a text, replaces the input with that text up to the first missing name.
    /// Returns false if the input stays the same.
    fn complete_text(&mut self) -> bool {
        let proposals = self.proposals();
        let Self::Command { input, chosen, .. } = self else { return false };
        let Some(Proposal::Text(text)) = proposals.get(*chosen) else { return false };
        let completed = text.split(NAME_TO_TYPE).next().unwrap_or_default();
        if completed == input.value() {
            return false;
        }
        *input = Input::new(completed.to_owned());
        *chosen = 0;
        true
    }

    /// Returns the proposals for the input, the best match first: services after a command that takes a
    /// service, or else matching commands and actions, or else questions. Returns none after a command that
    /// takes another argument, such as `sort`.
    pub(super) fn proposals(&self) -> Vec<Proposal> {
        let Self::Command { input, offered, labels, names, groups, .. } = self else { return Vec::new() };
        if let Some((verb, name)) = split_node_command(input.value()) {
            let found = best_matches(name, labels.iter().map(|name| (name.as_str(), name)));
            return found.into_iter().map(|name| Proposal::Text(format!("{verb} {name}"))).collect();
        }
        if has_other_argument(input.value()) {
            return Vec::new();
        }
        let mut found = best_matches(input.value(), offered.iter().map(|offer| (offer.id(), *offer)));
        // An offer also matches if the input is its label in the footer.
        let typed = input.value().trim();
        let called = offered.iter().copied().filter(|offer| offer.is_labelled(typed));
        let called: Vec<_> = called.filter(|offer| !found.contains(offer)).collect();
        found.extend(called);
        if found.is_empty() {
            return question::completions(typed, names, groups).into_iter().map(Proposal::Text).collect();
        }
        found.into_iter().map(Proposal::Offer).collect()
    }

    pub(super) fn handle_key(&mut self, key: Key) -> PromptEvent {
        match key.code {
            Code::Escape => return PromptEvent::Cancelled,
            Code::Char('c' | 'g') if key.ctrl => return PromptEvent::Cancelled,
            Code::Backspace if self.input().value().is_empty() => return PromptEvent::Cancelled,
            Code::Enter => return self.submit(),
            Code::Tab if self.complete_text() => return PromptEvent::Edited,
            Code::Down | Code::Tab => return self.move_selection(1),
            Code::Up | Code::BackTab => return self.move_selection(-1),
            _ => {}
        }
        if let Some(request) = edit_request(key) {
            self.edit(request);
        }
        PromptEvent::Edited
    }

    pub(super) fn paste(&mut self, text: &str) -> PromptEvent {
        for c in text.chars().filter(|c| !c.is_control()) {
            self.edit(InputRequest::InsertChar(c));
        }
        PromptEvent::Edited
    }

    fn edit(&mut self, request: InputRequest) {
        match self {
            Self::Search(input, _)
            | Self::Ask(_, input)
            | Self::ShareComment(_, input)
            | Self::Note(input, _) => {
                input.handle(request);
            }
            Self::Command { input, chosen, .. } => {
                input.handle(request);
                *chosen = 0;
            }
        }
    }

    fn move_selection(&mut self, step: isize) -> PromptEvent {
        let count = self.proposals().len().max(1) as isize;
        if let Self::Command { chosen, .. } = self {
            *chosen = usize::try_from((*chosen as isize + step).rem_euclid(count)).unwrap_or(0);
        }
        PromptEvent::Edited
    }

    fn submit(&self) -> PromptEvent {
        match self {
            Self::Search(..) => PromptEvent::SearchConfirmed,
            Self::ShareComment(destination, input) => {
                PromptEvent::ShareConfirmed(*destination, input.value().trim().to_owned())
            }
            Self::Command { input, .. } | Self::Ask(_, input) | Self::Note(input, _)
                if input.value().trim().is_empty() =>
            {
                PromptEvent::Cancelled
            }
            Self::Note(input, subject) => {
                PromptEvent::NoteConfirmed(input.value().trim().to_owned(), subject.clone())
            }
            Self::Ask(question, input) => PromptEvent::Answered(*question, input.value().trim().to_owned()),
            Self::Command { input, chosen, names, .. } => {
                let typed = input.value().trim();
                // A service of this name comes before a word of another tool, unless the word means to quit.
                let is_node = |typed: &str| names.iter().any(|name| name.rsplit('/').next() == Some(typed));
                let of_other_tools = || {
                    command_of_other_tools(typed)
                        .filter(|command| *command == Command::Abort || !is_node(typed))
                };
                let named = || Command::named(typed).or_else(of_other_tools);
                match (named(), self.proposals().into_iter().nth(*chosen)) {
                    // An offered action may have the name of a command that another screen has.
                    (_, Some(Proposal::Offer(Offer::Operation(kind)))) if kind.spec().id == typed => {
                        PromptEvent::OperationChosen(kind)
                    }
                    (Some(command), _) if *chosen == 0 => PromptEvent::CommandChosen(command),
                    (_, Some(Proposal::Offer(Offer::Command(command)))) => {
                        PromptEvent::CommandChosen(command)
                    }
                    (_, Some(Proposal::Offer(Offer::Operation(kind)))) => PromptEvent::OperationChosen(kind),
                    (_, Some(Proposal::Text(text))) if !text.contains(NAME_TO_TYPE) => {
                        PromptEvent::Typed(text)
                    }
                    _ => PromptEvent::Typed(typed.to_owned()),
                }
            }
        }
    }
}

/// Returns the values of the candidates whose texts match `typed`, the best match first. A text also matches
/// if `typed` leaves out some of its letters.
fn best_matches<'a, T>(typed: &str, candidates: impl Iterator<Item = (&'a str, T)>) -> Vec<T> {
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut scored: Vec<_> = candidates
        .filter_map(|(text, value)| {
            pattern.score(Utf32Str::new(text, &mut letters), &mut matcher).map(|score| (score, value))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, value)| value).collect()
}

/// Returns the edit that a key makes to the input, by the key bindings of a shell. Returns `None` if the key
/// edits nothing.
fn edit_request(key: Key) -> Option<InputRequest> {
    Some(match (key.code, key.ctrl) {
        (Code::Char('a'), true) | (Code::Home, _) => InputRequest::GoToStart,
        (Code::Char('e'), true) | (Code::End, _) => InputRequest::GoToEnd,
        (Code::Char('u'), true) => InputRequest::DeleteLine,
        (Code::Char('w'), true) => InputRequest::DeletePrevWord,
        (Code::Char('k'), true) => InputRequest::DeleteTillEnd,
        (Code::Char(c), false) => InputRequest::InsertChar(c),
        (Code::Backspace, _) => InputRequest::DeletePrevChar,
        (Code::Delete, _) => InputRequest::DeleteNextChar,
        (Code::Left, _) => InputRequest::GoToPrevChar,
        (Code::Right, _) => InputRequest::GoToNextChar,
        _ => return None,
    })
}
