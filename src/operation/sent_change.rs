//! Calls that Portolan made for an operation, with their outcomes.

use crate::model::Text;
use serde::{Deserialize, Serialize};

/// Record of an API call that Portolan has made or is making for an operation, with the outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentChange {
    /// The API call.
    pub call: Text,
    /// Request id from the API's response, under which AWS records the call too.
    #[serde(default)]
    pub request_id: Option<Text>,
    /// Failure of the call, or a remark that there is no response yet; absent if the call succeeded.
    #[serde(default)]
    pub failure: Option<Text>,
    /// True if the call found the requested state and changed nothing.
    #[serde(default)]
    pub unchanged: bool,
}

impl SentChange {
    /// Returns the record of a call that succeeded and changed something.
    #[must_use]
    pub fn succeeded(call: impl Into<Text>, request_id: Option<Text>) -> Self {
        Self { call: call.into(), request_id, failure: None, unchanged: false }
    }

    /// Returns the record of a call that failed because of `why`.
    #[must_use]
    pub fn failed(call: impl Into<Text>, why: Text) -> Self {
        Self { failure: Some(why), ..Self::succeeded(call, None) }
    }

    /// Returns the record of a call that is about to be made. It stays in the audit log if Portolan is killed
    /// before the response.
    #[must_use]
    pub fn without_response(call: Text) -> Self {
        let failure = Some("no response yet: the call may have taken effect".into());
        Self { call, request_id: None, failure, unchanged: false }
    }

    /// Returns true if the call succeeded and changed something, so that there is something to undo.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.failure.is_none() && !self.unchanged
    }
}
