//! Tests of the lead and of readings that pass through a store.

mod lead;
mod readings;
