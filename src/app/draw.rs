//! Drawing of the whole terminal: header, shown screens, tour, footer, prompt and dialog.

mod header;
pub(super) mod row_writer;

use super::{
    App,
    prompt::{Offer, Prompt, Proposal},
};
use crate::{
    command::Command,
    screen::{
        Canvas, HitMap, Scene,
        describe::operation_text,
        widget::{frame::draw_frame, text},
    },
    store::OperationPhase,
    topology::EdgeFilter,
};
use jiff::SignedDuration;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};
use row_writer::RowWriter;

/// Areas of the terminal: the header row, the body with the shown screens, the tour, and the footer row.
pub(super) struct TerminalAreas {
    header: Rect,
    pub(super) body: Rect,
    /// Rows of the tour; empty if no tour is shown.
    tour: Rect,
    footer: Rect,
}

/// Smallest usable terminal size, in columns and rows.
const MIN_TERMINAL_SIZE: (u16, u16) = (24, 6);

/// Time for which the footer shows the verdict of an operation.
const VERDICT_SHOWN_FOR: SignedDuration = SignedDuration::from_mins(2);

/// Returns the areas of a terminal of this size, with `tour_height` rows for the tour. In full screen, the
/// body covers the whole terminal.
pub(super) fn terminal_areas(size: Rect, fullscreen: bool, tour_height: u16) -> TerminalAreas {
    let header = Rect { height: 1.min(size.height), ..size };
    let footer = Rect { y: size.bottom().saturating_sub(1), height: 1.min(size.height), ..size };
    let tour_height = if fullscreen { 0 } else { tour_height };
    let body = Rect { y: header.bottom(), height: size.height.saturating_sub(2 + tour_height), ..size };
    let tour = Rect { y: body.bottom(), height: tour_height, ..size };
    TerminalAreas { header, body: if fullscreen { size } else { body }, tour, footer }
}

impl App {
    /// Draws everything into `buf`, whose size may differ from that of the last
    /// [`Msg::Resize`](super::Msg::Resize). Returns the clickable areas, and the position of the text cursor
    /// if it is visible.
    pub fn draw(&self, buf: &mut Buffer) -> (HitMap, Option<Position>) {
        let buf = &mut Canvas::new(buf);
        let size = buf.area();
        if size.is_empty() {
            return (HitMap::default(), None);
        }
        if size.width < MIN_TERMINAL_SIZE.0 || size.height < MIN_TERMINAL_SIZE.1 {
            buf.set_stringn(0, 0, "too small", usize::from(size.width), Style::default());
            return (HitMap::default(), None);
        }
        let scene = Scene { store: &self.store, theme: &self.theme, keymap: &self.keymap };
        let areas = terminal_areas(size, self.is_fullscreen(), self.tour_height(size.height));
        let mut hits =
            if self.is_fullscreen() { HitMap::default() } else { self.draw_header(areas.header, buf) };
        for (screen, area) in self.panes_in(size) {
            hits.extend(self.screens.get(screen).draw(scene, area, buf));
        }
        hits.extend(self.draw_tour(areas.tour, buf));
        if let Some(dialog) = &self.dialog {
            // Only keys can answer a dialog, so nothing is clickable while one is open.
            return (HitMap::default(), self.draw_dialog(dialog, areas.body, buf));
        }
        let cursor = self.prompt.as_ref().map(|prompt| self.draw_prompt(prompt, &areas, buf));
        if cursor.is_none() && (!self.is_fullscreen() || self.notice.is_some() || self.share.is_some()) {
            hits.extend(self.draw_footer(areas.footer, buf));
        }
        (hits, cursor)
    }

    /// Draws the newest operation: its progress, or its verdict for some time after its end.
    fn draw_operation(&self, row: &mut RowWriter, buf: &mut Canvas<'_>) {
        let world = &self.store.world;
        let Some(newest) = world.operations.newest() else { return };
        if let OperationPhase::Ended(_, at) = newest.phase
            && world.now.duration_since(at) > VERDICT_SHOWN_FOR
        {
            return;
        }
        let (health, words) = operation_text::operation_status(newest, world.now);
        let subject = operation_text::operation_subject(newest);
        let words = format!(" {} {subject} {words} ", self.theme.health_glyph(health));
        let room = usize::from(row.right.saturating_sub(row.x)) * 2 / 3;
        let words = text::cut_end(&words, room, self.theme.glyphs.ellipsis);
        row.write(&words, self.theme.health_style(health), Some(Command::Card), buf);
        if let (Some(undo), Some(key)) = (
            world.operations.undo(),
            self.keymap.keys_in(self.screen().spec().key_context, Command::UndoAction).first(),
        ) {
            row.write(&format!(" {key}"), Style::from(self.theme.styles.key), Some(Command::UndoAction), buf);
            let remark = undo.partial_remark().map(|remark| format!("({remark}) ")).unwrap_or_default();
            let words = format!(" undo {remark}");
            row.write(&words, Style::from(self.theme.styles.dim), Some(Command::UndoAction), buf);
        }
    }

    /// Draws the footer: the mark of an open share, and then the notice. Without a notice, draws the
    /// operation, the search, the filters and key hints.
    fn draw_footer(&self, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let theme = &self.theme;
        let mut row = RowWriter::new(area);
        self.draw_share_mark(&mut row, buf);
        if let Some(notice) = &self.notice {
            let width = usize::from(row.right.saturating_sub(row.x));
            buf.set_string(row.x, area.y, " ".repeat(width), Style::default());
            let notice = text::cut_end(&format!(" {notice}"), width, theme.glyphs.ellipsis);
            row.write(&notice, Style::from(theme.styles.accent), None, buf);
            return row.hits;
        }
        self.draw_operation(&mut row, buf);
        if !self.store.session.search.is_empty() {
            row.write(" search on, esc clears ", Style::from(theme.styles.found), Some(Command::Back), buf);
        }
        if let Some(group) = &self.store.session.only_group {
            row.write(
                &format!(" group: {} ", group.name),
                Style::from(theme.styles.badge),
                Some(Command::OnlyGroup),
                buf,
            );
        }
        if self.store.session.edge_filter != EdgeFilter::All {
            let chip = format!(" calls: {} ", self.store.session.edge_filter.id());
            row.write(&chip, Style::from(theme.styles.badge), Some(Command::NextEdgeFilter), buf);
        }
        for command in self.footer_offers() {
            let keys = self.keymap.keys(command);
            let Some(key) = keys.first() else { continue };
            let (key, short) = (format!(" {key}"), format!(" {} ", command.spec().footer_label));
            if row.has_room_for(&key, &short) {
                row.write(&key, Style::from(theme.styles.key), Some(command), buf);
                row.write(&short, Style::from(theme.styles.dim), Some(command), buf);
            }
        }
        row.hits
    }

    /// Draws the prompt and the proposals above it. Returns the position of the text cursor.
    fn draw_prompt(&self, prompt: &Prompt, areas: &TerminalAreas, buf: &mut Canvas<'_>) -> Position {
        let theme = &self.theme;
        let area = areas.footer;
        let sign = text::cut_end(&prompt.label(), usize::from(area.width / 2), theme.glyphs.ellipsis);
        let before = text::display_width(&sign) as u16;
        let room = usize::from(area.width.saturating_sub(before + 1));
        buf.set_string(area.x, area.y, " ".repeat(usize::from(area.width)), Style::default());
        let scroll = prompt.input().visual_scroll(room.saturating_sub(1));
        buf.set_string(area.x, area.y, sign, Style::from(theme.styles.key));
        let typed: String = prompt.input().value().chars().skip(scroll).collect();
        buf.set_stringn(area.x + before, area.y, typed, room, Style::from(theme.styles.text));
        if let Some(found) = self.match_count_label(prompt) {
            let x = area.x + before + prompt.input().visual_cursor().min(room) as u16 + 3;
            let left = usize::from(area.right().saturating_sub(x));
            buf.set_stringn(x, area.y, found, left, Style::from(theme.styles.dim));
        }
        self.draw_proposals(prompt, areas.body, buf);
        let column = prompt.input().visual_cursor().saturating_sub(scroll).min(room) as u16;
        Position::new(area.x + before + column, area.y)
    }

    /// Returns the text `matches: N` while the user types a search for nodes, or else `None`.
    fn match_count_label(&self, prompt: &Prompt) -> Option<String> {
        let searches = matches!(prompt, Prompt::Search(..)) && self.searches_nodes();
        let found =
            || self.store.visible_nodes().into_iter().filter(|node| self.store.matches_search(node)).count();
        (searches && !self.store.session.search.is_empty()).then(|| format!("matches: {}", found()))
    }

    /// Draws the proposals of the prompt, the best match at the top.
    fn draw_proposals(&self, prompt: &Prompt, area: Rect, buf: &mut Canvas<'_>) {
        let proposals = prompt.proposals();
        let height = (proposals.len() as u16).min(10).min(area.height.saturating_sub(2));
        if height == 0 {
            return;
        }
        let theme = &self.theme;
        let place =
            Rect { y: area.bottom() - height - 2, height: height + 2, width: area.width.min(76), ..area };
        for y in place.y..place.bottom() {
            buf.set_string(place.x, y, " ".repeat(usize::from(place.width)), Style::default());
        }
        let completes = matches!(proposals.first(), Some(Proposal::Text(_)));
        let title = if completes { "tab completes" } else { "commands" };
        let inner = draw_frame(place, title, theme, buf);
        let first = prompt.selected_proposal().saturating_sub(usize::from(height) - 1);
        let line = |proposal: &Proposal| match proposal {
            Proposal::Offer(offer) => {
                let keys = match offer {
                    Offer::Command(command) => self.keymap.keys(*command).join(" "),
                    Offer::Operation(_) => String::new(),
                };
                format!("{:<18} {keys:<14} {}", offer.id(), offer.description())
            }
            Proposal::Text(text) => text.clone(),
        };
        for (y, (index, proposal)) in (inner.y..inner.bottom()).zip(proposals.iter().enumerate().skip(first))
        {
            let line = line(proposal);
            let style =
                if index == prompt.selected_proposal() { theme.styles.selected } else { theme.styles.text };
            let line = text::cut_or_pad(&line, usize::from(inner.width), theme.glyphs.ellipsis);
            buf.set_string(inner.x, y, line, Style::from(style));
        }
    }
}
