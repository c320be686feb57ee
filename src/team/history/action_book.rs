//! Action book of a team: the restarts and other actions of all members on the services of one account, as
//! one object.

use super::MAX_SHARED_NAME_BYTES;
use crate::{
    model::{Health, NodeId, ServiceId, SourceId, Text, Timestamp, caller_name},
    operation::{AuditOutcome, AuditRecord, ForwardRequest, SessionRequest, ShellRequest},
    team::{ObjectError, pack, unpack},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Maximum size of a book in bytes.
pub const MAX_ACTIONS_BYTES: usize = 256 << 10;

/// Maximum number of actions in a book. A new action displaces the oldest.
const MAX_BOOK_ACTIONS: usize = 300;

/// Maximum number of services that one action names.
const MAX_ACTION_SERVICES: usize = 50;

/// Maximum length of a reason, a result or an ARN, in characters.
const MAX_REASON_CHARS: usize = 200;

/// Maximum length of an id, a member's name or a kind of action, in characters.
const MAX_ACTOR_CHARS: usize = 80;

/// Action of a member, as the other members see it. It names the kind of the action and the services, but no
/// command or API call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAction {
    /// Random id of the action.
    pub id: Text,
    /// Name of the member.
    pub by: Text,
    /// ARN under which the member acted; `None` if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Text>,
    /// Time at which the member confirmed the action, UTC.
    pub at: Timestamp,
    /// Identifier of the kind of action, such as `restart`.
    pub action: Text,
    /// Group and name of each service, such as `shop/orders`.
    pub services: Vec<Text>,
    /// Reason that the member gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// Result; `None` while the action runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ActionResult>,
}

/// Result of a member's action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    /// Time at which the action ended, UTC.
    pub at: Timestamp,
    /// Result in words.
    pub text: Text,
    /// True if a call failed or was refused.
    pub is_failure: bool,
}

/// Kinds of actions in the audit log that are sessions in containers.
const SESSION_ACTIONS: [&str; 2] = [ShellRequest::AUDIT_ACTION, ForwardRequest::AUDIT_ACTION];

/// Maximum time by which other actions in the book may be newer than an action that is added. Newer ones come
/// from a wrong clock and are dropped.
const MAX_ACTION_LEAD: SignedDuration = SignedDuration::from_hours(24);

/// Actions of all members on the services of one account, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionBook {
    actions: Vec<SharedAction>,
}

impl SharedAction {
    /// Converts the audit record of an action by the member `by`. `ended_at` is the end of the action; `None`
    /// while it runs.
    #[must_use]
    pub fn of_record(id: &str, by: &Text, record: &AuditRecord, ended_at: Option<Timestamp>) -> Self {
        let source = SourceId::new(&*record.source);
        let services = record.targets.iter().filter_map(|id| {
            let node = NodeId::from(&ServiceId::new(&**id));
            node.group_and_name(&source).map(Text::from)
        });
        let action = Self {
            id: id.into(),
            by: by.clone(),
            caller: record.caller.clone(),
            at: record.at,
            action: record.action.clone(),
            services: services.collect(),
            reason: record.reason.clone(),
            result: ended_at.map(|at| ActionResult::of_record(record, at)),
        };
        action.within_limits()
    }

    /// Returns the action with its texts and its list of services cut to the limits.
    fn within_limits(mut self) -> Self {
        let cut = |text: &Text, limit| Text::with_max_chars(text, limit);
        for name in [&mut self.id, &mut self.by, &mut self.action] {
            *name = cut(name, MAX_ACTOR_CHARS);
        }
        self.caller = self.caller.map(|caller| cut(&caller, MAX_REASON_CHARS));
        self.reason = self.reason.map(|reason| cut(&reason, MAX_REASON_CHARS));
        self.services.retain(|name| name.len() <= MAX_SHARED_NAME_BYTES);
        self.services.truncate(MAX_ACTION_SERVICES);
        if let Some(result) = &mut self.result {
            result.text = cut(&result.text, MAX_REASON_CHARS);
        }
        self
    }

    /// Returns the member's name and, if known, the AWS role or user, such as `ann@laptop as deployer`.
    fn actor(&self) -> String {
        let role = self.caller.as_deref().map(caller_name).filter(|name| !name.is_empty());
        role.map_or(self.by.to_string(), |role| format!("{} as {role}", self.by))
    }

    /// Returns the action's entries for the timeline, each as time, text and health: its start, and its
    /// result if it has ended.
    #[must_use]
    pub fn timeline_texts(&self) -> Vec<(Timestamp, String, Option<Health>)> {
        let actor = self.actor();
        let reason = self.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let start = (self.at, format!("{actor}: {}{reason}", self.action), None);
        let end = self.result.as_ref().map(|result| {
            let health = if result.is_failure { Health::Failing } else { Health::Healthy };
            (result.at, format!("{actor}: {}: {}", self.action, result.text), Some(health))
        });
        std::iter::once(start).chain(end).collect()
    }
}

impl ActionResult {
    fn of_record(record: &AuditRecord, at: Timestamp) -> Self {
        // The error of a session may quote its command, which may contain a secret in any form.
        let is_session = SESSION_ACTIONS.contains(&&*record.action);
        let why = record.why.as_deref().filter(|_| !is_session);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let text = match (&record.verdict, record.outcome) {
            (Some(verdict), AuditOutcome::Sent) => verdict.to_string(),
            (_, AuditOutcome::Refused) => format!("refused{why}; nothing was done"),
            (_, outcome) => format!("{}{why}", outcome.as_str()),
        };
        let is_failure = matches!(record.outcome, AuditOutcome::Refused | AuditOutcome::Failed);
        Self { at, text: text.as_str().into(), is_failure }
    }
}

impl ActionBook {
    /// Decodes a book, and cuts its texts to the limits.
    ///
    /// # Errors
    /// Fails if the object is damaged, or larger than the limits.
    pub fn unpack(object: &[u8]) -> Result<Self, ObjectError> {
        if object.len() > MAX_ACTIONS_BYTES {
            return Err(ObjectError::TooLarge("256 KiB"));
        }
        let actions: Vec<SharedAction> = unpack(object)?;
        if actions.len() > MAX_BOOK_ACTIONS {
            return Err(ObjectError::TooLarge("300 actions"));
        }
        Ok(Self { actions: actions.into_iter().map(SharedAction::within_limits).collect() })
    }

    /// Encodes the book. If it exceeds the maximum size, first drops the oldest actions.
    pub fn pack(&mut self) -> Result<Vec<u8>, ObjectError> {
        loop {
            let object = pack(&self.actions)?;
            if object.len() <= MAX_ACTIONS_BYTES {
                return Ok(object);
            }
            self.actions.drain(..self.actions.len().div_ceil(4));
        }
    }

    /// Adds an action, or replaces the action with the same id. If the book is full, drops the oldest action.
    /// Also drops each action that is more than `MAX_ACTION_LEAD` newer than the added one, because an action
    /// from such a wrong clock would never become the oldest.
    pub fn add(&mut self, action: SharedAction) {
        let latest = action.at.checked_add(MAX_ACTION_LEAD).unwrap_or(Timestamp::MAX);
        self.actions.retain(|known| known.id != action.id && known.at <= latest);
        self.actions.push(action);
        self.actions.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        self.actions.drain(..self.actions.len().saturating_sub(MAX_BOOK_ACTIONS));
    }

    /// Removes the actions from before `oldest`. Returns true if it removed any.
    pub fn remove_before(&mut self, oldest: Timestamp) -> bool {
        let before = self.actions.len();
        self.actions.retain(|action| action.at >= oldest);
        self.actions.len() < before
    }

    /// Returns the actions, the oldest first.
    #[must_use]
    pub fn actions(&self) -> &[SharedAction] {
        &self.actions
    }
}
