//! What stands beside the map: the selected node in a few words, or, where there is no node yet, what to do.

use crate::{
    model::SourceState,
    view::{
        Scene, summary,
        widget::{frame::frame, text},
    },
};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// What there is to say about the selected node.
pub(super) fn draw_panel(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(node) = scene.store.node() else { return };
    if area.height < 3 {
        return;
    }
    let inner = frame(area, &node.label(), scene.theme, buf);
    let width = usize::from(inner.width.saturating_sub(1));
    let lines =
        if inner.height < 8 { summary::brief(scene, node, width) } else { summary::head(scene, node, width) };
    for (y, line) in (inner.y..inner.bottom()).zip(&lines) {
        buf.set_line(inner.x, y, line, inner.width);
    }
}

/// What is said where there is no node yet: what is being looked at, or what to do.
pub(super) fn draw_empty(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Scene { store, theme, .. } = scene;
    let mut y = area.y + area.height / 4;
    let mut say = |content: &str, style: Style, buf: &mut Buffer| {
        for row in text::wrap(content, usize::from(area.width.saturating_sub(8))) {
            if y < area.bottom() {
                buf.set_string(area.x + 4, y, row, style);
            }
            y += 1;
        }
    };
    for status in &store.sources {
        let health = crate::view::Theme::source(status.state);
        let what = match status.state {
            SourceState::Loading => format!("looking at {} ({})", status.id, status.place),
            SourceState::Live | SourceState::Stale => {
                format!("{} ({}): nothing runs there", status.id, status.place)
            }
            SourceState::Denied | SourceState::Failed => {
                format!("{}: {}", status.id, status.failure.as_ref().map_or("can't be read", |f| &f.what))
            }
        };
        say(&format!("{} {what}", theme.mark(health)), theme.health(health), buf);
        if let Some(failure) = &status.failure {
            say(&format!("  {}", failure.remedy), theme.ink.text.into(), buf);
        }
    }
    if store.sources.iter().all(|s| s.state != SourceState::Loading) {
        say("", theme.ink.text.into(), buf);
        say(
            "portolan --demo shows a recorded estate; portolan doctor tells what was looked for",
            theme.ink.dim.into(),
            buf,
        );
    }
}
