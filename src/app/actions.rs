//! Execution of the actions that screens return. No other module carries out actions.

use super::{App, prompt::Prompt};
use crate::{
    effect::Effect,
    screen::{Action, Screen, ScreenId},
    store::Store,
};

impl App {
    /// Calls `ask` with the shown screen, and carries out the actions that `ask` returns.
    pub(super) fn update_shown_screen(
        &mut self,
        ask: impl FnOnce(&mut dyn Screen, &Store) -> Vec<Action>,
    ) -> Vec<Effect> {
        let screen = self.screen();
        let actions = ask(self.screens.get_mut(screen), &self.store);
        self.apply_actions(actions)
    }

    /// Carries out the actions of a screen. Returns an effect for each action that only the runtime can carry
    /// out.
    pub(super) fn apply_actions(&mut self, actions: Vec<Action>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for action in actions {
            match action {
                Action::Select(node) => self.store.session.select(node),
                Action::ShowScreen(screen) => self.show_screen(screen),
                Action::ShowLogsAt(node, at) => {
                    self.store.session.select(node);
                    self.show_screen(ScreenId::Logs);
                    let of_logs = self.screens.logs.jump_to_time(at, &self.store);
                    effects.extend(self.apply_actions(of_logs));
                }
                Action::ClearMarks => self.store.session.marks.clear(),
                Action::ShowOnlySource(source) => {
                    let only = &mut self.store.session.only_source;
                    *only = (only.as_ref() != Some(&source)).then_some(source);
                    self.notify_source_filter();
                }
                Action::CopyText(text) => effects.extend(self.copy_text(Some(text))),
                Action::Notify(words) => self.notice = Some(words),
                Action::OpenPrompt(kind) => self.prompt = Some(Prompt::asking(kind)),
                Action::ToggleFullscreen => self.logs_fullscreen = !self.logs_fullscreen,
                Action::ContinueWork => effects.push(Effect::ContinueWork),
                Action::SaveFile(file) => effects.push(Effect::SaveFile(file)),
                Action::ComputeLayout(request) => effects.push(Effect::ComputeLayout(request)),
                Action::CompareLayout(request) => effects.push(Effect::CompareLayout(request)),
            }
        }
        effects
    }
}
