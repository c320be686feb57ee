//! The user's session: selection and its history, marks, search, filters and grouping.

pub(super) mod filtering;
pub(super) mod grouping;
pub(super) mod marks;
pub(super) mod search;
pub(super) mod selection;
pub(super) mod selection_history;
