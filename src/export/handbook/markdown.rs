//! The handbook in Markdown.

use super::{
    map_svg,
    page::{Block, Page, Part},
};
use crate::screen::Scene;
use std::fmt::Write;

/// Returns the name and content of the file for each page, and of the map.
pub(super) fn files(pages: &[Page], scene: Scene<'_>) -> Vec<(String, String)> {
    let written = pages.iter().map(|page| (format!("{}.md", page.stem), page_text(page)));
    written.chain([("map.svg".to_owned(), map_svg(scene))]).collect()
}

fn page_text(page: &Page) -> String {
    let mut out = format!("# {}\n", escape(&page.title));
    if page.stem != "index" {
        out += "\n[The estate](index.md)\n";
    }
    let mut in_list = false;
    for block in &page.blocks {
        match block {
            Block::Heading(title) => {
                let _ = writeln!(out, "\n## {}", escape(title));
            }
            Block::Statement(statement) => {
                if !in_list {
                    out.push('\n');
                }
                let words: String = statement.parts.iter().map(part_text).collect();
                let _ = writeln!(out, "- {words} <small>({})</small>", escape(&statement.source));
            }
            Block::Code(lines, source) => {
                // Lines indented by four spaces are a code block, which no text in them can end.
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "    {line}");
                }
                if !source.is_empty() {
                    let _ = writeln!(out, "\n<small>({})</small>", escape(source));
                }
            }
            Block::Map => out += "\n![The map](map.svg)\n",
        }
        in_list = matches!(block, Block::Statement(_));
    }
    out
}

fn part_text(part: &Part) -> String {
    match part {
        Part::Text(text) => escape(text),
        Part::Page(stem, text) => format!("[{}]({stem}.md)", escape(text)),
        Part::Url(url) => format!("<{}>", url.replace(['<', '>', ' '], "")),
    }
}

/// Escapes `text` so that Markdown shows it literally, and not as a link, markup or HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
