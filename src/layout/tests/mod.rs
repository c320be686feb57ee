//! What must hold for every drawing, and fixtures to look at.
mod laws;
mod picture;
mod raster;
mod reading;
mod sample;
mod shapes;
mod stability;
