//! Sources screen: state, failures and remedies of each source.

use super::{
    Canvas, ClickPlace, ClickTarget, HitMap, Scene, Screen, ScreenRequest,
    describe::{source_badge, team_text, time},
    widget::{frame::draw_frame, scroll::Scroll, text},
};
use crate::{
    command::Command,
    model::{ActionPermission, SourceState, SourceStatus},
    store::Store,
};
use ratatui::{layout::Rect, style::Style};
use serde::{Deserialize, Serialize};

/// Screen with the state, failures and remedies of each source.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sources {
    scroll: Scroll,
}

impl Screen for Sources {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<ScreenRequest> {
        self.scroll.apply(command);
        Vec::new()
    }

    fn sync(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        // Scrolling moves by whole sources, whatever their height.
        self.scroll.set_size(scene.store.world.sources.len(), 1);
        Vec::new()
    }

    fn applies(&self, command: Command, _store: &Store) -> bool {
        self.scroll.applies(command)
    }

    fn footer_commands(&self) -> &'static [Command] {
        &[Command::Refresh, Command::Map, Command::Findings, Command::Back, Command::Help]
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        let ClickPlace::Row(index) = at else { return Vec::new() };
        let source = store.world.sources.get(index).map(|status| status.id.clone());
        source.map(ScreenRequest::ShowOnlySource).into_iter().collect()
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let (mut y, mut hits) = (area.y, HitMap::default());
        for (index, status) in scene.store.world.sources.iter().enumerate().skip(self.scroll.first_row()) {
            let lines = source_lines(status, scene, usize::from(area.width.saturating_sub(4)));
            let height = (lines.len() as u16 + 2).min(area.bottom().saturating_sub(y));
            if height < 3 {
                break;
            }
            let place = Rect { y, height, ..area };
            let inner = draw_frame(place, &format!("{}, {}", status.id, status.kind), scene.theme, buf);
            for (row, (line, style)) in (inner.y..inner.bottom()).zip(lines) {
                buf.set_stringn(inner.x + 1, row, line, usize::from(inner.width), style);
            }
            hits.add(place, ClickTarget::Row(index));
            y += height;
        }
        hits
    }
}

/// Returns the lines about one source with their styles: state, location, quota, progress, counts, failures.
fn source_lines(status: &SourceStatus, scene: Scene<'_>, width: usize) -> Vec<(String, Style)> {
    let Scene { store, theme, .. } = scene;
    let (health, _) = source_badge::source_badge(status, &store.world);
    let trouble =
        source_badge::problem_label(status, &store.world).filter(|word| *word != status.state.as_str());
    let trouble = trouble.map(|word| format!(": {word}")).unwrap_or_default();
    let (plain, dim) = (Style::from(theme.styles.text), Style::from(theme.styles.dim));
    let read = status
        .last_read
        .map_or("not read yet".to_owned(), |at| format!("last read {} ago", time::age(at, store.world.now)));
    let next = source_badge::next_poll_label(status, store.world.now)
        .map(|words| format!(", {words}"))
        .unwrap_or_default();
    let mut lines = vec![
        (
            format!("{} {}{trouble}, {read}{next}", theme.health_glyph(health), status.state.as_str()),
            theme.health_style(health),
        ),
        (status.location.to_string(), dim),
    ];
    for line in status.team.iter().flat_map(team_text::team_lines) {
        lines.extend(text::wrap(&line, width).into_iter().map(|row| (row, plain)));
    }
    match status.permission {
        ActionPermission::Off => {}
        ActionPermission::Ask => {
            lines.push(("actions are permitted, after a confirmation".to_owned(), plain));
        }
        ActionPermission::Protected => {
            lines.push(("actions are permitted, after typing the name".to_owned(), plain));
        }
    }
    if let Some(spent) = status.poll_schedule.and_then(|pace| pace.quota_used_permille) {
        let words = format!("uses {}.{}% of the account's API quota", spent / 10, spent % 10);
        lines.push((words, dim));
    }
    lines.extend(status.progress.iter().map(|progress| (format!("{progress}"), plain)));
    if let Some(snapshot) = store.world.inventory.snapshots().find(|s| s.source == status.id) {
        let instances: usize = snapshot.services.iter().map(|s| s.instances.len()).sum();
        let counts = format!(
            "{}, {}, {}",
            text::pluralize(snapshot.services.len(), "service"),
            text::pluralize(instances, "instance"),
            text::pluralize(snapshot.load_balancers.len(), "load balancer")
        );
        lines.push((counts, plain));
        for gap in &snapshot.unread_parts {
            let gap_style = theme.health_style(crate::model::Health::Degraded);
            let words = format!("{} unreadable: {} ({})", gap.name, gap.failure.message, gap.failure.remedy);
            lines.extend(text::wrap(&words, width).into_iter().map(|row| (row, gap_style)));
        }
    }
    if let Some(failure) = &status.failure {
        let style = theme.health_style(super::Theme::source_health(SourceState::Failed));
        lines.extend(text::wrap(&failure.message, width).into_iter().map(|row| (row, style)));
        lines.extend(text::wrap(&failure.remedy, width).into_iter().map(|row| (row, plain)));
    }
    lines
}
