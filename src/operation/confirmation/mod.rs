//! Confirmation of a plan. No code outside this module can make a [`ConfirmedPlan`], and without one no changing
//! call can be reached.

mod keys;

pub use keys::ConfirmationKeys;
pub(super) use keys::{KeysEvent, is_confirming_line, missing_name_refusal};

use super::{Plan, Refusal, Step};
use crate::keymap::Key;

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
        match missing_name_refusal(plan.typed_name.as_deref(), typed, &plan.place) {
            Some(refusal) => Err(refusal),
            None => Ok(Self(plan)),
        }
    }

    /// Confirms a plan by a line that the user typed. Returns `None` unless the line is a yes, or the name that the
    /// plan asks for.
    #[must_use]
    pub fn by_line(plan: Plan, line: &str) -> Option<Self> {
        is_confirming_line(line, plan.typed_name.as_deref()).then_some(Self(plan))
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
    keys: ConfirmationKeys,
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
        let keys = ConfirmationKeys::new(plan.typed_name.clone());
        Self { plan, keys }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the state of the question.
    #[must_use]
    pub fn keys(&self) -> &ConfirmationKeys {
        &self.keys
    }

    /// Records that the dialog was drawn. From then on it takes keys.
    pub fn mark_drawn(&mut self) {
        self.keys.mark_drawn();
    }

    /// Handles a key press. Ignores keys that came before the dialog was drawn.
    pub fn handle_key(&mut self, key: Key) -> ConfirmationEvent {
        match self.keys.handle_key(key) {
            KeysEvent::Open => ConfirmationEvent::Open,
            KeysEvent::Declined => ConfirmationEvent::Declined,
            KeysEvent::Confirmed => ConfirmationEvent::Confirmed(Box::new(ConfirmedPlan(self.plan.clone()))),
        }
    }
}
