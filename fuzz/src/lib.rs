//! Shared code of the fuzz targets: the laws that hold for every parser of outside text, the limits of a run,
//! and inputs that consist of several parts.

#[path = "../../tests/properties/forms.rs"]
pub mod forms;
pub mod law;
pub mod planted_address;
pub mod run_limits;
pub mod sections;
