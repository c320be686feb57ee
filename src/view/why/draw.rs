//! Painting the edges of a node, and beside or below them what the selected one rests on.

use super::{
    Why,
    rows::{Row, rows},
    words,
};
use crate::{
    model::Verdict,
    topology::{EdgeFilter, Node},
    view::{
        Canvas, Hits, Scene, Target,
        widget::{
            frame::frame,
            table::{Column, table},
            text,
        },
    },
};
use ratatui::{layout::Rect, style::Style, text::Line};

/// The columns of the list.
const COLUMNS: &[Column] = &[
    Column::names("", 2, 0),
    Column::names("", 1, 0),
    Column::names("PEER", 14, 1),
    Column::names("", 2, 0),
    Column::prose("WHY", 17, 1),
    Column::names("SEEN", 5, 0),
];

/// From this width on the evidence stands beside the list.
const WIDE: u16 = 100;

/// From this height on there is room for it below.
const TALL: u16 = 10;

/// The list's and the evidence's parts of `area`, for so many rows.
pub(super) fn areas(area: Rect, rows: usize) -> (Rect, Rect) {
    if area.width >= WIDE {
        let width = (area.width * 9 / 20).max(50);
        let list = Rect { width, ..area };
        return (list, Rect { x: list.right(), width: area.width - width, ..area });
    }
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(3);
    let most = if area.height < TALL { area.height } else { area.height / 2 };
    let list = Rect { height: if area.height < TALL { area.height } else { wanted.min(most) }, ..area };
    (list, Rect { y: list.bottom(), height: area.height - list.height, ..area })
}

pub(super) fn draw(why: &Why, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
    let Scene { store, theme, .. } = scene;
    let Some(node) = store.node() else { return Hits::default() };
    let rows = rows(store, &node.id);
    if rows.is_empty() {
        draw_none(node, scene, area, buf);
        return Hits::default();
    }
    let (list, detail) = areas(area, rows.len());
    let inner = frame(list, &title(node, &rows), theme, buf);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner };
    let selected = rows.iter().position(|row| Some(row.spot()) == why.spot).unwrap_or(0);
    let cells = |index: usize| rows[index].cells(&node.id, scene);
    let hits = table(COLUMNS, rows.len(), Some(selected), cells, Target::Row, theme, inner, buf);
    if detail.height > 2 {
        let inner = frame(detail, "why", theme, buf);
        let lines = evidence(&rows[selected], node, scene, usize::from(inner.width.saturating_sub(2)));
        for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(why.scroll.at())) {
            buf.set_line(inner.x + 1, y, line, inner.width.saturating_sub(1));
        }
    }
    hits
}

/// Whose edges they are, and how many.
fn title(node: &Node, rows: &[Row<'_>]) -> String {
    let count = |wanted: bool| {
        rows.iter().filter(|row| matches!(row, Row::Edge { out, .. } if *out == wanted)).count()
    };
    format!("{}: called by {}, calls {}", node.label(), count(false), count(true))
}

/// What the selected edge rests on, in lines of that width.
pub(super) fn evidence(row: &Row<'_>, node: &Node, scene: Scene<'_>, width: usize) -> Vec<Line<'static>> {
    let Scene { store, theme, .. } = scene;
    let ink = &theme.ink;
    let mut lines = Vec::new();
    let mut say = |words: &str, indent: usize, style: Style| {
        for row in text::wrap(words, width.saturating_sub(indent).max(1)) {
            lines.push(Line::styled(format!("{}{row}", " ".repeat(indent)), style));
        }
    };
    match row {
        Row::Edge { edge, .. } => {
            let (from, to) = row.ends(node);
            let to = to.unwrap_or(node);
            say(&format!("{} calls {}", from.label(), to.label()), 0, ink.title.into());
            let strength = edge.strength();
            say(&format!("{} {}", theme.stroke(strength), strength.word()), 0, ink.text.into());
            for line in words::states(store, &from.id, &to.id, edge) {
                say(&line, 0, ink.degraded.into());
            }
            for words::Piece { title, text } in words::pieces(edge, store.now) {
                say("", 0, ink.text.into());
                say(&title, 0, ink.dim.into());
                say(&text, 2, ink.text.into());
            }
        }
        Row::Dangling(dangling) => {
            say(&format!("{} names {}", node.label(), dangling.address), 0, ink.title.into());
            say("nothing here answers to that: is it in another source, or gone?", 0, ink.degraded.into());
            say("", 0, ink.text.into());
            say(&dangling.place, 2, ink.text.into());
        }
        Row::Rejected(rejected) => {
            let (what, next) = match rejected.verdict {
                Verdict::Failed => {
                    ("can't reach", "see how that is, and whether address and network are right")
                }
                _ => ("is turned away by", "look at the security groups and network rules between them"),
            };
            say(&format!("{} {what} {}", node.label(), rejected.target), 0, ink.title.into());
            say(next, 0, ink.degraded.into());
            say("", 0, ink.text.into());
            say(&words::turned_away(rejected, store.now), 2, ink.text.into());
        }
    }
    let (from, to) = row.ends(node);
    say("", 0, ink.text.into());
    for watched in [Some(from), to].into_iter().flatten().filter_map(|end| words::watched(store, end)) {
        say(&watched, 0, ink.dim.into());
    }
    lines
}

/// What is said of a node without edges: what was looked at.
fn draw_none(node: &Node, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let inner = frame(area, &node.label(), theme, buf);
    let width = usize::from(inner.width.saturating_sub(2));
    let mut lines = vec![];
    if store.edges == EdgeFilter::All {
        lines.push((
            "nothing says that it calls anybody, or that anybody calls it".to_owned(),
            theme.ink.title,
        ));
        lines.push(("looked at:".to_owned(), theme.ink.dim));
        lines.extend(words::looked_at(store, node, None).into_iter().map(|line| (line, theme.ink.text)));
    } else {
        lines.push((
            format!("none here: only {} are shown (e changes that)", store.edges.about()),
            theme.ink.title,
        ));
    }
    let rows = lines.into_iter().flat_map(|(line, ink)| {
        text::wrap(&line, width.max(1)).into_iter().map(move |row| (row, Style::from(ink)))
    });
    for (y, (row, style)) in (inner.y..inner.bottom()).zip(rows) {
        buf.set_stringn(inner.x + 1, y, row, width, style);
    }
}
