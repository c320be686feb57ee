//! Dialogs for actions on services: the menu, the plan with its question, and messages. They are drawn over
//! the shown screens.

mod frame;
mod menu_dialog;
mod message_dialog;
mod plan_dialog;
mod question;
mod session_dialog;

pub use menu_dialog::draw_menu;
pub use message_dialog::draw_message;
pub use plan_dialog::draw_plan;
pub use session_dialog::draw_session_plan;
