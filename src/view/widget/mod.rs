//! The small parts that screens are made of.

pub mod bar;
pub mod canvas;
pub mod frame;
pub mod scroll;
pub mod table;
pub mod text;
