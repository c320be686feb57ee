//! The line at the bottom in which people type: a search, or a command with completion.

use crate::{
    command::{COMMANDS, Command, Spec},
    effect::Question,
    keymap::{Code, Key},
    model::NodeId,
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use tui_input::{Input, InputRequest};

/// What is being typed.
pub(super) enum Prompt {
    /// What to search for, and what was selected before.
    Search(Input, Option<NodeId>),
    /// A command, and which of the proposals is chosen.
    Command(Input, usize),
    /// What a screen asked for.
    Ask(Question, Input),
}

/// What came of a key.
pub(super) enum Answer {
    /// It goes on.
    Typing,
    /// It was given up.
    Dropped,
    /// The search stands.
    Searched,
    /// That command.
    Chosen(Command),
    /// The answer to what a screen asked for.
    Told(Question, String),
    /// There is no such command.
    Unknown(String),
}

impl Prompt {
    pub(super) fn search(selected: Option<NodeId>) -> Self {
        Self::Search(Input::default(), selected)
    }

    pub(super) fn command() -> Self {
        Self::Command(Input::default(), 0)
    }

    pub(super) fn asking(question: Question) -> Self {
        Self::Ask(question, Input::default())
    }

    /// What stands before what is typed.
    pub(super) fn sign(&self) -> &'static str {
        match self {
            Self::Search(..) => "/",
            Self::Command(..) => ":",
            Self::Ask(question, _) => question.words(),
        }
    }

    /// What is typed so far.
    pub(super) fn input(&self) -> &Input {
        match self {
            Self::Search(input, _) | Self::Command(input, _) | Self::Ask(_, input) => input,
        }
    }

    /// The number of the chosen proposal.
    pub(super) fn chosen(&self) -> usize {
        match self {
            Self::Search(..) | Self::Ask(..) => 0,
            Self::Command(_, chosen) => *chosen,
        }
    }

    /// The commands that what is typed may mean, the likeliest first.
    pub(super) fn proposals(&self) -> Vec<&'static Spec> {
        let Self::Command(input, _) = self else { return Vec::new() };
        let pattern = Pattern::parse(input.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut scored: Vec<_> = COMMANDS
            .iter()
            .filter_map(|spec| {
                pattern.score(Utf32Str::new(spec.id, &mut letters), &mut matcher).map(|score| (score, spec))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let mut found: Vec<_> = scored.into_iter().map(|(_, spec)| spec).collect();
        // What the last row calls it may be typed as well.
        let called = COMMANDS.iter().filter(|spec| spec.short == input.value().trim());
        let called: Vec<_> = called.filter(|spec| !found.iter().any(|f| f.id == spec.id)).collect();
        found.extend(called);
        found
    }

    pub(super) fn key(&mut self, key: Key) -> Answer {
        match key.code {
            Code::Escape => return Answer::Dropped,
            Code::Char('c' | 'g') if key.ctrl => return Answer::Dropped,
            Code::Backspace if self.input().value().is_empty() => return Answer::Dropped,
            Code::Enter => return self.done(),
            Code::Down | Code::Tab => return self.choose(1),
            Code::Up | Code::BackTab => return self.choose(-1),
            _ => {}
        }
        if let Some(request) = request(key) {
            self.change(request);
        }
        Answer::Typing
    }

    pub(super) fn paste(&mut self, text: &str) -> Answer {
        for c in text.chars().filter(|c| !c.is_control()) {
            self.change(InputRequest::InsertChar(c));
        }
        Answer::Typing
    }

    fn change(&mut self, request: InputRequest) {
        match self {
            Self::Search(input, _) | Self::Ask(_, input) => {
                input.handle(request);
            }
            Self::Command(input, chosen) => {
                input.handle(request);
                *chosen = 0;
            }
        }
    }

    fn choose(&mut self, step: isize) -> Answer {
        let count = self.proposals().len().max(1) as isize;
        if let Self::Command(_, chosen) = self {
            *chosen = usize::try_from((*chosen as isize + step).rem_euclid(count)).unwrap_or(0);
        }
        Answer::Typing
    }

    fn done(&self) -> Answer {
        match self {
            Self::Search(..) => Answer::Searched,
            Self::Command(input, _) | Self::Ask(_, input) if input.value().trim().is_empty() => {
                Answer::Dropped
            }
            Self::Ask(question, input) => Answer::Told(*question, input.value().trim().to_owned()),
            Self::Command(input, chosen) => {
                match (Command::named(input.value().trim()), self.proposals().get(*chosen)) {
                    (Some(command), _) if *chosen == 0 => Answer::Chosen(command),
                    (_, Some(spec)) => Answer::Chosen(spec.command),
                    (_, None) => Answer::Unknown(input.value().to_owned()),
                }
            }
        }
    }
}

/// What a key does to a line of text, as in a shell.
fn request(key: Key) -> Option<InputRequest> {
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
