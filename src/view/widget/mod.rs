//! The small parts that screens are made of.

pub mod frame;
pub mod table;
pub mod text;
