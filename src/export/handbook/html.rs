//! Handbook in HTML. The pages load nothing from outside, work on a phone and on paper, and each has a
//! search.

use super::{
    map_svg,
    page::{Block, Page, Part},
    statements::plain_text,
};
use crate::{
    export::markup::{escape_markup, escape_script_json},
    screen::Scene,
};
use std::fmt::Write;

/// Returns the name and content of the file for each page.
pub(super) fn files(pages: &[Page], scene: Scene<'_>) -> Vec<(String, String)> {
    let (index, map) = (search_index(pages), map_svg(scene));
    pages.iter().map(|page| (format!("{}.html", page.stem), page_text(page, &index, &map))).collect()
}

/// Returns title, file name and text of each page as JSON for the search.
fn search_index(pages: &[Page]) -> String {
    let entry = |page: &Page| {
        let text: Vec<String> = page.statements().map(plain_text).collect();
        (page.title.clone(), format!("{}.html", page.stem), text.join(" ").to_lowercase())
    };
    let all: Vec<_> = pages.iter().map(entry).collect();
    escape_script_json(&serde_json::to_string(&all).unwrap_or_default())
}

fn page_text(page: &Page, index: &str, map: &str) -> String {
    let title = escape_markup(&page.title);
    let mut body = String::new();
    let mut in_list = false;
    for block in &page.blocks {
        let is_statement = matches!(block, Block::Statement(_));
        match (in_list, is_statement) {
            (false, true) => body.push_str("<ul>\n"),
            (true, false) => body.push_str("</ul>\n"),
            _ => {}
        }
        in_list = is_statement;
        push_block(block, map, &mut body);
    }
    if in_list {
        body.push_str("</ul>\n");
    }
    let home = if page.stem == "index" { "" } else { "<p><a href=\"index.html\">The estate</a></p>\n" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<title>{title}</title>\n<style>{}</style>\n</head>\n<body>\n\
         <input type=\"search\" id=\"find\" placeholder=\"Search\" aria-label=\"Search\">\n<ul id=\"found\"></ul>\n\
         <h1>{title}</h1>\n{home}{body}\
         <script type=\"application/json\" id=\"pages\">{index}</script>\n<script>{}</script>\n</body>\n</html>\n",
        include_str!("handbook.css"),
        include_str!("handbook.js")
    )
}

fn push_block(block: &Block, map: &str, out: &mut String) {
    // Writing to a string can't fail.
    let _ = match block {
        Block::Heading(title) => writeln!(out, "<h2>{}</h2>", escape_markup(title)),
        Block::Statement(statement) => {
            let words: String = statement.parts.iter().map(part_text).collect();
            writeln!(out, "<li>{words} <small>{}</small></li>", escape_markup(&statement.source))
        }
        Block::Code(lines, source) => {
            let lines: Vec<String> = lines.iter().map(|line| escape_markup(line)).collect();
            let source = if source.is_empty() {
                String::new()
            } else {
                format!("<p><small>{}</small></p>", escape_markup(source))
            };
            writeln!(out, "<pre>{}</pre>{source}", lines.join("\n"))
        }
        Block::Map => writeln!(out, "<figure>{}</figure>", inline_svg(map)),
    };
}

/// Returns the SVG element without the XML declaration, because HTML does not allow that declaration.
fn inline_svg(map: &str) -> &str {
    map.find("<svg").map_or(map, |start| &map[start..])
}

fn part_text(part: &Part) -> String {
    match part {
        Part::Text(text) => escape_markup(text),
        Part::Page(stem, text) => format!("<a href=\"{stem}.html\">{}</a>", escape_markup(text)),
        Part::Url(url) => format!("<a href=\"{0}\" rel=\"noreferrer\">{0}</a>", escape_markup(url)),
    }
}
