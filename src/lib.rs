//! Portolan charts a company's running services: what runs, how it is, and who calls whom.
pub mod layout;
