//! What is handed out of the program: text for the clipboard, and the map as a file.

use super::App;
use crate::{
    effect::{Effect, Screen, Text},
    export::Format,
    view::Scene,
};

impl App {
    /// Puts what the shown screen offers into the clipboard.
    pub(super) fn copy(&mut self) -> Vec<Effect> {
        let copied = self.views.get(&self.screen()).and_then(|view| view.copied(&self.store));
        self.notice = Some(match copied.as_ref().map(|text| (text, text.lines().count())) {
            None => "there is nothing to copy".to_owned(),
            Some((_, lines @ 2..)) => format!("copied {lines} lines"),
            Some((text, _)) => format!("copied {text}"),
        });
        copied.map(Effect::Copy).into_iter().collect()
    }

    /// Has the runtime write the map, as it is now, into a file of that format: what is in focus, where anything is.
    pub(super) fn save(&mut self, format: &str) -> Vec<Effect> {
        let Some(format) = Format::named(format) else { return Vec::new() };
        let focused = self.views.get(&Screen::Map).and_then(|map| map.focused(&self.store));
        self.notice = Some(if focused.is_some() { "saving what is in focus" } else { "saving" }.to_owned());
        let (mut store, theme, keymap) = (self.store.without_logs(), self.theme.clone(), self.keymap.clone());
        store.only_nodes = focused;
        let write = move |to: &mut std::fmt::Formatter<'_>| {
            to.write_str(&(format.write)(Scene { store: &store, theme: &theme, keymap: &keymap }))
        };
        vec![Effect::Save { name: "portolan-map", extension: format.id, text: Text::new(write) }]
    }
}
