//! Drawing of the header: program name, marks for the demo and for actions, sources, worst finding and counts.

use super::{App, row_writer::RowWriter};
use crate::{
    command::Command,
    model::{Finding, Health, Severity, SourceStatus, TeamRole},
    screen::{
        Canvas, ClickTarget, HitMap,
        describe::{source_badge, team_text},
        widget::text,
    },
};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

/// Smallest free width of the header, in cells, at which the header shows the worst finding.
const MIN_FINDING_WIDTH: usize = 24;
/// Smallest width of the terminal, in cells, at which the header shows everything beside the worst finding.
const MIN_FULL_HEADER_WIDTH: u16 = 100;

impl App {
    /// Draws the header: program name, marks for the demo and for actions, sources, worst finding and counts.
    pub(super) fn draw_header(&self, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let theme = &self.theme;
        buf.set_style(area, Style::from(theme.styles.bar));
        let mut row = RowWriter::new(area);
        if !self.has_narrow_header(area) {
            row.write(" portolan ", Style::from(theme.styles.title), None, buf);
        }
        if self.store.world.demo {
            row.write(" DEMO ", Style::from(theme.styles.badge), None, buf);
            row.write(" ", Style::default(), None, buf);
        }
        self.draw_action_mark(&mut row, buf);
        let right = self.finding_count_labels(area);
        let end = area
            .right()
            .saturating_sub(right.iter().map(|(words, ..)| text::display_width(words) as u16).sum());
        // The worst finding is more important than the ages of the sources, but less important than a failed
        // source.
        let reserved = if self.reserves_finding() { MIN_FINDING_WIDTH as u16 } else { 0 };
        row.right = end.saturating_sub(reserved).max(row.x.min(end));
        for status in &self.store.world.sources {
            let (mark, freshness) = source_badge::source_badge(status, &self.store.world);
            let style = theme.health_style(mark);
            let (name, sign) = (format!(" {} ", status.id), theme.health_glyph(mark));
            if !row.has_room_for(&name, sign) {
                // The state of a source is more important than its name.
                row.write(&format!(" {sign}"), style, Some(Command::Sources), buf);
                continue;
            }
            row.write(&name, Style::from(theme.styles.bar), Some(Command::Sources), buf);
            // If the badge does not fit, it loses its details first, and then everything except its sign.
            let short = freshness.split(',').next().unwrap_or_default();
            let ways = [format!("{sign} {freshness} "), format!("{sign} {short} "), sign.to_owned()];
            let words = ways.iter().find(|words| row.has_room_for(words, "")).unwrap_or(&ways[2]);
            row.write(words, style, Some(Command::Sources), buf);
            self.draw_team_label(status, &mut row, buf);
        }
        row.right = end;
        self.draw_worst_finding(&mut row, buf);
        (row.x, row.right) = (row.right, area.right());
        for (words, style, command) in right {
            row.write(&words, style, Some(command), buf);
        }
        row.hits
    }

    /// Returns true if the header leaves out the name of the program and the number of services, so that more
    /// of the worst finding fits.
    fn has_narrow_header(&self, area: Rect) -> bool {
        area.width < MIN_FULL_HEADER_WIDTH && self.reserves_finding()
    }

    /// Returns true if the header keeps room for the worst finding, because no source has failed.
    fn reserves_finding(&self) -> bool {
        let world = &self.store.world;
        let is_well = |status: &SourceStatus| source_badge::source_badge(status, world).0 == Health::Healthy;
        self.worst_finding().is_some() && world.sources.iter().all(is_well)
    }

    /// Draws the role of this Portolan in the team that reads a source, with the longest text that fits.
    fn draw_team_label(&self, status: &SourceStatus, row: &mut RowWriter, buf: &mut Canvas<'_>) {
        let Some(team) = &status.team else { return };
        let styles = &self.theme.styles;
        let style =
            Style::from(if matches!(team.role, TeamRole::Alone(_)) { styles.key } else { styles.dim });
        let labels = team_text::team_labels(team).map(|label| format!("{label} "));
        if let Some(label) = labels.iter().find(|label| row.has_room_for(label, "")) {
            row.write(label, style, Some(Command::Sources), buf);
        }
    }

    /// Draws the mark that sources allow actions, with account and region of the first such source on AWS if
    /// there is room.
    fn draw_action_mark(&self, row: &mut RowWriter, buf: &mut Canvas<'_>) {
        let sources = &self.store.world.sources;
        let acting: Vec<_> = sources.iter().filter(|status| status.permission.allows_actions()).collect();
        let on_aws = acting.iter().find(|status| status.account_and_region.is_some());
        let Some(first) = on_aws.or(acting.first()) else { return };
        let place = first.account_and_region.as_deref().unwrap_or_default();
        let more = if acting.len() > 1 { format!(" +{}", acting.len() - 1) } else { String::new() };
        let name = format!(" {}", first.id);
        let account = place.split(' ').next().unwrap_or_default();
        let [place, account] =
            [place, account].map(|words| if words.is_empty() { String::new() } else { format!(" {words}") });
        let style = self.theme.health_style(Health::Failing).add_modifier(Modifier::REVERSED);
        let ways = [
            format!(" ACTIONS{name}{place}{more} "),
            format!(" ACTIONS{place}{more} "),
            format!(" ACTIONS{account}{more} "),
            " ACTIONS ".to_owned(),
        ];
        let room = usize::from(row.right.saturating_sub(row.x)) / 3;
        let words = ways.iter().find(|words| text::display_width(words) <= room).unwrap_or(&ways[3]);
        row.write(words, style, Some(Command::Actions), buf);
        let forwards = self.store.world.forwards.open_count();
        if forwards > 0 {
            let words = format!(" {} open ", text::pluralize(forwards, "forward"));
            row.write(&words, Style::from(self.theme.styles.badge), None, buf);
        }
        row.write(" ", Style::default(), None, buf);
    }

    /// Draws the worst finding into the free part of the header, if that part is wide enough.
    fn draw_worst_finding(&self, row: &mut RowWriter, buf: &mut Canvas<'_>) {
        let Some(finding) = self.worst_finding() else { return };
        let room = usize::from(row.right.saturating_sub(row.x));
        if room < MIN_FINDING_WIDTH {
            return;
        }
        let words = format!("  {}: {}", finding.subject, finding.reason);
        let words = text::cut_end(&words, room, self.theme.glyphs.ellipsis);
        let style = self.theme.severity_style(finding.severity);
        let start = row.x;
        row.write(&words, style, None, buf);
        let place = Rect { x: start, y: row.y, width: row.x - start, height: 1 };
        row.hits.add(place, ClickTarget::WorstFinding);
    }

    /// Returns the worst finding, or `None` if no finding is worse than `Info`.
    pub(in crate::app) fn worst_finding(&self) -> Option<&Finding> {
        self.store.world.findings.first().filter(|finding| finding.severity > Severity::Info)
    }

    /// Returns the texts at the right end of the header: the numbers of findings and services.
    fn finding_count_labels(&self, area: Rect) -> Vec<(String, Style, Command)> {
        let theme = &self.theme;
        let count = |severity| self.store.world.findings.iter().filter(|f| f.severity == severity).count();
        let mut parts = Vec::new();
        for (severity, health) in
            [(Severity::Critical, Health::Failing), (Severity::Warning, Health::Degraded)]
        {
            if count(severity) > 0 {
                parts.push((
                    format!(" {} {}", theme.health_glyph(health), count(severity)),
                    theme.health_style(health),
                    Command::Findings,
                ));
            }
        }
        let tally = self.store.world.health_counts();
        let services: usize = tally.values().sum();
        // A service that is only declared, for example in a compose file, has no known health.
        let known = tally.keys().any(|health| *health != Health::Unknown);
        let (words, health) =
            if known { ("0 findings", Health::Healthy) } else { ("health unknown", Health::Unknown) };
        if parts.is_empty() && services > 0 {
            let words = format!(" {} {words}", theme.health_glyph(health));
            parts.push((words, theme.health_style(health), Command::Findings));
        }
        if !self.has_narrow_header(area) {
            let services = format!("  {} ", text::pluralize(services, "service"));
            parts.push((services, theme.styles.dim.into(), Command::List));
        }
        parts
    }
}
