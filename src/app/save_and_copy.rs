//! Output to the clipboard and to files.

use super::App;
use crate::{
    effect::Effect,
    export::MapFormat,
    screen::{DeferredText, FileToSave, Scene},
};

impl App {
    /// Copies the text of the shown screen's selection to the clipboard.
    pub(super) fn copy_to_clipboard(&mut self) -> Vec<Effect> {
        let copied = self.screens.get(self.screen()).clipboard_text(&self.store);
        self.notice = Some(match copied.as_ref().map(|text| (text, text.lines().count())) {
            None => "nothing to copy".to_owned(),
            Some((_, lines @ 2..)) => format!("copied {lines} lines"),
            Some((text, _)) => format!("copied {text}"),
        });
        copied.map(Effect::CopyToClipboard).into_iter().collect()
    }

    /// Saves the map in the export format `format`. If the map has a focus, saves only the nodes in it.
    pub(super) fn save_map(&mut self, format: &str) -> Vec<Effect> {
        let Some(format) = MapFormat::named(format) else { return Vec::new() };
        let focused = self.screens.map.focused_nodes(&self.store);
        self.notice =
            Some(if focused.is_some() { "saving the part in focus" } else { "saving the map" }.to_owned());
        let (mut store, theme, keymap) = (self.store.clone(), self.theme.clone(), self.keymap.clone());
        store.session.only_nodes = focused;
        let write = move |to: &mut std::fmt::Formatter<'_>| {
            to.write_str(&format.write(Scene { store: &store, theme: &theme, keymap: &keymap }))
        };
        let text = DeferredText::new(write);
        vec![Effect::SaveFile(FileToSave { name: "portolan-map", extension: format.id, text })]
    }
}
