//! Confirmation of a plan. No code outside this module can make a [`ConfirmedPlan`], and without one no changing
//! call can be reached.

use super::{Plan, Refusal, Step};
use crate::keymap::{Code, Key};

/// Plan that the user has confirmed. Its field is private, so that only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedPlan(Plan);

/// Step of a confirmed plan. Sources send only such steps.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmedChange<'a>(&'a Step);

impl ConfirmedPlan {
    /// Confirms a plan without a dialog, for `portolan act --yes`. A protected source also needs the name that the
    /// plan asks for, as `typed`.
    pub fn by_flag(plan: Plan, typed: Option<&str>) -> Result<Self, Refusal> {
        if let Some(name) = plan.typed_name.as_deref()
            && typed != Some(name)
        {
            let reason = format!("{} is protected", plan.place.source);
            return Err(Refusal::new(reason, format!("add --confirm {name}")));
        }
        Ok(Self(plan))
    }

    /// Confirms a plan by a line that the user typed. Returns `None` unless the line is a yes, or the name that the
    /// plan asks for.
    #[must_use]
    pub fn by_line(plan: Plan, line: &str) -> Option<Self> {
        let line = line.trim();
        let is_confirmed = match &plan.typed_name {
            Some(name) => line == name,
            None => ["y", "yes"].contains(&line.to_ascii_lowercase().as_str()),
        };
        is_confirmed.then_some(Self(plan))
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// Returns the confirmed calls, in their order.
    pub fn changes(&self) -> impl Iterator<Item = ConfirmedChange<'_>> {
        self.0.steps.iter().map(ConfirmedChange)
    }
}

impl<'a> ConfirmedChange<'a> {
    /// Returns the step.
    #[must_use]
    pub fn step(self) -> &'a Step {
        self.0
    }
}

/// Dialog that shows a plan and asks for a confirmation. The default is No.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    plan: Plan,
    /// True if Yes is selected.
    yes: bool,
    /// Text typed so far, if the plan asks for a name.
    typed: String,
    /// True if the user has seen the dialog. Keys typed before that belong to another screen.
    is_drawn: bool,
}

/// Result of a key press in the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmationEvent {
    /// The dialog stays open.
    Open,
    /// The user declined.
    Declined,
    /// The user confirmed.
    Confirmed(Box<ConfirmedPlan>),
}

impl Confirmation {
    /// Opens the dialog for a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, yes: false, typed: String::new(), is_drawn: false }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
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

    /// Records that the dialog was drawn. From then on it takes keys.
    pub fn mark_drawn(&mut self) {
        self.is_drawn = true;
    }

    /// Handles a key press. Ignores keys that came before the dialog was drawn.
    pub fn handle_key(&mut self, key: Key) -> ConfirmationEvent {
        if !self.is_drawn {
            return ConfirmationEvent::Open;
        }
        match key.code {
            Code::Escape => return ConfirmationEvent::Declined,
            Code::Char('c' | 'g') if key.ctrl => return ConfirmationEvent::Declined,
            _ if key.ctrl || key.alt => return ConfirmationEvent::Open,
            _ => {}
        }
        match self.plan.typed_name.clone() {
            Some(name) => self.handle_typing(key.code, &name),
            None => self.handle_choice(key.code),
        }
    }

    fn handle_choice(&mut self, code: Code) -> ConfirmationEvent {
        match code {
            Code::Char('y' | 'Y') => self.confirm(),
            Code::Enter if self.yes => self.confirm(),
            Code::Char('n' | 'N' | 'q') | Code::Enter => ConfirmationEvent::Declined,
            Code::Left | Code::Right | Code::Tab | Code::BackTab | Code::Char('h' | 'l') => {
                self.yes = !self.yes;
                ConfirmationEvent::Open
            }
            _ => ConfirmationEvent::Open,
        }
    }

    fn handle_typing(&mut self, code: Code, name: &str) -> ConfirmationEvent {
        match code {
            Code::Enter if self.typed == name => return self.confirm(),
            // An empty line is the default, which is No.
            Code::Enter if self.typed.is_empty() => return ConfirmationEvent::Declined,
            Code::Backspace => {
                self.typed.pop();
            }
            Code::Char(c) if self.typed.len() < 2 * name.len().max(16) => self.typed.push(c),
            _ => {}
        }
        ConfirmationEvent::Open
    }

    fn confirm(&self) -> ConfirmationEvent {
        ConfirmationEvent::Confirmed(Box::new(ConfirmedPlan(self.plan.clone())))
    }
}
