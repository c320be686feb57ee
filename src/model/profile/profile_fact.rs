//! Profile facts: values for the fields of a profile, each with its origin.

use super::fact_value::clean_value;
use crate::model::{ProfileField, RepositoryUrl, Text, Timestamp, network::webhook};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A fact that people need about a service, such as "the owner is team checkout", with its origin, such as
/// the tag `Team`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProfileFact {
    /// The field of the profile, such as the owner.
    pub field: ProfileField,
    /// The value, without secrets.
    pub value: Text,
    /// The kind of place that states the fact.
    pub origin: FactOrigin,
    /// The place itself, such as `tag Team` or the path of a file.
    #[serde(rename = "place")]
    pub location: Text,
    /// Time at which the repository file that states the fact was last changed; `None` if no such file states
    /// it, or if the time is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

/// The kind of place that states a fact, such as a tag or a README. The variants are sorted from most to
/// least trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactOrigin {
    /// A `[[service]]` table in the user's configuration of Portolan.
    Configuration,
    /// A label or tag of the running service.
    Running,
    /// A catalogue file in a repository.
    CatalogueFile,
    /// The repository in which the service is built or catalogued.
    Repository,
    /// A CODEOWNERS rule for the service's folder.
    CodeOwners,
    /// A README of the repository.
    Readme,
}

impl FactOrigin {
    /// Returns the name of the origin in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Running => "running",
            Self::CatalogueFile => "catalogue-file",
            Self::Repository => "repository",
            Self::CodeOwners => "code-owners",
            Self::Readme => "readme",
        }
    }
}

/// Values that mean that a field is not filled in yet, or that say only yes or no.
const PLACEHOLDER_VALUES: &[&str] = &[
    "tbd",
    "todo",
    "fixme",
    "unknown",
    "none",
    "n/a",
    "changeme",
    "change-me",
    "true",
    "false",
    "yes",
    "no",
];
/// Names of owners in templates, and names that mean nobody. `guests` is the owner in Backstage's examples.
const PLACEHOLDER_OWNERS: &[&str] = &[
    "guest",
    "guests",
    "unassigned",
    "unowned",
    "no-owner",
    "no-team",
    "nobody",
    "team-name",
    "your-team",
    "your-org",
    "my-team",
    "owner",
    "team",
];
/// Marks around a name that a template is to fill in, as in `${{ values.owner }}` and `<team>`.
const TEMPLATE_MARKS: &[(&str, &str)] = &[("{{", "}}"), ("${", "}"), ("<", ">")];
/// Users of operating systems and images, who own files rather than services.
const SYSTEM_USERS: &[&str] = &["root", "www-data", "nobody", "nogroup", "daemon", "nginx"];
/// Schemes of links that run code in a browser.
const SCRIPT_SCHEMES: &[&str] = &["javascript:", "data:", "vbscript:"];

impl ProfileFact {
    /// Returns a fact about `field` with the cleaned value of `raw`. Cleaning removes user information, query
    /// and fragment of URLs, and from an owner also a kind such as `group:` and the default namespace.
    /// Returns `None` if nothing is left, if the value contains a credential, if it is a placeholder, or if it
    /// is a link that runs code. Also returns `None` for the owner of a file, such as `1000:1000`, and for a
    /// [`ProfileField::Repository`] that is not the URL of a repository. Only in the user's own configuration
    /// may the repository be any text.
    #[must_use]
    pub fn new(
        field: ProfileField,
        raw: &str,
        origin: FactOrigin,
        location: impl Into<Text>,
    ) -> Option<Self> {
        if is_placeholder(raw.trim()) || is_script(raw.trim()) {
            return None;
        }
        let is_webhook = webhook::is_webhook(raw.trim());
        let repository =
            if field == ProfileField::Repository && !is_webhook { RepositoryUrl::parse(raw) } else { None };
        let value = match (field, repository) {
            (_, Some(url)) => Text::new(&url.to_string()),
            (ProfileField::Repository, None) if origin != FactOrigin::Configuration => return None,
            (ProfileField::Owner, _) if is_no_team(owner_name(raw.trim())) => return None,
            (ProfileField::Owner, _) => clean_value(field, owner_name(raw.trim()))?,
            _ => clean_value(field, raw)?,
        };
        Some(Self { field, value, origin, location: location.into(), changed: None })
    }

    /// Returns true if the value is a mail address, which is more useful to people than a team's name.
    #[must_use]
    pub fn is_mail_address(&self) -> bool {
        self.value.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.'))
    }

    /// Returns true if both facts mean the same. Both must be about the same field. For example,
    /// `group:default/checkout`, `@acme/checkout` and `checkout@acme.example` are one owner.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        match self.field {
            ProfileField::Owner => owner_keys(&self.value) == owner_keys(&other.value),
            ProfileField::Repository => {
                match (RepositoryUrl::parse(&self.value), RepositoryUrl::parse(&other.value)) {
                    (Some(a), Some(b)) => a.is_same(&b),
                    _ => self.value == other.value,
                }
            }
            ProfileField::Commit => {
                let (a, b) = (self.value.as_str(), other.value.as_str());
                a.starts_with(b) || b.starts_with(a)
            }
            _ => self.value.to_lowercase() == other.value.to_lowercase(),
        }
    }
}

/// Returns true if `value` is a placeholder, or if a template is yet to fill in a part of it.
fn is_placeholder(value: &str) -> bool {
    let is_template = |(start, end): &(&str, &str)| {
        value.find(start).is_some_and(|at| value[at..].contains(end)) && !value.contains(' ')
            || value.starts_with(start) && value.ends_with(end)
    };
    PLACEHOLDER_VALUES.iter().any(|word| value.eq_ignore_ascii_case(word))
        || TEMPLATE_MARKS.iter().any(is_template)
}

fn is_script(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    SCRIPT_SCHEMES.iter().any(|scheme| value.starts_with(scheme))
}

/// Returns true if `owner` names no team and no person: it is the name in a template, means nobody, or is a
/// user of an operating system, with or without a group, as in `www-data:www-data` and `1000:1000`.
fn is_no_team(owner: &str) -> bool {
    let plain = owner.trim_start_matches('@').to_lowercase();
    let name = plain.rsplit('/').next().unwrap_or_default().replace([' ', '_'], "-");
    let is_system_user = |name: &str| SYSTEM_USERS.contains(&name) || !name.contains(char::is_alphabetic);
    let is_of_file = match plain.split_once(':') {
        Some((user, group)) => user == group || is_system_user(user) || is_system_user(group),
        None => is_system_user(&plain),
    };
    is_of_file || PLACEHOLDER_OWNERS.contains(&name.as_str())
}

/// Returns the name in a reference to an owner, without the kind and the default namespace
/// (<https://backstage.io/docs/features/software-catalog/references>).
fn owner_name(raw: &str) -> &str {
    let kinds = ["group:", "user:", "team:"];
    let without_kind = |kind: &&str| {
        raw.get(..kind.len()).filter(|start| start.eq_ignore_ascii_case(kind)).map(|_| &raw[kind.len()..])
    };
    let name = kinds.iter().find_map(without_kind).unwrap_or(raw).trim();
    name.strip_prefix("default/").unwrap_or(name)
}

/// Returns the comparison keys of all owners in a list, such as `@acme/checkout, @acme/payments`.
fn owner_keys(owners: &str) -> BTreeSet<String> {
    owners.split([',', ';']).map(owner_key).filter(|key| !key.is_empty()).collect()
}

/// Returns the key by which owners are compared: the name in lower case, without the organisation, the mail
/// domain and the words `team` and `squad`.
fn owner_key(owner: &str) -> String {
    let owner = owner.trim().to_lowercase();
    let name = owner.trim_start_matches('@');
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.split('@').next().unwrap_or(name);
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.filter(|word| !matches!(*word, "team" | "squad")).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::{FactOrigin, ProfileFact};
    use crate::model::ProfileField;

    fn fact(field: ProfileField, raw: &str) -> ProfileFact {
        ProfileFact::new(field, raw, FactOrigin::Running, "label x").unwrap()
    }

    #[test]
    fn spellings_of_one_owner_agree() {
        let first = fact(ProfileField::Owner, "group:default/checkout");
        assert_eq!(first.value, "checkout");
        for other in ["@acme/checkout", "checkout@acme.example", "Team Checkout", "checkout-team", "checkout"]
        {
            assert!(first.agrees_with(&fact(ProfileField::Owner, other)), "{other}");
        }
        assert!(!first.agrees_with(&fact(ProfileField::Owner, "payments")));
    }

    #[test]
    fn a_placeholder_is_no_fact() {
        for raw in ["TBD", " todo ", "Unknown", "N/A"] {
            assert_eq!(
                ProfileFact::new(ProfileField::Owner, raw, FactOrigin::CatalogueFile, "x"),
                None,
                "{raw}"
            );
        }
        for raw in [
            "guests",
            "user:guest",
            "@your-org/your-team",
            "unassigned",
            "no-owner",
            "Team Name",
            "${{ values.owner }}",
            "<team>",
            "@acme/${TEAM}",
            "-",
            "www-data:www-data",
            "root",
            "1000:1000",
            "app:root",
            "true",
        ] {
            let made = ProfileFact::new(ProfileField::Owner, raw, FactOrigin::CatalogueFile, "x");
            assert_eq!(made, None, "{raw}");
        }
        assert_eq!(fact(ProfileField::Owner, "todo-app-team").value, "todo-app-team");
        assert_eq!(fact(ProfileField::Owner, "Group:default/tugs").value, "tugs");
        assert_eq!(fact(ProfileField::Owner, "core/root-causes").value, "core/root-causes");
    }

    #[test]
    fn a_link_that_runs_code_is_no_fact() {
        for raw in ["javascript:alert(1)//https://x.example/", "DATA:text/html;base64,AAAA", "vbscript://x"] {
            assert_eq!(ProfileFact::new(ProfileField::Runbook, raw, FactOrigin::Running, "x"), None, "{raw}");
        }
    }

    #[test]
    fn all_of_several_owners_count() {
        let both = fact(ProfileField::Owner, "@acme/checkout, @acme/payments");
        assert!(both.agrees_with(&fact(ProfileField::Owner, "payments; checkout-team")));
        for other in ["payments", "checkout", "checkout, orders", "orders, payments"] {
            assert!(!both.agrees_with(&fact(ProfileField::Owner, other)), "{other}");
        }
    }

    #[test]
    fn a_url_keeps_no_secret_and_no_text_keeps_an_escape() {
        let link = fact(ProfileField::Dashboard, "https://me:s3cret@grafana.example/d/1?token=s3cret#x");
        assert_eq!(link.value, "https://grafana.example/d/1");
        assert_eq!(fact(ProfileField::Owner, "a\u{1b}[2Jb\u{202e}c").value, "abc");
        assert_eq!(ProfileFact::new(ProfileField::Owner, " \u{1b}[2J ", FactOrigin::Running, "x"), None);
        let hook = "https://hooks.slack.com/services/T00000000/B00000000/s3cret";
        assert_eq!(ProfileFact::new(ProfileField::Repository, hook, FactOrigin::Running, "x"), None);
        let repository = fact(ProfileField::Repository, "https://x:ghp_1@github.com/acme/shop.git");
        assert_eq!(repository.value, "https://github.com/acme/shop");
    }
}
