//! Matching of catalogue files with services, and the profiles of services, which combine facts from all
//! origins.

mod matching;
mod image_evidence;
mod profiles;
mod service_match;

pub use matching::CatalogueMatches;
pub use profiles::{NotRunningEntity, ProfileIndex};
pub use service_match::ServiceMatch;
