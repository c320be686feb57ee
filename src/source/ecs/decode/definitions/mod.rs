//! Task definitions: the summary that Portolan keeps, the differences between revisions, and log
//! destinations.

mod definition_limit;
pub(crate) mod log_destination;
pub(crate) mod revision_diff;
pub(crate) mod task_definition;
