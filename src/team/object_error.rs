//! Reasons why an object of a store can't be written or used.

use super::head::TEAM_SCHEMA;
use crate::model::Text;

/// Reason why an object can't be written or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// It has another format.
    #[error("it has the format `{0}`, but this version of Portolan reads `{TEAM_SCHEMA}`")]
    OtherSchema(Text),
    /// It is larger than the limits allow.
    #[error("it is larger than {0}")]
    TooLarge(&'static str),
    /// It is not what its key says.
    #[error("it is damaged: {0}")]
    Damaged(Text),
}

/// Returns the error of an object that could not be decoded.
pub(super) fn damaged(error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(Text::with_max_chars(&error.to_string(), 200))
}
