//! Matching of catalogue files with services, and the profiles of services, which combine facts from all
//! origins.

mod matching;
mod profiles;

pub use matching::{CatalogueMatches, ServiceMatch};
pub use profiles::{NotRunningEntity, ProfileIndex};
