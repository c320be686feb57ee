//! Drawing of the why screen: the list of a node's edges, with the evidence of the selected edge beside or
//! below the list.

use super::{
    Why,
    evidence_lines::evidence_lines,
    rows::{WhyRow, why_rows},
};
use crate::{
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        describe::edge_text,
        widget::{
            frame::draw_frame,
            table::{Column, TableShape, draw_table},
            text,
        },
    },
    topology::{EdgeFilter, Node},
};
use ratatui::{layout::Rect, style::Style};

/// Columns of the list of edges.
const EDGE_COLUMNS: &[Column] = &[
    Column::cut_middle("", 2, 0),
    Column::cut_middle("", 1, 0),
    Column::cut_middle("SERVICE", 14, 1),
    Column::cut_middle("", 2, 0),
    Column::cut_end("EVIDENCE", 17, 1),
    Column::cut_middle("SEEN", 5, 0),
];

/// Smallest screen width, in cells, at which the evidence stands beside the list.
const MIN_WIDTH_FOR_SIDE_BY_SIDE: u16 = 100;

/// Smallest screen height, in rows, at which the evidence fits below the list.
const MIN_HEIGHT_FOR_STACKED: u16 = 10;

/// Splits `area` into an area for the list of edges and an area for the evidence. `rows` is the number of
/// edges in the list.
pub(super) fn split_areas(area: Rect, rows: usize) -> (Rect, Rect) {
    if area.width >= MIN_WIDTH_FOR_SIDE_BY_SIDE {
        let width = (area.width * 9 / 20).max(50);
        let list = Rect { width, ..area };
        return (list, Rect { x: list.right(), width: area.width - width, ..area });
    }
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(3);
    let most = if area.height < MIN_HEIGHT_FOR_STACKED { area.height } else { area.height / 2 };
    let list = Rect {
        height: if area.height < MIN_HEIGHT_FOR_STACKED { area.height } else { wanted.min(most) },
        ..area
    };
    (list, Rect { y: list.bottom(), height: area.height - list.height, ..area })
}

/// Draws the why screen and returns the click areas of its rows.
pub(super) fn draw(why: &Why, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
    let Scene { store, theme, .. } = scene;
    let Some(node) = store.selected_node() else { return HitMap::default() };
    let rows = why_rows(store, &node.id);
    if rows.is_empty() {
        draw_no_edges(node, scene, area, buf);
        return HitMap::default();
    }
    let (list, detail) = split_areas(area, rows.len());
    let inner = draw_frame(list, &title(node, &rows), theme, buf);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    let selected = rows.iter().position(|row| Some(row.key()) == why.selected_key).unwrap_or(0);
    let cells = |index: usize| rows[index].cells(&node.id, scene);
    let shape = TableShape::new(EDGE_COLUMNS, rows.len(), Some(selected));
    let hits = draw_table(shape, cells, ClickTarget::Row, theme, inner, buf);
    if detail.height > 2 {
        let inner = draw_frame(detail, "evidence", theme, buf);
        let lines = evidence_lines(&rows[selected], node, scene, usize::from(inner.width.saturating_sub(2)));
        for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(why.scroll.first_row())) {
            buf.set_line(inner.x + 1, y, line, inner.width.saturating_sub(1));
        }
    }
    hits
}

/// Returns the title of the list: the node, and how many callers and callees it has.
fn title(node: &Node, rows: &[WhyRow<'_>]) -> String {
    let count = |wanted: bool| {
        rows.iter().filter(|row| matches!(row, WhyRow::Edge { out, .. } if *out == wanted)).count()
    };
    format!("{}: called by {}, calls {}", node.label(), count(false), count(true))
}

/// Draws the screen for a node that has no rows. Lists the places where Portolan searched for calls of the
/// node, or names the edge filter that hides its calls.
fn draw_no_edges(node: &Node, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let inner = draw_frame(area, &node.label(), theme, buf);
    let width = usize::from(inner.width.saturating_sub(2));
    let mut lines = vec![];
    if store.session.edge_filter == EdgeFilter::All {
        lines.push(("no callers and no callees found".to_owned(), theme.styles.title));
        lines.push(("searched:".to_owned(), theme.styles.dim));
        lines.extend(
            edge_text::coverage_lines(&store.world, node, None)
                .into_iter()
                .map(|line| (line, theme.styles.text)),
        );
    } else {
        lines.push((
            format!("no calls match the filter `{}` (e changes it)", store.session.edge_filter.id()),
            theme.styles.title,
        ));
    }
    let rows = lines.into_iter().flat_map(|(line, ink)| {
        text::wrap(&line, width.max(1)).into_iter().map(move |row| (row, Style::from(ink)))
    });
    for (y, (row, style)) in (inner.y..inner.bottom()).zip(rows) {
        buf.set_stringn(inner.x + 1, y, row, width, style);
    }
}
