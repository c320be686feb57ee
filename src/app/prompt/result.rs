//! Reaction of the app to prompt events, such as a typed letter, a confirmed search or a chosen command.

use super::{Prompt, PromptEvent};
use crate::{app::App, command::Command, effect::Effect, screen::ScreenId, store::Search};

impl App {
    /// Carries out the event that a key press or a paste caused in the prompt.
    pub(in crate::app) fn handle_prompt_event(&mut self, answer: PromptEvent) -> Vec<Effect> {
        match answer {
            PromptEvent::Edited => {
                if let Some(Prompt::Search(input, before)) = &self.prompt {
                    let before = before.clone();
                    self.store.session.search = Search::new(input.value());
                    if self.searches_nodes() {
                        let best = self.store.best_match();
                        self.store.session.preview_selection(best.or(before));
                    }
                }
                Vec::new()
            }
            PromptEvent::Cancelled => {
                if let Some(Prompt::Search(_, before)) = self.prompt.take() {
                    self.store.session.search = Search::default();
                    self.store.session.preview_selection(before);
                }
                Vec::new()
            }
            PromptEvent::SearchConfirmed => {
                self.prompt = None;
                self.confirm_search()
            }
            PromptEvent::CommandChosen(command) => {
                self.prompt = None;
                self.run_command(command)
            }
            PromptEvent::OperationChosen(kind) => {
                self.prompt = None;
                self.request_on_selected(kind)
            }
            PromptEvent::ShareConfirmed(destination, comment) => {
                self.prompt = None;
                self.share(&comment, destination)
            }
            PromptEvent::NoteConfirmed(text, subject) => {
                self.prompt = None;
                self.write_note(&text, *subject)
            }
            PromptEvent::Answered(question, text) => {
                self.prompt = None;
                let actions = self.screens.logs.on_prompt_input(question, &text, &self.store);
                self.apply_requests(actions)
            }
            PromptEvent::Typed(typed) => {
                self.prompt = None;
                if let Some(effects) = self.request_typed(&typed) {
                    return effects;
                }
                self.answer_question(&typed).unwrap_or_else(|| self.run_typed(&typed))
            }
        }
    }

    /// Returns true if a search on the shown screen selects nodes.
    pub(in crate::app) fn searches_nodes(&self) -> bool {
        matches!(self.screen(), ScreenId::Map | ScreenId::List)
    }

    /// Confirms a search. A search for nodes then selects the next match, unless the selected node matches
    /// already.
    fn confirm_search(&mut self) -> Vec<Effect> {
        if self.searches_nodes() {
            self.last_search = self.store.session.search.clone();
        }
        let here = self
            .store
            .selected_node()
            .filter(|node| self.store.matches_search(node))
            .map(|node| node.id.clone());
        match here {
            _ if self.searches_in_screen() => Vec::new(),
            Some(node) => {
                self.select(node);
                Vec::new()
            }
            None => self.run_command(Command::NextMatch),
        }
    }
}
