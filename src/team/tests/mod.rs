//! Tests of the lead, and of readings and histories that pass through a store.

mod history;
mod lead;
mod readings;
