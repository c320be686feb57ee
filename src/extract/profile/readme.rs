//! Reader of the parts of a README that introduce a program: its first paragraph, and its section about
//! running it.

use crate::{
    extract::redact_secrets,
    model::{Readme, Text, Timestamp},
};

/// Maximum length of the summary, in characters.
const MAX_SUMMARY_CHARS: usize = 300;
/// Maximum number of lines from the section about running the program.
const MAX_RUN_LINES: usize = 25;
/// Maximum length of a line from the section about running the program, in characters.
const MAX_LINE_CHARS: usize = 200;
/// First words of headings over sections about running the program, in order of preference.
const RUN_HEADINGS: &[&str] = &[
    "run locally",
    "running locally",
    "local development",
    "development",
    "developing",
    "run",
    "getting started",
    "quick start",
    "quickstart",
];

/// Reads the README `text`. `file` is the path for display, `folder` the folder of the file in the checkout,
/// and `changed` the time at which the file last changed.
#[must_use]
pub fn parse_readme(text: &str, (file, folder): (&str, &str), changed: Option<Timestamp>) -> Readme {
    Readme {
        file: file.into(),
        folder: folder.into(),
        changed,
        summary: redact_secrets(&first_paragraph(text)).into(),
        run_section: without_secrets(&run_section(text)),
    }
}

/// Returns `lines` without secrets. They are redacted together, because the title of a table's column shows
/// that the cells below hold secrets.
fn without_secrets(lines: &[Text]) -> Vec<Text> {
    let joined: Vec<&str> = lines.iter().map(Text::as_str).collect();
    redact_secrets(&joined.join("\n")).lines().map(Text::new).collect()
}

/// Returns the first paragraph of prose, without Markdown, cut after [`MAX_SUMMARY_CHARS`]. Returns an empty
/// text if that paragraph has fewer than three words.
fn first_paragraph(text: &str) -> Text {
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in text.lines().map(str::trim) {
        fenced ^= line.starts_with("```");
        let underline = !line.is_empty() && line.chars().all(|c| matches!(c, '=' | '-' | '*' | '_'));
        let is_prose = !fenced
            && !underline
            && !line.starts_with(['#', '<', '|', '!', '>', '`', '*', '-', '+', '='])
            && !line.starts_with("[!")
            && line.contains(char::is_alphabetic);
        match (is_prose, paragraph.is_empty()) {
            (true, _) => {
                paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
                paragraph.push_str(line);
            }
            // An underlined title is not a paragraph.
            (false, false) if underline => paragraph.clear(),
            (false, false) => break,
            (false, true) => {}
        }
        if paragraph.len() > MAX_SUMMARY_CHARS * 4 {
            break;
        }
    }
    let start: String = paragraph.chars().take(MAX_SUMMARY_CHARS * 8).collect();
    let plain = without_markup(&start);
    // One or two words are a title or a badge, not a description.
    if plain.split_whitespace().count() < 3 {
        Text::default()
    } else {
        Text::with_max_chars(&plain, MAX_SUMMARY_CHARS)
    }
}

/// Returns `text` without Markdown's syntax for links, code and emphasis.
fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, after) = rest.split_at(open);
        plain.push_str(before.strip_suffix('!').unwrap_or(before));
        let label = after[1..].split_once("](").and_then(|(label, tail)| {
            let end = tail.find(')')?;
            (!label.contains(['[', ']'])).then(|| (label, &tail[end + 1..]))
        });
        if let Some((label, tail)) = label {
            plain.push_str(label);
            rest = tail;
        } else {
            plain.push('[');
            rest = &after[1..];
        }
    }
    plain.push_str(rest);
    plain.replace(['`', '*'], "").replace("__", "")
}

/// Returns the lines of the section whose heading is about running or developing the program. The list is
/// empty if there is no such section.
fn run_section(text: &str) -> Vec<Text> {
    let lines: Vec<&str> = text.lines().take(20_000).collect();
    let mut headings = Vec::new();
    let mut fenced = false;
    for (index, line) in lines.iter().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        let level = line.bytes().take_while(|b| *b == b'#').count();
        if !fenced && (1..=4).contains(&level) && line[level..].starts_with(' ') {
            headings.push((index, level, line[level..].trim().to_lowercase()));
        }
    }
    let best = RUN_HEADINGS.iter().find_map(|wanted| {
        headings.iter().position(|(_, _, title)| {
            title.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with(wanted)
        })
    });
    let Some(place) = best else { return Vec::new() };
    let (start, level, _) = headings[place];
    let end = headings[place + 1..]
        .iter()
        .find(|(_, other, _)| *other <= level)
        .map_or(lines.len(), |(end, ..)| *end);
    let section = lines[start + 1..end].iter().map(|line| line.trim_end());
    let section =
        section.skip_while(|line| line.is_empty()).filter(|line| !line.trim_start().starts_with("```"));
    let mut section: Vec<Text> =
        section.take(MAX_RUN_LINES).map(|line| Text::with_max_chars(line, MAX_LINE_CHARS)).collect();
    while section.last().is_some_and(|line| line.trim().is_empty()) {
        section.pop();
    }
    section
}

#[cfg(test)]
mod tests {
    use super::{MAX_SUMMARY_CHARS, parse_readme};

    const README_TEXT: &str = "\
# Orders
[![build](https://ci.example/badge.svg)](https://ci.example)

Takes **orders** from the [shop](https://shop.example) and
charges for them.

More.

## Getting started
Read the wiki.

## Run locally
```sh
make run
# comment
```
Needs `docker`.

### Tests
make test

## Licence
MIT
";

    #[test]
    fn the_first_paragraph_and_the_best_section_are_read() {
        let readme = parse_readme(README_TEXT, ("README.md", ""), None);
        assert_eq!(readme.summary, "Takes orders from the shop and charges for them.");
        let lines: Vec<_> = readme.run_section.iter().map(crate::model::Text::as_str).collect();
        assert_eq!(lines, ["make run", "# comment", "Needs `docker`.", "", "### Tests", "make test"]);
    }

    #[test]
    fn no_secret_of_a_readme_is_shown() {
        let text = "Takes orders with password=s3cret from people.\n\n# Run\nexport DB_PASSWORD=s3cret && make run\n\
                    npm config set //npm.example/:_authToken s3cret\n\n| user | password |\n|---|---|\n| me | s3cret |\n";
        let readme = parse_readme(text, ("README.md", ""), None);
        let shown = format!("{readme:?}");
        assert!(
            !shown.contains("s3cret") && shown.contains("Takes orders") && shown.contains("DB_PASSWORD"),
            "{shown}"
        );
    }

    #[test]
    fn a_readme_without_prose_says_nothing() {
        for text in
            ["", "# Orders\n", "Orders\n======\n\n- a list\n", "<h1>x</h1>\n", "```\nsome code in it\n```\n"]
        {
            assert_eq!(parse_readme(text, ("README.md", ""), None).summary, "", "{text}");
        }
    }

    #[test]
    fn hostile_readmes_are_bounded_and_cleaned() {
        let long = "word ".repeat(2_000_000);
        assert!(parse_readme(&long, ("r", ""), None).summary.chars().count() <= MAX_SUMMARY_CHARS + 1);
        let escape = parse_readme(
            "Some text \u{1b}[2J with \u{202e}escapes\n\n# Run\n\u{1b}]0;x\u{7}go",
            ("r", ""),
            None,
        );
        assert_eq!(
            (escape.summary.as_str(), escape.run_section[0].as_str()),
            ("Some text  with escapes", "go")
        );
        let marks = "[".repeat(100_000) + " a b c";
        assert!(parse_readme(&marks, ("r", ""), None).summary.chars().count() <= MAX_SUMMARY_CHARS + 1);
    }
}
