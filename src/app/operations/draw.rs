//! Drawing of the dialogs for actions on services: the menu, the wait, the confirmation and the refusal.

use super::dialog::OperationDialog;
use crate::{
    app::App,
    model::Health,
    screen::{Canvas, operation},
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

impl App {
    /// Draws the open dialog over `area`. Returns the position of the text cursor, if it is visible.
    pub(in crate::app) fn draw_dialog(
        &self,
        dialog: &OperationDialog,
        area: Rect,
        buf: &mut Canvas<'_>,
    ) -> Option<Position> {
        let theme = &self.theme;
        let (text, dim) = (Style::from(theme.styles.text), Style::from(theme.styles.dim));
        match dialog {
            OperationDialog::Menu { title, entries, selected, .. } => {
                operation::draw_menu((title, entries, *selected), area, theme, buf);
                None
            }
            OperationDialog::Reading(request, refused) => {
                let refused = refused.iter().map(|reason| (reason.as_str(), text));
                let rows = [("reading the services anew for the plan", text), ("esc closes", dim)];
                let rows: Vec<_> = refused.chain(rows).collect();
                operation::draw_message(&request.title(), &rows, area, theme, buf);
                None
            }
            OperationDialog::ReadingPlace(request) => {
                let rows = [("reading the account and region for the plan", text), ("esc closes", dim)];
                operation::draw_message(&request.title(), &rows, area, theme, buf);
                None
            }
            OperationDialog::ConfirmShell(confirmation) => {
                let title = confirmation.plan().request.title();
                let words = (&*title, "the screen comes back when the shell ends; ctrl-] leaves it");
                operation::draw_session_plan(confirmation, words, area, theme, buf)
            }
            OperationDialog::ConfirmForward(confirmation) => {
                let title = confirmation.plan().request.title();
                let words = (&*title, "it stays open until you end it in the menu of actions, or quit");
                operation::draw_session_plan(confirmation, words, area, theme, buf)
            }
            OperationDialog::Confirm(confirmation, first_row) => {
                operation::draw_plan(confirmation, *first_row, area, theme, buf)
            }
            OperationDialog::Failed { title, failure, .. } => {
                let rows = [
                    (failure.message.as_str(), theme.health_style(Health::Failing)),
                    (failure.remedy.as_str(), text),
                    ("esc closes", dim),
                ];
                operation::draw_message(title, &rows, area, theme, buf);
                None
            }
            OperationDialog::Refused(title, refusal) => {
                let rows = [
                    (&*refusal.reason, theme.health_style(Health::Failing)),
                    (&*refusal.remedy, text),
                    ("nothing was done; any key closes", dim),
                ];
                operation::draw_message(title, &rows, area, theme, buf);
                None
            }
        }
    }
}
