//! The sources: how fresh each is, what is wrong with it, and what to do.

use super::{
    Canvas, Hits, Scene, View, freshness, time,
    widget::{frame::frame, scroll::Scroll, text},
};
use crate::{command::Command, effect::Effect, model::SourceState, model::SourceStatus, store::Store};
use ratatui::{layout::Rect, style::Style};

/// The sources.
#[derive(Default)]
pub struct Sources {
    scroll: Scroll,
}

impl View for Sources {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<Effect> {
        self.scroll.go(command);
        Vec::new()
    }

    fn follow(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Effect> {
        // A step is a source, however many rows it takes: each can be the first.
        self.scroll.fit(scene.store.sources.len(), 1);
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        &[Command::Refresh, Command::Map, Command::Findings, Command::Back, Command::Help]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let mut y = area.y;
        for status in scene.store.sources.iter().skip(self.scroll.at()) {
            let lines = lines(status, scene, usize::from(area.width.saturating_sub(4)));
            let height = (lines.len() as u16 + 2).min(area.bottom().saturating_sub(y));
            if height < 3 {
                break;
            }
            let place = Rect { y, height, ..area };
            let inner = frame(place, &format!("{}, {}", status.id, status.kind), scene.theme, buf);
            for (row, (line, style)) in (inner.y..inner.bottom()).zip(lines) {
                buf.set_stringn(inner.x + 1, row, line, usize::from(inner.width), style);
            }
            y += height;
        }
        Hits::default()
    }
}

/// What there is to say about a source.
fn lines(status: &SourceStatus, scene: Scene<'_>, width: usize) -> Vec<(String, Style)> {
    let Scene { store, theme, .. } = scene;
    let (health, _) = freshness::freshness(status, store);
    let trouble = freshness::trouble(status, store).filter(|word| *word != status.state.word());
    let trouble = trouble.map(|word| format!(": {word}")).unwrap_or_default();
    let (plain, dim) = (Style::from(theme.ink.text), Style::from(theme.ink.dim));
    let read = status
        .last_read
        .map_or("not read yet".to_owned(), |at| format!("read {} ago", time::age(at, store.now)));
    let next = freshness::next(status, store.now).map(|words| format!(", {words}")).unwrap_or_default();
    let mut lines = vec![
        (
            format!("{} {}{trouble}, {read}{next}", theme.mark(health), status.state.word()),
            theme.health(health),
        ),
        (status.place.to_string(), dim),
    ];
    if let Some(spent) = status.pace.and_then(|pace| pace.spent) {
        let words = format!("spends {}.{} % of the account's API quota", spent / 10, spent % 10);
        lines.push((words, dim));
    }
    lines.extend(status.progress.iter().map(|progress| (format!("{progress}"), plain)));
    if let Some(snapshot) = store.inventory.snapshots().find(|s| s.source == status.id) {
        let instances: usize = snapshot.services.iter().map(|s| s.instances.len()).sum();
        let counts = format!(
            "{} services, {instances} instances, {} load balancers",
            snapshot.services.len(),
            snapshot.gateways.len()
        );
        lines.push((counts, plain));
        for gap in &snapshot.gaps {
            let gap_style = theme.health(crate::model::Health::Degraded);
            let words = format!("{} can't be read: {} ({})", gap.what, gap.failure.what, gap.failure.remedy);
            lines.extend(text::wrap(&words, width).into_iter().map(|row| (row, gap_style)));
        }
    }
    if let Some(failure) = &status.failure {
        let style = theme.health(super::Theme::source(SourceState::Failed));
        lines.extend(text::wrap(&failure.what, width).into_iter().map(|row| (row, style)));
        lines.extend(text::wrap(&failure.remedy, width).into_iter().map(|row| (row, plain)));
    }
    lines
}
