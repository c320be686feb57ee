//! What must hold for every drawing, and fixtures to look at.
mod picture;
mod sample;
