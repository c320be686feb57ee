//! Confirmation of plans. Only this module can make a [`Confirmed`] plan. Every call that changes something
//! and every session requires one.

mod keys;

pub use keys::ConfirmationQuestion;

use super::{OperationPlace, Plan, Refusal, Step};
use crate::keymap::Key;
use keys::{KeyOutcome, is_confirming_line, missing_name_refusal};

/// Plan of an operation or session that needs the user's confirmation.
pub trait Confirmable {
    /// Returns the name that the user has to type; `None` unless the source is protected.
    fn typed_name(&self) -> Option<&str>;
    /// Returns the place where the plan is carried out.
    fn place(&self) -> &OperationPlace;
}

/// Plan that the user has confirmed. Its field is private, so that only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed<P>(P);

/// Plan of changes that the user has confirmed.
pub type ConfirmedPlan = Confirmed<Plan>;

/// Step of a plan that the user has confirmed. Sources accept only such steps.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmedStep<'a>(&'a Step);

impl<P: Confirmable> Confirmed<P> {
    /// Confirms a plan without a question, for `--yes`. Refuses if the source is protected and `typed` is not
    /// the name that the plan asks for.
    pub fn by_flag(plan: P, typed: Option<&str>) -> Result<Self, Refusal> {
        match missing_name_refusal(plan.typed_name(), typed, plan.place()) {
            Some(refusal) => Err(refusal),
            None => Ok(Self(plan)),
        }
    }

    /// Confirms a plan by a line that the user typed. Returns `None` unless the line is a yes, or the name
    /// that the plan asks for.
    #[must_use]
    pub fn by_line(plan: P, line: &str) -> Option<Self> {
        is_confirming_line(line, plan.typed_name()).then_some(Self(plan))
    }
}

impl<P> Confirmed<P> {
    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &P {
        &self.0
    }
}

impl ConfirmedPlan {
    /// Returns the confirmed calls, in their order.
    pub fn changes(&self) -> impl Iterator<Item = ConfirmedStep<'_>> {
        self.plan().steps.iter().map(ConfirmedStep)
    }
}

impl<'a> ConfirmedStep<'a> {
    /// Returns the step.
    #[must_use]
    pub fn step(self) -> &'a Step {
        self.0
    }
}

/// Dialog that shows a plan and asks for a confirmation. The default is No.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation<P> {
    plan: P,
    keys: ConfirmationQuestion,
}

/// Result of a key press in the confirmation dialog: still open, declined, or confirmed with the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmationEvent<P> {
    /// The dialog stays open.
    Open,
    /// The user declined.
    Declined,
    /// The user confirmed.
    Confirmed(Box<Confirmed<P>>),
}

impl<P: Confirmable + Clone> Confirmation<P> {
    /// Opens the dialog for a plan.
    #[must_use]
    pub fn new(plan: P) -> Self {
        let keys = ConfirmationQuestion::new(plan.typed_name().map(str::to_owned));
        Self { plan, keys }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &P {
        &self.plan
    }

    /// Returns the state of the question.
    #[must_use]
    pub fn keys(&self) -> &ConfirmationQuestion {
        &self.keys
    }

    /// Records that the dialog was drawn. From then on it takes keys.
    pub fn mark_drawn(&mut self) {
        self.keys.mark_drawn();
    }

    /// Handles a key press. Ignores keys that came before the dialog was drawn.
    pub fn handle_key(&mut self, key: Key) -> ConfirmationEvent<P> {
        match self.keys.handle_key(key) {
            KeyOutcome::Open => ConfirmationEvent::Open,
            KeyOutcome::Declined => ConfirmationEvent::Declined,
            KeyOutcome::Confirmed => ConfirmationEvent::Confirmed(Box::new(Confirmed(self.plan.clone()))),
        }
    }
}
