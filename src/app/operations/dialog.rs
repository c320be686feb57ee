//! State of the dialogs for actions on services and sessions in containers: the menu, the wait while Portolan
//! reads the services again, the confirmation, the refusal, and the failure.

use crate::{
    keymap::{Code, Key},
    model::Failure,
    operation::{
        Confirmation, ConfirmationEvent, Confirmed, ConfirmedPlan, ConfirmedSession, ForwardRequest,
        MenuChoice, MenuEntry, NO_KEY, OperationRequest, Plan, Refusal, RequestedSession, SessionPlan,
        ShellRequest,
    },
};

/// Open dialog in which the user chooses and confirms an action on services. It handles all keys.
pub(in crate::app) enum OperationDialog {
    /// Menu of the possible operations.
    Menu {
        /// Label of the selected service.
        title: String,
        /// Entries of the menu.
        entries: Vec<MenuEntry>,
        /// Index of the selected entry.
        selected: usize,
        /// True once the menu has been drawn. Keys typed before that were meant for another screen, so the
        /// menu ignores them.
        is_drawn: bool,
    },
    /// Wait while Portolan reads the services of the request again.
    Reading(OperationRequest, Option<String>),
    /// Wait for the place of a session, which is its account and region, or its engine.
    ReadingPlace(RequestedSession),
    /// Plan of a shell, with the question whether to open it.
    ConfirmShell(Box<Confirmation<SessionPlan<ShellRequest>>>),
    /// Plan of a forwarded port, with the question whether to open it.
    ConfirmForward(Box<Confirmation<SessionPlan<ForwardRequest>>>),
    /// Plan of an operation, with the question whether to carry it out. The number is the first visible row
    /// of the plan.
    Confirm(Box<Confirmation<Plan>>, usize),
    /// Operation that Portolan does not carry out: its title and the reason.
    Refused(String, Refusal),
    /// Failure of an operation or session, which may be too long for the footer.
    Failed {
        /// Title of the operation or session.
        title: String,
        /// The failure.
        failure: Failure,
        /// True once the dialog has been drawn. It opens by itself, so earlier keys were meant for the screen.
        is_drawn: bool,
    },
}

/// Result of a key press in a dialog for actions, such as a choice or a confirmation.
pub(super) enum DialogEvent {
    /// The dialog stays open.
    Open,
    /// The user closed the dialog without a choice.
    Closed,
    /// The user chose an entry of the menu.
    Chosen(MenuChoice),
    /// The user confirmed a plan.
    Confirmed(Box<ConfirmedPlan>),
    /// The user copied the commands that do the same by hand.
    Copied(Vec<String>),
    /// The user confirmed a shell.
    ShellConfirmed(Box<ConfirmedSession<ShellRequest>>),
    /// The user declined to forward this local port.
    ForwardDeclined(u16),
    /// The user confirmed a forwarded port.
    ForwardConfirmed(Box<ConfirmedSession<ForwardRequest>>),
}

impl OperationDialog {
    pub(super) fn menu(title: String, entries: Vec<MenuEntry>) -> Self {
        Self::Menu { title, entries, selected: 0, is_drawn: false }
    }

    pub(super) fn confirm(confirmation: Confirmation<Plan>) -> Self {
        Self::Confirm(Box::new(confirmation), 0)
    }

    /// Records that the dialog has been drawn. Menus and confirmations ignore all keys before that.
    pub(in crate::app) fn mark_drawn(&mut self) {
        match self {
            Self::Menu { is_drawn, .. } | Self::Failed { is_drawn, .. } => *is_drawn = true,
            Self::Confirm(confirmation, _) => confirmation.mark_drawn(),
            Self::ConfirmShell(confirmation) => confirmation.mark_drawn(),
            Self::ConfirmForward(confirmation) => confirmation.mark_drawn(),
            Self::Reading(..) | Self::ReadingPlace(_) | Self::Refused(..) => {}
        }
    }

    pub(super) fn handle_key(&mut self, key: Key) -> DialogEvent {
        match self {
            Self::Menu { entries, selected, is_drawn, .. } => {
                if *is_drawn {
                    menu_key(entries, selected, key)
                } else {
                    DialogEvent::Open
                }
            }
            // Ignores all other keys, because the user may mean them for the confirmation, which is not open
            // yet.
            Self::Reading(..) | Self::ReadingPlace(_) => closed_if(is_cancel(key)),
            Self::ConfirmShell(confirmation) if is_copy(key) && confirmation.keys().is_drawn() => {
                DialogEvent::Copied(confirmation.plan().equivalent_command().into_iter().collect())
            }
            Self::Confirm(confirmation, _) if is_copy(key) && confirmation.keys().is_drawn() => {
                DialogEvent::Copied(confirmation.plan().equivalent_commands())
            }
            Self::ConfirmShell(confirmation) => {
                answer(confirmation.handle_key(key), DialogEvent::Closed, DialogEvent::ShellConfirmed)
            }
            Self::ConfirmForward(confirmation) => {
                let port = confirmation.plan().request.local_port;
                let declined = DialogEvent::ForwardDeclined(port);
                answer(confirmation.handle_key(key), declined, DialogEvent::ForwardConfirmed)
            }
            Self::Confirm(confirmation, first_row) => confirm_key(confirmation, first_row, key),
            Self::Refused(..) => DialogEvent::Closed,
            Self::Failed { is_drawn, .. } => closed_if(*is_drawn && is_cancel(key)),
        }
    }
}

/// Returns the result of a key press in a confirmation: `declined`, or what `confirmed` makes of the plan.
fn answer<P>(
    event: ConfirmationEvent<P>,
    declined: DialogEvent,
    confirmed: impl FnOnce(Box<Confirmed<P>>) -> DialogEvent,
) -> DialogEvent {
    match event {
        ConfirmationEvent::Open => DialogEvent::Open,
        ConfirmationEvent::Declined => declined,
        ConfirmationEvent::Confirmed(plan) => confirmed(plan),
    }
}

fn closed_if(is_closed: bool) -> DialogEvent {
    if is_closed { DialogEvent::Closed } else { DialogEvent::Open }
}

fn is_cancel(key: Key) -> bool {
    key.code == Code::Escape || (key.ctrl && matches!(key.code, Code::Char('c' | 'g')))
}

/// Returns true for the key that copies commands. It can't be a letter, because the user may have to type a
/// name, and `y` means yes.
fn is_copy(key: Key) -> bool {
    key.ctrl && key.code == Code::Char('y')
}

fn menu_key(entries: &[MenuEntry], selected: &mut usize, key: Key) -> DialogEvent {
    let last = entries.len().saturating_sub(1);
    match key.code {
        _ if is_cancel(key) => return DialogEvent::Closed,
        _ if key.ctrl || key.alt => {}
        Code::Char('q') => return DialogEvent::Closed,
        Code::Down | Code::Tab | Code::Char('j') => {
            *selected = if *selected == last { 0 } else { *selected + 1 }
        }
        Code::Up | Code::BackTab | Code::Char('k') => {
            *selected = if *selected == 0 { last } else { *selected - 1 };
        }
        Code::Enter => {
            return entries
                .get(*selected)
                .map_or(DialogEvent::Open, |entry| DialogEvent::Chosen(entry.choice.clone()));
        }
        Code::Char(c) => {
            if let Some(entry) = entries.iter().find(|entry| entry.key == c && c != NO_KEY) {
                return DialogEvent::Chosen(entry.choice.clone());
            }
        }
        _ => {}
    }
    DialogEvent::Open
}

/// Number of rows by which a page key scrolls the plan.
const PAGE_ROWS: usize = 8;
/// Row number beyond the end of any plan. Drawing replaces it by the last possible row.
const MAX_FIRST_ROW: usize = 10_000;

fn confirm_key(confirmation: &mut Confirmation<Plan>, first_row: &mut usize, key: Key) -> DialogEvent {
    match key.code {
        Code::Up => *first_row = first_row.saturating_sub(1),
        Code::Down => *first_row = (*first_row + 1).min(MAX_FIRST_ROW),
        Code::PageUp => *first_row = first_row.saturating_sub(PAGE_ROWS),
        Code::PageDown => *first_row = (*first_row + PAGE_ROWS).min(MAX_FIRST_ROW),
        _ => {
            return answer(confirmation.handle_key(key), DialogEvent::Closed, DialogEvent::Confirmed);
        }
    }
    DialogEvent::Open
}
