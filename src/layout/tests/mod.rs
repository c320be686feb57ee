//! What must hold for every drawing, and fixtures to look at.
#![allow(
    clippy::match_same_arms,
    clippy::unnecessary_wraps,
    reason = "tables of glyphs read best line by line"
)]
mod drift;
mod laws;
mod parts;
mod picture;
mod raster;
mod reading;
mod sample;
mod shapes;
mod stability;
mod vacant;
