//! Inputs that consist of several parts, such as the responses to several calls or the files of a folder.

use std::borrow::Cow;

/// Beginning of the line over each section.
const HEADING_MARK: &[u8] = b"=== ";

/// Part of an input, which begins with a line `=== NAME`.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// Name in the heading.
    pub name: Cow<'a, str>,
    /// Bytes up to the next heading, without the last line end.
    pub content: &'a [u8],
}

impl Section<'_> {
    /// Returns the content as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.content)
    }
}

/// Returns the sections of `input`. Ignores what comes before the first heading.
pub fn sections(input: &[u8]) -> Vec<Section<'_>> {
    let is_heading =
        |at: &usize| input[*at..].starts_with(HEADING_MARK) && (*at == 0 || input[*at - 1] == b'\n');
    let mut starts: Vec<usize> = (0..input.len()).filter(is_heading).collect();
    starts.push(input.len());
    let section = |ends: &[usize]| {
        let part = &input[ends[0] + HEADING_MARK.len()..ends[1]];
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let content = part.get(end + 1..).unwrap_or_default();
        Section {
            name: String::from_utf8_lossy(part[..end].trim_ascii()),
            content: content.strip_suffix(b"\n").unwrap_or(content),
        }
    };
    starts.windows(2).map(section).collect()
}

/// Returns the contents of all sections called `name`.
pub fn all_called<'a>(sections: &[Section<'a>], name: &str) -> Vec<&'a [u8]> {
    sections.iter().filter(|section| section.name == name).map(|section| section.content).collect()
}

/// Returns the content of the first section called `name`, or nothing if there is none.
pub fn first_called<'a>(sections: &[Section<'a>], name: &str) -> &'a [u8] {
    all_called(sections, name).first().copied().unwrap_or_default()
}
