//! What comes of what is typed into the prompt.

use super::{
    App,
    prompt::{Answer, Prompt},
};
use crate::{
    command::Command,
    effect::{Effect, Screen},
    store::Search,
};

impl App {
    /// Goes on with what a prompt says.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Typing => {
                if let Some(Prompt::Search(input, before)) = &self.prompt {
                    let before = before.clone();
                    self.store.search = Search::new(input.value());
                    if self.searches_nodes() {
                        let best = self.store.best_match();
                        self.store.glance(best.or(before));
                    }
                }
                Vec::new()
            }
            Answer::Dropped => {
                if let Some(Prompt::Search(_, before)) = self.prompt.take() {
                    self.store.search = Search::default();
                    self.store.glance(before);
                }
                Vec::new()
            }
            Answer::Searched => {
                self.prompt = None;
                self.search_on()
            }
            Answer::Chosen(command) => {
                self.prompt = None;
                self.run(command)
            }
            Answer::Told(question, text) => {
                self.prompt = None;
                self.ask_view(|view, store| view.told(question, &text, store))
            }
            Answer::Unknown(typed) => {
                self.prompt = None;
                self.look_for(&typed)
            }
        }
    }

    /// Whether what is searched for are nodes that stand on the shown screen.
    pub(super) fn searches_nodes(&self) -> bool {
        matches!(self.screen(), Screen::Map | Screen::List)
    }

    /// Selects what the search finds, unless that is selected already.
    fn search_on(&mut self) -> Vec<Effect> {
        if self.searches_nodes() {
            self.searched = self.store.search.clone();
        }
        let here = self.store.node().filter(|node| self.store.finds(node)).map(|node| node.id.clone());
        match here {
            _ if self.searches_itself() => Vec::new(),
            Some(node) => {
                self.select(node);
                Vec::new()
            }
            None => self.run(Command::NextMatch),
        }
    }

    /// Takes what is no command for the name of a service.
    fn look_for(&mut self, typed: &str) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.store.search, Search::new(typed.trim()));
        let best = self.store.best_match();
        self.store.search = before;
        self.notice = Some(match &best {
            Some(_) => format!("no command is called `{typed}`; the service is selected"),
            None => format!("no command and no service is called `{typed}`; ? shows all commands"),
        });
        best.into_iter().for_each(|node| self.select(node));
        Vec::new()
    }
}
