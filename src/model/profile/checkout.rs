//! Checkouts: repositories on this machine, with the files that describe services.

use crate::model::{CatalogueEntity, RepositoryUrl, Text, Timestamp};

/// A repository on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Absolute path of its root folder.
    pub path: Text,
    /// Its git remote; `None` if it has none.
    pub remote: Option<RepositoryUrl>,
    /// The entities of all its catalogue files.
    pub entities: Vec<CatalogueEntity>,
    /// The services that its compose files build.
    pub builds: Vec<ComposeBuild>,
    /// Its rules for reviewers; `None` without a CODEOWNERS file.
    pub code_owners: Option<CodeOwners>,
    /// Its README files.
    pub readmes: Vec<Readme>,
    /// The files that could not be read, each with the reason.
    pub unread: Vec<Text>,
}

/// A service that a compose file builds from a folder of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeBuild {
    /// Absolute path of the compose file.
    pub file: Text,
    /// Name of the service in the file.
    pub service: Text,
    /// Folder from which it is built, relative to the checkout; empty for the checkout's root.
    pub folder: Text,
}

/// Rules of a CODEOWNERS file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOwners {
    /// Path of the file.
    pub file: Text,
    /// Time of the file's last change.
    pub changed: Option<Timestamp>,
    /// The rules in the order of the file; the last one that matches a path counts.
    pub rules: Vec<CodeOwnersRule>,
}

/// A rule of a CODEOWNERS file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOwnersRule {
    /// Line of the rule.
    pub line: u32,
    /// Pattern for paths, as in `.gitignore`.
    pub pattern: Text,
    /// Teams, people and mail addresses; empty if matching paths have no owner.
    pub owners: Vec<Text>,
}

/// A README file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readme {
    /// Path of the file.
    pub file: Text,
    /// Its folder, relative to the checkout; empty for the checkout's root.
    pub folder: Text,
    /// Time of the file's last change.
    pub changed: Option<Timestamp>,
    /// The first paragraph; empty if there is none.
    pub summary: Text,
    /// Lines of the section about running or developing the program; empty if there is none.
    pub run_section: Vec<Text>,
}

impl CodeOwners {
    /// Returns the rule that decides the owners of `folder`, relative to the checkout: the last one that matches
    /// every file directly in it. Returns `None` if no rule does.
    #[must_use]
    pub fn rule_for(&self, folder: &str) -> Option<&CodeOwnersRule> {
        self.rules.iter().rev().find(|rule| covers_folder(&rule.pattern, folder))
    }
}

/// Maximum number of `**` in a pattern. The time of a comparison grows with the power of their number.
const MAX_DOUBLE_ASTERISKS: usize = 3;

/// Returns true if `pattern` matches every file in `folder`, by the rules that GitHub documents (About code
/// owners, "CODEOWNERS syntax").
fn covers_folder(pattern: &str, folder: &str) -> bool {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    if matches!(pattern, "" | "*" | "**" | "**/*") {
        return true;
    }
    let (segments, any_depth) = match pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix("/**/*")) {
        Some(start) => (start, true),
        None => match pattern.strip_suffix("/*") {
            // The files of this folder only, not those of its subfolders.
            Some(start) => (start, false),
            None => (pattern.trim_end_matches('/'), true),
        },
    };
    let pattern: Vec<&str> = segments.split('/').collect();
    if pattern.iter().filter(|part| **part == "**").count() > MAX_DOUBLE_ASTERISKS {
        return false;
    }
    let folder: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let starts = if anchored { 0..1 } else { 0..folder.len().max(1) };
    starts.into_iter().any(|start| {
        let path = folder.get(start..).unwrap_or_default();
        if any_depth {
            (0..=path.len()).any(|end| matches_segments(&pattern, &path[..end]))
        } else {
            matches_segments(&pattern, path)
        }
    })
}

/// Returns true if the segments of a path match those of a pattern; `**` matches any number of them.
fn matches_segments(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skip| matches_segments(rest, &path[skip..])),
        (Some((first, rest)), Some((segment, path))) => {
            matches_segment(first.as_bytes(), segment.as_bytes()) && matches_segments(rest, path)
        }
        _ => false,
    }
}

/// Returns true if `segment` matches `pattern`, in which `*` stands for any characters and `?` for one.
fn matches_segment(pattern: &[u8], segment: &[u8]) -> bool {
    // Positions after the last `*`, to which the comparison returns after a mismatch.
    let (mut p, mut s, mut retry) = (0, 0, None);
    while s < segment.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, s));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == segment[s] => (p, s) = (p + 1, s + 1),
            _ => match retry {
                Some((after, from)) => {
                    (p, s) = (after, from + 1);
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::{CodeOwners, CodeOwnersRule};

    fn owner(rules: &[&str], folder: &str) -> Option<String> {
        let rules = rules.iter().enumerate().map(|(at, rule)| {
            let mut words = rule.split(' ').map(Into::into);
            let pattern = words.next().unwrap();
            CodeOwnersRule { line: at as u32 + 1, pattern, owners: words.collect() }
        });
        let owners = CodeOwners { file: "CODEOWNERS".into(), changed: None, rules: rules.collect() };
        owners.rule_for(folder).map(|rule| rule.owners.join(" "))
    }

    #[test]
    fn the_last_rule_that_covers_the_folder_counts() {
        let rules =
            ["* @acme/all", "/services/ @acme/backend", "/services/orders/ @acme/orders", "*.md @acme/docs"];
        assert_eq!(owner(&rules, "services/orders").as_deref(), Some("@acme/orders"));
        assert_eq!(owner(&rules, "services/orders/src").as_deref(), Some("@acme/orders"));
        assert_eq!(owner(&rules, "services/users").as_deref(), Some("@acme/backend"));
        assert_eq!(owner(&rules, "").as_deref(), Some("@acme/all"));
        assert_eq!(
            owner(&["/services/orders/ @a", "/services/orders/"], "services/orders").as_deref(),
            Some("")
        );
    }

    #[test]
    fn patterns_match_as_on_github() {
        for (pattern, folder, covers) in [
            ("services/*", "services", true),
            ("services/*", "services/orders", false),
            ("services/**", "services/orders", true),
            ("services/*/", "services/orders", true),
            ("orders/", "services/orders", true),
            ("/orders/", "services/orders", false),
            ("**/orders", "services/orders", true),
            ("/services/ord*s/", "services/orders", true),
            ("/services/o?ders", "services/orders", true),
            ("/services/orders/src/", "services/orders", false),
            ("*.js", "services/orders", false),
        ] {
            assert_eq!(owner(&[&format!("{pattern} @x")], folder).is_some(), covers, "{pattern} {folder}");
        }
    }
}
