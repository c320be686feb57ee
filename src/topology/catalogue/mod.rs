//! Catalogue files and the services that they describe: which entity is which service, and the profile that
//! follows from all origins together.

mod matching;
mod profiles;

pub use matching::{CatalogueMatches, ServiceMatch};
pub use profiles::{NotRunningEntity, ProfileIndex};
