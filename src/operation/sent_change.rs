//! Calls that were made, with their outcomes.

use crate::model::Text;
use serde::{Deserialize, Serialize};

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentChange {
    /// The API call.
    pub call: Text,
    /// Id of the request in the API's response, under which AWS records it too.
    #[serde(default)]
    pub request_id: Option<Text>,
    /// Failure of the call; absent if it succeeded.
    #[serde(default)]
    pub failure: Option<Text>,
    /// True if the call found the requested state and changed nothing.
    #[serde(default)]
    pub unchanged: bool,
}

impl SentChange {
    /// Returns true if the call succeeded and changed something, so that there is something to undo.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.failure.is_none() && !self.unchanged
    }
}
