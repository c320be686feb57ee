//! Schema of compose files: checks the shapes of documents, writes out their short forms, and checks merged
//! projects.

pub(super) mod canonical;
pub(super) mod check;
pub(super) mod keys;
pub(super) mod short_forms;
pub(super) mod volumes;
