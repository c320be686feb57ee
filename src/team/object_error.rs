//! Error of objects in a team's store: too large, damaged, or of another format.

use super::head::TEAM_SCHEMA;
use crate::model::Text;

/// Reason why Portolan can't encode an object for a store, or can't use one from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The object has another format, with this name.
    #[error("it has the format `{0}`, but this version of Portolan reads `{TEAM_SCHEMA}`")]
    OtherSchema(Text),
    /// The object exceeds this limit, such as `8 MiB`.
    #[error("it is larger than {0}")]
    TooLarge(&'static str),
    /// The content of the object is not valid, for this reason.
    #[error("it is damaged: {0}")]
    Damaged(Text),
}

/// Converts an error of encoding or decoding. Cuts its text to 200 characters.
pub(super) fn damaged(error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(Text::with_max_chars(&error.to_string(), 200))
}
