//! Tests of the layout: rules that hold for every diagram, and expected drawings of sample graphs.
#![allow(
    clippy::match_same_arms,
    clippy::unnecessary_wraps,
    reason = "tables of glyphs read best line by line"
)]
mod repeated_changes;
mod laws;
mod components;
mod text_drawing;
mod raster;
mod outline;
mod readability;
mod sample;
mod invariants;
mod stability;
mod placeholders;
