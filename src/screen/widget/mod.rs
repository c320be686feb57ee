//! Widgets: the small parts from which screens are built, such as tables, frames and bars.

pub mod bar;
pub mod canvas;
pub mod frame;
pub mod hit_map;
pub mod scroll;
pub mod table;
pub mod text;
