//! Keys of the confirmation dialog: the choice between No and Yes, or the name that the user has to type.

use crate::{
    keymap::{Code, Key},
    model::shell_option,
    operation::{OperationPlace, Refusal},
};

/// State of the question in the confirmation dialog: the name to type, or the choice between No and Yes. The
/// default is No.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationQuestion {
    /// Name that the user has to type; `None` for the choice between No and Yes.
    name: Option<String>,
    /// True if Yes is selected.
    yes: bool,
    /// Text typed so far.
    typed: String,
    /// True once the dialog was drawn. The user meant earlier keys for another screen.
    is_drawn: bool,
}

/// Result of a key press in the confirmation dialog: still open, declined or confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operation) enum KeyOutcome {
    /// The dialog stays open.
    Open,
    /// The user declined.
    Declined,
    /// The user confirmed.
    Confirmed,
}

impl ConfirmationQuestion {
    /// Returns a question that asks the user to type `name`, or to choose between No and Yes if `name` is
    /// `None`.
    pub(in crate::operation) fn new(name: Option<String>) -> Self {
        Self { name, yes: false, typed: String::new(), is_drawn: false }
    }

    /// Returns the name that the user has to type; `None` for the choice between No and Yes.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns true if Yes is selected.
    #[must_use]
    pub fn is_yes_selected(&self) -> bool {
        self.yes
    }

    /// Returns the text typed so far.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns true once the dialog was drawn.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.is_drawn
    }

    /// Records that the dialog was drawn. From then on it takes keys.
    pub(in crate::operation) fn mark_drawn(&mut self) {
        self.is_drawn = true;
    }

    /// Handles a key press. Ignores keys that came before the dialog was drawn.
    pub(in crate::operation) fn handle_key(&mut self, key: Key) -> KeyOutcome {
        if !self.is_drawn {
            return KeyOutcome::Open;
        }
        match key.code {
            Code::Escape => return KeyOutcome::Declined,
            Code::Char('c' | 'g') if key.ctrl => return KeyOutcome::Declined,
            _ if key.ctrl || key.alt => return KeyOutcome::Open,
            _ => {}
        }
        match self.name.clone() {
            Some(name) => self.handle_typing(key.code, &name),
            None => self.handle_choice(key.code),
        }
    }

    fn handle_choice(&mut self, code: Code) -> KeyOutcome {
        match code {
            Code::Char('y' | 'Y') => KeyOutcome::Confirmed,
            Code::Enter if self.yes => KeyOutcome::Confirmed,
            Code::Char('n' | 'N' | 'q') | Code::Enter => KeyOutcome::Declined,
            Code::Left | Code::Right | Code::Tab | Code::BackTab | Code::Char('h' | 'l') => {
                self.yes = !self.yes;
                KeyOutcome::Open
            }
            _ => KeyOutcome::Open,
        }
    }

    fn handle_typing(&mut self, code: Code, name: &str) -> KeyOutcome {
        match code {
            Code::Enter if self.typed == name => return KeyOutcome::Confirmed,
            // An empty line is the default, which is No.
            Code::Enter if self.typed.is_empty() => return KeyOutcome::Declined,
            Code::Backspace => {
                self.typed.pop();
            }
            Code::Char(c) if self.typed.len() < 2 * name.len().max(16) => self.typed.push(c),
            _ => {}
        }
        KeyOutcome::Open
    }
}

/// Returns true if the typed line confirms the plan: it is `name`, or a yes if `name` is `None`.
pub(in crate::operation) fn is_confirming_line(line: &str, name: Option<&str>) -> bool {
    let line = line.trim();
    match name {
        Some(name) => line == name,
        None => ["y", "yes"].contains(&line.to_ascii_lowercase().as_str()),
    }
}

/// Returns a refusal if the plan requires the user to type `name`, and `typed`, the value of `--confirm`, is
/// something else.
pub(in crate::operation) fn missing_name_refusal(
    name: Option<&str>,
    typed: Option<&str>,
    place: &OperationPlace,
) -> Option<Refusal> {
    let name = name.filter(|name| typed != Some(name))?;
    Some(Refusal::new(
        format!("{} is protected", place.source),
        format!("add {}", shell_option("--confirm", name)),
    ))
}
