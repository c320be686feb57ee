//! Widgets: small building blocks of screens.

pub mod bar;
pub mod canvas;
pub mod frame;
pub mod hit_map;
pub mod scroll;
pub mod table;
pub mod text;
