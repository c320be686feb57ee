//! Execution of the requests that screens return. No other module carries them out.

use super::{App, prompt::Prompt};
use crate::{
    effect::Effect,
    screen::{Screen, ScreenId, ScreenRequest},
    store::Store,
};

impl App {
    /// Calls `ask` with the shown screen, and carries out the requests that `ask` returns.
    pub(super) fn update_shown_screen(
        &mut self,
        ask: impl FnOnce(&mut dyn Screen, &Store) -> Vec<ScreenRequest>,
    ) -> Vec<Effect> {
        let screen = self.screen();
        let requests = ask(self.screens.get_mut(screen), &self.store);
        self.apply_requests(requests)
    }

    /// Carries out the requests of a screen. Returns an effect for each request that only the runtime can
    /// carry out.
    pub(super) fn apply_requests(&mut self, requests: Vec<ScreenRequest>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for request in requests {
            match request {
                ScreenRequest::Select(node) => self.store.session.select(node),
                ScreenRequest::ShowScreen(screen) => self.show_screen(screen),
                ScreenRequest::ShowLogsAt(node, at) => {
                    self.store.session.select(node);
                    self.show_screen(ScreenId::Logs);
                    let of_logs = self.screens.logs.jump_to_time(at, &self.store);
                    effects.extend(self.apply_requests(of_logs));
                }
                ScreenRequest::ClearMarks => self.store.session.marks.clear(),
                ScreenRequest::ShowOnlySource(source) => {
                    let only = &mut self.store.session.only_source;
                    *only = (only.as_ref() != Some(&source)).then_some(source);
                    self.notify_source_filter();
                }
                ScreenRequest::CopyText(text) => effects.extend(self.copy_text(Some(text))),
                ScreenRequest::Notify(words) => self.notice = Some(words),
                ScreenRequest::OpenPrompt(kind) => self.prompt = Some(Prompt::asking(kind)),
                ScreenRequest::ToggleFullscreen => self.logs_fullscreen = !self.logs_fullscreen,
                ScreenRequest::ContinueWork => effects.push(Effect::ContinueWork),
                ScreenRequest::SaveFile(file) => effects.push(Effect::SaveFile(file)),
                ScreenRequest::ComputeLayout(request) => effects.push(Effect::ComputeLayout(request)),
                ScreenRequest::CompareLayout(request) => effects.push(Effect::CompareLayout(request)),
            }
        }
        effects
    }
}
