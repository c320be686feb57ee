//! Repositories of source code, by their URLs in the forms that git, labels and tags use.

use crate::model::{DisplayUrl, Text};
use std::fmt;

/// Hosts that other tools assume for a repository's path without a host, such as `acme/shop`.
const DEFAULT_HOSTS: &[&str] = &["github.com", "gitlab.com"];

/// URL of a source code repository: the host, if known, and the path on it. User information and query are
/// left out, because they may hold a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryUrl {
    host: Option<Text>,
    path: Text,
}

impl RepositoryUrl {
    /// Parses an `http`, `https`, `ssh` or `git` URL, `git@host:path`, `host.example/organisation/name` or
    /// `organisation/name`. Returns `None` for other text. Leaves out a branch or folder that follows the
    /// repository, as in `/tree/main` or after `//` (Terraform module sources). Leaves out the port of an
    /// `ssh` or `git` URL too, because the host's web pages have another port.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let raw = raw.strip_prefix("git+").or_else(|| raw.strip_prefix("url:")).unwrap_or(raw);
        // [`DisplayUrl`] removes the user information and the query. A path with `@` may be a password.
        let shown = if raw.contains("://") { DisplayUrl::new(raw).to_string() } else { raw.to_owned() };
        let raw = shown.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = match raw.split_once("://") {
            Some((scheme, rest)) => {
                if !matches!(scheme, "http" | "https" | "ssh" | "git") {
                    return None;
                }
                let (host, path) = rest.split_once('/')?;
                let is_web = matches!(scheme, "http" | "https");
                (Some(if is_web { host } else { without_port(host) }), path)
            }
            None => match raw.split_once(':') {
                // The short form of git for ssh: `git@host:organisation/name.git`.
                Some((host, path)) => (Some(without_user(host)), path),
                None => match raw.split_once('/') {
                    Some((host, path)) if host.contains('.') && path.contains('/') => (Some(host), path),
                    _ => (None, raw),
                },
            },
        };
        let path = repository_path(path);
        let (host, path) = host.and_then(|host| azure_web_place(host, &path)).unwrap_or((host, path));
        let segments = path.split('/').filter(|segment| !segment.is_empty()).count();
        // Azure DevOps has project names with spaces, which a URL encodes by `%`.
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./~:%".contains(c));
        let known_host = host.is_none_or(is_host);
        let enough = segments >= 2 || host.is_some() && segments == 1;
        (enough && known_host && is_plain(&path) && host.is_none_or(is_plain))
            .then(|| Self { host: host.map(|host| host.to_lowercase().into()), path: path.into() })
    }

    /// Returns true if both URLs name the same repository. If the host of one is unknown, it is enough that
    /// one path is the end of the other.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let (own, others) = (self.path.to_lowercase(), other.path.to_lowercase());
        match (&self.host, &other.host) {
            (Some(a), Some(b)) => a == b && own == others,
            _ => {
                own == others || own.ends_with(&format!("/{others}")) || others.ends_with(&format!("/{own}"))
            }
        }
    }

    /// Returns true if the repository may be on another host than its URL says: the URL has no host, or only
    /// one that a tool may have assumed for a path such as `acme/shop`.
    #[must_use]
    pub fn may_have_another_host(&self) -> bool {
        self.host.as_deref().is_none_or(|host| DEFAULT_HOSTS.contains(&host))
    }

    /// Returns the name of the repository: the last segment of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the path on the host, such as `organisation/name`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the URL of a file on GitHub, GitLab or Bitbucket. Returns `None` for other hosts.
    #[must_use]
    pub fn file_url(&self, path: &str) -> Option<String> {
        let host = self.host.as_deref()?;
        let hosts = [("github", "blob"), ("gitlab", "-/blob"), ("bitbucket", "src")];
        let (_, folder) = hosts.iter().find(|(known, _)| host.contains(known))?;
        Some(format!("{self}/{folder}/HEAD/{path}"))
    }

    /// Returns the segments of the path, such as organisation and name.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/')
    }

    /// Returns the URL of a commit on GitHub or GitLab. Returns `None` for other hosts, and if `commit` is
    /// not a commit hash.
    #[must_use]
    pub fn commit_url(&self, commit: &str) -> Option<String> {
        let host = self.host.as_deref()?;
        let folder = if host.contains("gitlab") { "-/commit" } else { "commit" };
        let is_known = host.contains("github") || host.contains("gitlab");
        let is_commit = (7..=64).contains(&commit.len()) && commit.chars().all(|c| c.is_ascii_hexdigit());
        (is_known && is_commit).then(|| format!("{self}/{folder}/{commit}"))
    }
}

/// Returns true if `text` looks like a host: it has a dot or a port, or is `localhost`.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    port.is_none_or(is_port) && (host.contains('.') || port.is_some() || host == "localhost")
}

/// Returns the host and path of an Azure DevOps repository's web pages, from the host and path of its ssh
/// URL. The ssh path is `v3/ORGANISATION/PROJECT/NAME` (Microsoft, "Use SSH key authentication"). Returns
/// `None` for any other URL.
fn azure_web_place(host: &str, path: &str) -> Option<(Option<&'static str>, String)> {
    let is_ssh = ["ssh.dev.azure.com", "vs-ssh.visualstudio.com"].contains(&host);
    let [organisation, project, name] = path.strip_prefix("v3/")?.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    is_ssh.then(|| (Some("dev.azure.com"), format!("{organisation}/{project}/_git/{name}")))
}

/// Returns `authority` without the port after the host.
fn without_port(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

/// Returns `authority` without the user before the host.
fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Returns the path of the repository itself, without `.git`, and without a folder or branch that follows it.
fn repository_path(path: &str) -> String {
    let path = path.trim_matches('/');
    let path = ["//", "/-/", "/tree/", "/blob/", "/src/branch/"]
        .iter()
        .filter_map(|mark| path.find(mark))
        .min()
        .map_or(path, |end| &path[..end]);
    let path = path.trim_matches('/');
    path.strip_suffix(".git").unwrap_or(path).to_owned()
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "https://{host}/{}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RepositoryUrl;

    #[test]
    fn each_form_gives_the_same_repository() {
        let same = RepositoryUrl::parse("https://github.com/acme/shop").unwrap();
        for raw in [
            "git@github.com:acme/shop.git",
            "ssh://git@github.com/acme/shop.git",
            "https://x-access-token:ghp_secret@github.com/acme/shop.git",
            "git+https://github.com/Acme/Shop",
            "https://github.com/acme/shop/tree/main/services/web",
            "https://github.com/acme/shop//services/web?ref=secret",
            "acme/shop",
        ] {
            let parsed = RepositoryUrl::parse(raw).unwrap();
            assert!(parsed.is_same(&same), "{raw}");
            assert!(!parsed.to_string().contains("secret"), "{raw}");
        }
        assert!(!RepositoryUrl::parse("gitlab.com/acme/shop").unwrap().is_same(&same));
        let azure = RepositoryUrl::parse("https://s3cret@dev.azure.com/acme/My%20Shop/_git/orders").unwrap();
        assert_eq!(azure.to_string(), "https://dev.azure.com/acme/My%20Shop/_git/orders");
        for raw in [
            "git@ssh.dev.azure.com:v3/acme/My%20Shop/orders",
            "acme@vs-ssh.visualstudio.com:v3/acme/My%20Shop/orders",
        ] {
            assert!(RepositoryUrl::parse(raw).unwrap().is_same(&azure), "{raw}");
        }
    }

    #[test]
    fn a_port_for_ssh_is_none_of_the_web_page() {
        let shown = |raw| RepositoryUrl::parse(raw).unwrap().to_string();
        assert_eq!(
            shown("ssh://git@git.acme.example:2222/acme/shop.git"),
            "https://git.acme.example/acme/shop"
        );
        assert_eq!(
            shown("https://git.acme.example:8443/acme/shop"),
            "https://git.acme.example:8443/acme/shop"
        );
    }

    #[test]
    fn other_text_is_no_repository() {
        for raw in [
            "",
            "shop",
            "our monorepo",
            "s3://bucket/key",
            "file:///srv/git/shop",
            "a b/c",
            "C:\\src\\shop",
            "https://me:s3/c?ret@git.example/acme/shop",
        ] {
            assert_eq!(RepositoryUrl::parse(raw), None, "{raw}");
        }
    }

    #[test]
    fn a_commit_has_a_page_on_known_hosts() {
        let url = |raw: &str| RepositoryUrl::parse(raw).unwrap().commit_url("0a11beef");
        assert_eq!(url("acme/shop"), None);
        assert_eq!(
            url("git@github.com:acme/shop.git").unwrap(),
            "https://github.com/acme/shop/commit/0a11beef"
        );
        assert_eq!(
            url("https://gitlab.acme.example/a/b/shop").unwrap(),
            "https://gitlab.acme.example/a/b/shop/-/commit/0a11beef"
        );
    }
}
