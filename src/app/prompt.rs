//! Prompt in the last row, in which the user types a search, a command, or input for the log screen.

use super::question;
use crate::{
    command::Command,
    keymap::{Code, Key},
    model::NodeId,
    operation::OperationKind,
    screen::LogPromptKind,
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use tui_input::{Input, InputRequest};

/// Open prompt in the last row, with the text typed so far.
pub(super) enum Prompt {
    /// Search, with the node that was selected before it.
    Search(Input, Option<NodeId>),
    /// Command to run.
    Command {
        /// Typed text.
        input: Input,
        /// Index of the selected proposal.
        chosen: usize,
        /// Commands and actions that applied when the prompt was opened.
        offered: Vec<Offer>,
        /// Names of services, to complete questions.
        names: Vec<String>,
    },
    /// Input that the log screen requested.
    Ask(LogPromptKind, Input),
}

/// Proposal of the command prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// A command.
    Command(Command),
    /// An action on the selected service.
    Operation(OperationKind),
}

impl Offer {
    /// Returns the text to type.
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

    /// Returns true if the footer shows the offer as `label`.
    fn is_labelled(self, label: &str) -> bool {
        matches!(self, Self::Command(command) if command.spec().footer_label == label)
    }
}

/// Result of a key press or paste in the prompt.
pub(super) enum PromptEvent {
    /// Possibly changed input; the prompt stays open.
    Edited,
    /// Cancelled prompt.
    Cancelled,
    /// Confirmed search.
    SearchConfirmed,
    /// Chosen command.
    CommandChosen(Command),
    /// Chosen action on the selected service.
    OperationChosen(OperationKind),
    /// Confirmed input that the log screen requested.
    Answered(LogPromptKind, String),
    /// Text that matches no command.
    UnknownCommand(String),
}

impl Prompt {
    pub(super) fn search(selected: Option<NodeId>) -> Self {
        Self::Search(Input::default(), selected)
    }

    /// Returns a prompt for a command, an action or a question. It proposes what is in `offered`, and questions about
    /// the services with `names`.
    pub(super) fn command(offered: Vec<Offer>, names: Vec<String>) -> Self {
        Self::Command { input: Input::default(), chosen: 0, offered, names }
    }

    pub(super) fn asking(question: LogPromptKind) -> Self {
        Self::Ask(question, Input::default())
    }

    /// Returns the label in front of the input.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Search(..) => "/",
            Self::Command { .. } => ":",
            Self::Ask(question, _) => question.label(),
        }
    }

    /// Returns the current input.
    pub(super) fn input(&self) -> &Input {
        match self {
            Self::Search(input, _) | Self::Command { input, .. } | Self::Ask(_, input) => input,
        }
    }

    /// Returns the index of the selected proposal.
    pub(super) fn selected_proposal(&self) -> usize {
        match self {
            Self::Search(..) | Self::Ask(..) => 0,
            Self::Command { chosen, .. } => *chosen,
        }
    }

    /// Returns the questions that complete the input, if no command matches it.
    pub(super) fn questions(&self) -> Vec<String> {
        match self {
            Self::Command { input, names, .. } if self.proposals().is_empty() => {
                question::completions(input.value(), names)
            }
            _ => Vec::new(),
        }
    }

    /// Replaces the input by the selected question, up to the next name to type. Returns false if there is none.
    fn complete_question(&mut self) -> bool {
        let questions = self.questions();
        let Self::Command { input, chosen, .. } = self else { return false };
        let Some(question) = questions.get(*chosen) else { return false };
        let completed = question.split('…').next().unwrap_or_default();
        if completed == input.value() {
            return false;
        }
        *input = Input::new(completed.to_owned());
        *chosen = 0;
        true
    }

    /// Returns the offers that match the input, the best match first.
    pub(super) fn proposals(&self) -> Vec<Offer> {
        let Self::Command { input, offered, .. } = self else { return Vec::new() };
        let pattern = Pattern::parse(input.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut scored: Vec<_> = offered
            .iter()
            .copied()
            .filter_map(|offer| {
                pattern
                    .score(Utf32Str::new(offer.id(), &mut letters), &mut matcher)
                    .map(|score| (score, offer))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let mut found: Vec<_> = scored.into_iter().map(|(_, offer)| offer).collect();
        // The label in the footer matches too.
        let typed = input.value().trim();
        let called = offered.iter().copied().filter(|offer| offer.is_labelled(typed));
        let called: Vec<_> = called.filter(|offer| !found.contains(offer)).collect();
        found.extend(called);
        found
    }

    pub(super) fn handle_key(&mut self, key: Key) -> PromptEvent {
        match key.code {
            Code::Escape => return PromptEvent::Cancelled,
            Code::Char('c' | 'g') if key.ctrl => return PromptEvent::Cancelled,
            Code::Backspace if self.input().value().is_empty() => return PromptEvent::Cancelled,
            Code::Enter => return self.submit(),
            Code::Tab if self.complete_question() => return PromptEvent::Edited,
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
            Self::Search(input, _) | Self::Ask(_, input) => {
                input.handle(request);
            }
            Self::Command { input, chosen, .. } => {
                input.handle(request);
                *chosen = 0;
            }
        }
    }

    fn move_selection(&mut self, step: isize) -> PromptEvent {
        let count = self.proposals().len().max(self.questions().len()).max(1) as isize;
        if let Self::Command { chosen, .. } = self {
            *chosen = usize::try_from((*chosen as isize + step).rem_euclid(count)).unwrap_or(0);
        }
        PromptEvent::Edited
    }

    fn submit(&self) -> PromptEvent {
        match self {
            Self::Search(..) => PromptEvent::SearchConfirmed,
            Self::Command { input, .. } | Self::Ask(_, input) if input.value().trim().is_empty() => {
                PromptEvent::Cancelled
            }
            Self::Ask(question, input) => PromptEvent::Answered(*question, input.value().trim().to_owned()),
            Self::Command { input, chosen, .. } => {
                match (Command::named(input.value().trim()), self.proposals().get(*chosen)) {
                    (Some(command), _) if *chosen == 0 => PromptEvent::CommandChosen(command),
                    (_, Some(Offer::Command(command))) => PromptEvent::CommandChosen(*command),
                    (_, Some(Offer::Operation(kind))) => PromptEvent::OperationChosen(*kind),
                    (_, None) => {
                        let whole =
                            self.questions().into_iter().nth(*chosen).filter(|one| !one.contains('…'));
                        PromptEvent::UnknownCommand(whole.unwrap_or_else(|| input.value().to_owned()))
                    }
                }
            }
        }
    }
}

/// Returns the edit of the input line for a key, with the bindings of a shell.
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
