//! Output to the clipboard, to the browser and to files.

use super::App;
use crate::{
    effect::Effect,
    export::MapFormat,
    screen::{DeferredText, FileToSave, Scene},
};

impl App {
    /// Copies the text of the current selection on the shown screen to the clipboard.
    pub(super) fn copy_to_clipboard(&mut self) -> Vec<Effect> {
        let copied = self.screens.get(self.screen()).clipboard_text(&self.store);
        self.copy_text(copied)
    }

    /// Copies a text to the clipboard and notifies the user.
    pub(super) fn copy_text(&mut self, copied: Option<String>) -> Vec<Effect> {
        self.notice = Some(match copied.as_ref().map(|text| (text, text.lines().count())) {
            None => "nothing to copy".to_owned(),
            Some((_, lines @ 2..)) => format!("copied {lines} lines"),
            Some((text, _)) => format!("copied {text}"),
        });
        copied.map(Effect::CopyToClipboard).into_iter().collect()
    }

    /// Opens the page of the current selection on the shown screen in a browser.
    pub(super) fn open_link(&mut self) -> Vec<Effect> {
        let Some(page) = self.screens.get(self.screen()).link(&self.store) else {
            self.notify("no console page, repository or runbook is known; y shows what can be copied");
            return Vec::new();
        };
        self.notify(&format!("opening {page}"));
        vec![Effect::OpenPage(page)]
    }

    /// Saves the map in the export format with the id `format`. If the map has a focus, saves only the nodes
    /// in it.
    pub(super) fn save_map(&mut self, format: &str) -> Vec<Effect> {
        let Some(format) = MapFormat::named(format) else { return Vec::new() };
        let part = self.screens.map.focused_part(&self.store);
        self.notice = Some(match &part {
            Some(part) => format!("saving {}", part.title),
            None => "saving the map".to_owned(),
        });
        let (mut store, theme, keymap) = (self.store.clone(), self.theme.clone(), self.keymap.clone());
        store.session.only_part = part;
        let write = move |to: &mut std::fmt::Formatter<'_>| {
            to.write_str(&format.write(Scene { store: &store, theme: &theme, keymap: &keymap }))
        };
        let text = DeferredText::new(write);
        vec![Effect::SaveFile(FileToSave { name: "portolan-map", extension: format.id, text })]
    }
}
