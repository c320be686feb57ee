//! Tests of the lease, the readings and the history of a team.

mod history;
mod lead;
mod readings;
