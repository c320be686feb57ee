//! Checkouts: repositories on this machine, with the contents of their files that describe services.

use super::owner_pattern::OwnerPattern;
use crate::model::{CatalogueEntity, RepositoryUrl, Text, Timestamp};
use std::collections::BTreeSet;

/// A repository on this machine, with the contents of its files that describe services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Absolute path of the repository's root folder.
    pub path: Text,
    /// URL of the repository's git remote; `None` if it has none.
    pub remote: Option<RepositoryUrl>,
    /// The entities of all catalogue files in the repository, such as the components of `catalog-info.yaml`.
    pub entities: Vec<CatalogueEntity>,
    /// The services that the repository's compose files build.
    pub builds: Vec<ComposeBuild>,
    /// Rules of the repository's CODEOWNERS file; `None` if it has no such file.
    pub code_owners: Option<CodeOwners>,
    /// Excerpts of the repository's README files.
    pub readmes: Vec<Readme>,
    /// The files that Portolan could not read, each with the reason.
    pub unread: Vec<Text>,
}

/// A service that a compose file builds from a folder of a repository on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeBuild {
    /// Absolute path of the compose file.
    pub file: Text,
    /// Name of the service in the file.
    pub service: Text,
    /// Folder from which the service is built, relative to the checkout; empty for the checkout's root.
    pub folder: Text,
}

/// Rules of a CODEOWNERS file, which name the owners of paths in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOwners {
    /// Path of the file.
    pub file: Text,
    /// Time of the file's last change; `None` if unknown.
    pub changed: Option<Timestamp>,
    /// The rules in the order of the file. In each section, the last rule that matches a path counts.
    pub rules: Vec<CodeOwnersRule>,
}

/// A rule of a CODEOWNERS file: a pattern, and the owners of the paths that match it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeOwnersRule {
    /// Number of the line with the rule.
    pub line: u32,
    /// Number of the rule's section (GitLab); 0 for a rule outside all sections.
    pub section: u32,
    /// Pattern for paths, as in `.gitignore`.
    pub pattern: OwnerPattern,
    /// Owners of matching paths: teams, people and mail addresses. Empty if such paths have no owner, or if
    /// the rule names owners in a form that Portolan does not know.
    pub owners: Vec<Text>,
    /// True for a pattern after `!` (GitLab, "Exclusion patterns"): its section has no owner of matching
    /// paths, not even by later rules.
    pub is_exclusion: bool,
}

/// Excerpts of a README: its first paragraph and its section about running or developing the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readme {
    /// Path of the file.
    pub file: Text,
    /// Folder that contains the README, relative to the checkout; empty for the checkout's root.
    pub folder: Text,
    /// Time of the file's last change; `None` if unknown.
    pub changed: Option<Timestamp>,
    /// The first paragraph of the README; empty if there is none.
    pub summary: Text,
    /// Lines of the section about running or developing the program; empty if there is none.
    pub run_section: Vec<Text>,
}

impl CodeOwners {
    /// Returns the rules that decide the owners of `folder`, a path relative to the checkout. In each
    /// section, only the last rule that matches every file directly in the folder counts (GitLab, "Code
    /// Owners", sections), and none if the section excludes the folder. Leaves out catch-all rules, such as
    /// `*`, if a more specific rule matches.
    #[must_use]
    pub fn rules_for(&self, folder: &str) -> Vec<&CodeOwnersRule> {
        let excluded =
            self.rules.iter().filter(|rule| rule.is_exclusion && rule.pattern.covers_folder(folder));
        let mut decided: BTreeSet<u32> = excluded.map(|rule| rule.section).collect();
        let mut found = Vec::<&CodeOwnersRule>::new();
        for rule in self.rules.iter().rev().filter(|rule| !rule.is_exclusion) {
            if !decided.contains(&rule.section) && rule.pattern.covers_folder(folder) {
                decided.insert(rule.section);
                found.push(rule);
            }
        }
        if found.iter().any(|rule| !rule.pattern.is_catch_all()) {
            found.retain(|rule| !rule.pattern.is_catch_all());
        }
        found.reverse();
        found
    }

    /// Returns true if the file has rules for single folders, so that a catch-all rule says little about a
    /// service whose folder is unknown.
    #[must_use]
    pub fn has_folder_rules(&self) -> bool {
        self.rules.iter().any(|rule| rule.pattern.may_name_folder())
    }
}

#[cfg(test)]
mod tests {
    use super::{CodeOwners, CodeOwnersRule, OwnerPattern};

    fn owner(rules: &[&str], folder: &str) -> Option<String> {
        let rules = rules.iter().enumerate().map(|(at, rule)| {
            let mut words = rule.split(' ');
            let pattern = OwnerPattern::new(words.next().unwrap());
            CodeOwnersRule {
                line: at as u32 + 1,
                section: 0,
                pattern,
                owners: words.map(Into::into).collect(),
                is_exclusion: false,
            }
        });
        let owners = CodeOwners { file: "CODEOWNERS".into(), changed: None, rules: rules.collect() };
        owners.rules_for(folder).first().map(|rule| rule.owners.join(" "))
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
}
