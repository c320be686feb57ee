//! Patterns of CODEOWNERS files. They follow the rules of `.gitignore`, without `!` and without ranges in
//! brackets (GitHub, "About code owners", "CODEOWNERS syntax").

use crate::model::Text;
use std::fmt;

/// Maximum number of `**` in a pattern. The time of a comparison grows exponentially with their number.
const MAX_DOUBLE_ASTERISKS: usize = 3;
/// Maximum number of segments of a path, including the file. No pattern matches a longer path.
const MAX_FOLDER_DEPTH: usize = 32;
/// Placeholder for the name of any file in a folder. No pattern contains it.
const ANY_FILE: &str = "\0\0";

/// Pattern of a CODEOWNERS rule, parsed in advance, because Portolan compares thousands of rules of a file
/// with hundreds of folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerPattern {
    raw: Text,
    /// The segments from the root of the repository; `None` for a pattern that matches nothing or has too
    /// many `**`.
    segments: Option<Vec<Segment>>,
}

/// Part of a CODEOWNERS pattern between two slashes: a name, a name with wildcards, `*` or `**`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// `**`: any number of folders.
    AnyFolders,
    /// `*`: any name.
    AnyName,
    /// A literal name.
    Name(Text),
    /// A name with wildcards.
    Glob(Vec<GlobPart>),
}

impl OwnerPattern {
    /// Parses a pattern of a CODEOWNERS file.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let segments = segments(raw).map(|parts| parts.into_iter().map(Segment::new).collect());
        Self { raw: raw.into(), segments }
    }

    /// Returns true if the pattern matches every file directly in `folder`, which has no slash at its ends.
    #[must_use]
    pub fn covers_folder(&self, folder: &str) -> bool {
        let Some(segments) = &self.segments else { return false };
        let path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).chain([ANY_FILE]).collect();
        if path.len() > MAX_FOLDER_DEPTH {
            return false;
        }
        match segments.last() {
            // A name matches a file of that name, and everything below a folder of that name.
            Some(Segment::Name(_) | Segment::Glob(_)) => {
                (1..path.len()).any(|end| matches_segments(segments, &path[..end]))
            }
            _ => matches_segments(segments, &path),
        }
    }

    /// Returns true if the pattern consists of wildcards only, such as `*`, so that it names no folder and no
    /// file.
    #[must_use]
    pub fn is_catch_all(&self) -> bool {
        let is_any = |segment: &Segment| matches!(segment, Segment::AnyFolders | Segment::AnyName);
        self.segments.as_ref().is_some_and(|segments| segments.iter().all(is_any))
    }

    /// Returns true if the pattern may be about a folder. Returns false for a catch-all pattern, and for one
    /// whose last segment has a dot, such as `*.md` or `/package.json`.
    #[must_use]
    pub fn may_name_folder(&self) -> bool {
        let has_dot = self.raw.rsplit('/').next().is_some_and(|last| last.contains('.'));
        self.segments.is_some() && !self.is_catch_all() && !has_dot
    }
}

impl fmt::Display for OwnerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

impl Segment {
    fn new(part: &str) -> Self {
        match part {
            "**" => Self::AnyFolders,
            "*" => Self::AnyName,
            _ if part.contains(['*', '?', '\\']) => Self::Glob(glob(part)),
            _ => Self::Name(part.into()),
        }
    }
}

/// Splits a pattern into segments that start at the root of the repository. Returns `None` if the pattern
/// matches nothing, or if it has too many `**`.
fn segments(pattern: &str) -> Option<Vec<&str>> {
    if matches!(pattern, "" | "/") || pattern.contains("***") {
        return None;
    }
    let mut segments: Vec<&str> = pattern.split('/').collect();
    let is_alone = segments.len() == 1 || (segments.len() == 2 && segments[1].is_empty());
    if segments[0].is_empty() {
        segments.remove(0);
    } else if is_alone && segments[0] != "**" {
        segments.insert(0, "**");
    }
    if let Some(last) = segments.last_mut().filter(|last| last.is_empty()) {
        *last = "**";
    }
    (segments.iter().filter(|part| **part == "**").count() <= MAX_DOUBLE_ASTERISKS).then_some(segments)
}

/// Returns true if the segments of `path` match those of `pattern`. `**` matches any number of segments. At
/// the end of the pattern, it matches at least one, because there it stands for everything inside a folder.
fn matches_segments(pattern: &[Segment], path: &[&str]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return path.is_empty() };
    if *first == Segment::AnyFolders {
        return if rest.is_empty() {
            !path.is_empty()
        } else {
            (0..=path.len()).any(|skip| matches_segments(rest, &path[skip..]))
        };
    }
    let Some((name, path)) = path.split_first() else { return false };
    let is_match = match first {
        Segment::AnyFolders | Segment::AnyName => true,
        Segment::Name(known) => **known == **name,
        Segment::Glob(parts) => matches_segment(parts, name.as_bytes()),
    };
    is_match && matches_segments(rest, path)
}

/// A part of a [`Segment::Glob`]: a wildcard or literal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GlobPart {
    /// `*`: any characters.
    AnyText,
    /// `?`: one byte.
    AnyByte,
    Byte(u8),
}

/// Splits a segment with wildcards into its parts. A backslash makes the next character literal.
fn glob(pattern: &str) -> Vec<GlobPart> {
    let mut is_escaped = false;
    let part = |byte: u8| {
        let part = match byte {
            _ if is_escaped => Some(GlobPart::Byte(byte)),
            b'\\' => None,
            b'*' => Some(GlobPart::AnyText),
            b'?' => Some(GlobPart::AnyByte),
            _ => Some(GlobPart::Byte(byte)),
        };
        is_escaped = part.is_none();
        part
    };
    pattern.bytes().filter_map(part).collect()
}

fn matches_segment(pattern: &[GlobPart], segment: &[u8]) -> bool {
    // Positions after the last `*`, to which the comparison returns after a mismatch.
    let (mut p, mut s, mut retry) = (0, 0, None);
    while s < segment.len() {
        match pattern.get(p) {
            Some(GlobPart::AnyText) => {
                retry = Some((p + 1, s));
                p += 1;
            }
            Some(part) if *part == GlobPart::AnyByte || *part == GlobPart::Byte(segment[s]) => {
                (p, s) = (p + 1, s + 1);
            }
            _ => match retry {
                Some((after, from)) => {
                    (p, s) = (after, from + 1);
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|part| *part == GlobPart::AnyText)
}

#[cfg(test)]
mod tests {
    use super::OwnerPattern;

    #[test]
    fn patterns_match_as_on_github() {
        for (pattern, folder, covers) in [
            ("*", "", true),
            ("*", "services/orders", true),
            ("**", "services/orders", true),
            ("/**", "services/orders", true),
            ("**/*", "services/orders", true),
            ("/*", "", true),
            ("/*", "services", false),
            ("/", "", false),
            ("/", "services", false),
            ("services/*", "services", true),
            ("services/*", "services/orders", false),
            ("services/**", "services/orders", true),
            ("services/**", "services", true),
            ("services/*/", "services/orders", true),
            ("services/*/", "services", false),
            ("orders/", "services/orders", true),
            ("orders", "services/orders/src", true),
            ("/orders/", "services/orders", false),
            ("**/orders", "services/orders", true),
            ("services/**/src/", "services/orders/src", true),
            ("/services/ord*s/", "services/orders", true),
            ("/services/o?ders", "services/orders", true),
            ("/services/orders/src/", "services/orders", false),
            ("*.js", "services/orders", false),
            (r"/my\ services/", "my services/orders", true),
            (r"/my\ services/", "my", false),
            (r"/ord\*rs/", "ord*rs", true),
            (r"/ord\*rs/", "orders", false),
            ("/a***/", "abc", false),
        ] {
            assert_eq!(OwnerPattern::new(pattern).covers_folder(folder), covers, "{pattern} {folder}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_pattern_is_read(pattern in "[a/*?\\\\ ]{0,20}", folder in "[a/b]{0,12}") {
            let _ = OwnerPattern::new(&pattern).covers_folder(&folder);
        }
    }
}
