//! Repositories of source code, by their URLs in the forms that git, labels and tags use.

use crate::model::{CodeHost, DisplayUrl, ImageRegistry, Text};
use std::fmt;

/// Hosts that other tools assume for a repository's path without a host, such as `acme/shop`.
const DEFAULT_HOSTS: &[&str] = &["github.com", "gitlab.com"];

/// Hosts for git over ssh through a firewall, with the host of the web pages (GitHub, "Using SSH over the HTTPS
/// port", and the same of GitLab and Bitbucket).
const SSH_HOSTS: &[(&str, &str)] = &[
    ("ssh.github.com", "github.com"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("altssh.bitbucket.org", "bitbucket.org"),
];
/// Hosts for which people set up aliases in their configuration of ssh, such as `github.com-work`.
const ALIASED_HOSTS: &[&str] = &["github.com", "gitlab.com", "bitbucket.org"];
/// Port of Bitbucket Data Center for ssh. The paths of its web pages differ from those of its ssh URLs.
const BITBUCKET_SSH_PORT: &str = "7999";
/// First segments of paths on GitHub that are no organisation.
const GITHUB_PAGES: &[&str] =
    &["orgs", "users", "settings", "apps", "features", "marketplace", "sponsors", "topics"];
/// Segments that begin a page of a repository, such as a folder or a list of releases. They follow the
/// organisation and the name.
const PAGE_SEGMENTS: &[&str] = &[
    "-",
    "",
    "tree",
    "blob",
    "raw",
    "blame",
    "commit",
    "commits",
    "releases",
    "browse",
    "issues",
    "wiki",
    "wikis",
    "actions",
    "pull",
    "pulls",
    "pipelines",
    "merge_requests",
];
/// Segments that follow `src` in URLs of folders on hosts other than the known ones.
const SOURCE_SEGMENTS: &[&str] = &["branch", "commit", "tag", "master", "main"];

/// URL of a source code repository: the host, if known, and the path on it. User information and query are
/// left out, because they may hold a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryUrl {
    host: Option<Text>,
    path: Text,
}

impl RepositoryUrl {
    /// Parses an `http`, `https`, `ssh` or `git` URL, `git@host:path`, `host.example/organisation/name` or
    /// `organisation/name`. Returns `None` for other text, such as a path in a file system, an organisation
    /// without a name, or an image in a registry. Leaves out a page that follows the repository, as in
    /// `/tree/main`, and a folder after `//` (Terraform module sources). Leaves out the port of an `ssh` or
    /// `git` URL too, because the host's web pages have another port.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let (repository, _) = Self::with_page(raw)?;
        Some(repository)
    }

    /// Parses a link to a repository or to a folder in it. Returns `None` for a link to another page of the
    /// repository, such as its issues.
    #[must_use]
    pub fn parse_link(raw: &str) -> Option<Self> {
        let (repository, page) = Self::with_page(raw)?;
        let mut page = page.iter().map(String::as_str).filter(|segment| !matches!(*segment, "-" | ""));
        page.next().is_none_or(|first| matches!(first, "tree" | "src" | "browse")).then_some(repository)
    }

    /// Returns the repository that `raw` names, and the segments of the page that follows it.
    fn with_page(raw: &str) -> Option<(Self, Vec<String>)> {
        let raw = raw.trim();
        let raw = raw.strip_prefix("git+").or_else(|| raw.strip_prefix("url:")).unwrap_or(raw);
        // A path in a file system says nothing to people at other machines.
        if raw.starts_with(['/', '.', '~']) {
            return None;
        }
        // [`DisplayUrl`] removes the user information and the query. A path with `@` may be a password.
        let shown = if raw.contains("://") { DisplayUrl::new(raw).to_string() } else { raw.to_owned() };
        let raw = shown.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = host_and_path(raw)?;
        let host = host.map(|host| web_host(&host.to_lowercase()));
        let ends_with_git = path.trim_end_matches('/').to_ascii_lowercase().ends_with(".git");
        let (path, page) = split_page(host.as_deref(), path)?;
        let (host, path) = azure_web_place(host.as_deref(), &path).unwrap_or((host, path));
        let segments = path.split('/').filter(|segment| !segment.is_empty()).count();
        // Azure DevOps has project names with spaces, which a URL encodes by `%`.
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./~:%".contains(c));
        let known_host = host.as_deref().is_none_or(|host| is_host(host) && is_plain(host));
        // A host of its own may have repositories without an organisation.
        let enough = segments >= 2 || host.is_some() && segments == 1 && ends_with_git;
        (enough && known_host && is_plain(&path))
            .then(|| (Self { host: host.map(Into::into), path: path.into() }, page))
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

    /// Returns the product that serves the repository's host.
    #[must_use]
    pub fn code_host(&self) -> CodeHost {
        self.host.as_deref().map(CodeHost::of_host).unwrap_or_default()
    }

    /// Returns the host; `None` if it is unknown.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Returns the URL of a file on GitHub, GitLab or Bitbucket Cloud. Returns `None` for other hosts. Blanks
    /// and other characters that have a meaning in a URL are encoded.
    #[must_use]
    pub fn file_url(&self, path: &str) -> Option<String> {
        let folder = match self.code_host() {
            CodeHost::GitHub => "blob",
            CodeHost::GitLab => "-/blob",
            CodeHost::Bitbucket => "src",
            CodeHost::Gitea | CodeHost::Unknown => return None,
        };
        let encoded = [("%", "%25"), (" ", "%20"), ("#", "%23"), ("?", "%3F")]
            .iter()
            .fold(path.to_owned(), |path, (plain, code)| path.replace(plain, code));
        Some(format!("{self}/{folder}/HEAD/{encoded}"))
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

/// Splits a URL without query into host and path. The host is `None` for a path such as `acme/shop`. Returns
/// `None` for a URL with another scheme, and for an ssh URL of Bitbucket Data Center.
fn host_and_path(raw: &str) -> Option<(Option<&str>, &str)> {
    if let Some((scheme, rest)) = raw.split_once("://") {
        let (host, path) = rest.split_once('/')?;
        return match scheme {
            "http" | "https" => Some((Some(host), path)),
            "ssh" | "git" => {
                let (host, port) = host.rsplit_once(':').unwrap_or((host, ""));
                (port != BITBUCKET_SSH_PORT).then_some((Some(host), path))
            }
            _ => None,
        };
    }
    // The short form of git for ssh: `git@host:organisation/name.git`.
    if let Some((host, path)) = raw.split_once(':') {
        return Some((Some(without_user(host)), path));
    }
    Some(match raw.split_once('/') {
        Some((host, path)) if host.contains('.') && path.contains('/') => (Some(host), path),
        _ => (None, raw),
    })
}

/// Returns the host of the web pages for `host`, which may be a host for ssh only, or an alias in somebody's
/// configuration of ssh.
fn web_host(host: &str) -> String {
    let ssh = SSH_HOSTS.iter().find(|(ssh, _)| *ssh == host).map(|(_, web)| *web);
    let is_alias = |known: &&&str| host.strip_prefix(**known).is_some_and(|rest| rest.starts_with('-'));
    let alias = ALIASED_HOSTS.iter().find(is_alias).filter(|_| !has_top_level_domain(host)).copied();
    ssh.or(alias).unwrap_or(host).to_owned()
}

/// Returns true if `text` looks like a host of source code: it has a dot or a port, or is `localhost`, and it
/// is no registry of images.
fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let is_known = host.contains('.') && has_top_level_domain(host);
    let is_image_host =
        ImageRegistry::of_host(host).is_some() && CodeHost::of_host(host) == CodeHost::Unknown;
    port.is_none_or(is_port) && (is_known || port.is_some() || host == "localhost") && !is_image_host
}

/// Returns true if the last part of `host` has only letters or only digits, as that of a name or of an IP
/// address. A part such as `com-work` belongs to an alias in a configuration of ssh.
fn has_top_level_domain(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    !last.is_empty()
        && (last.bytes().all(|b| b.is_ascii_alphabetic())
            || last.bytes().all(|b| b.is_ascii_digit())
            || last.starts_with("xn--"))
}

/// Returns the host and path of an Azure DevOps repository's web pages, from the host and path of its ssh
/// URL. The ssh path is `v3/ORGANISATION/PROJECT/NAME` (Microsoft, "Use SSH key authentication"). Returns
/// `None` for any other URL.
fn azure_web_place(host: Option<&str>, path: &str) -> Option<(Option<String>, String)> {
    let is_ssh = ["ssh.dev.azure.com", "vs-ssh.visualstudio.com"].contains(&host?);
    let [organisation, project, name] = path.strip_prefix("v3/")?.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    is_ssh.then(|| (Some("dev.azure.com".to_owned()), format!("{organisation}/{project}/_git/{name}")))
}

/// Returns `authority` without the user before the host.
fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Splits a path after the repository: returns the path of the repository without `.git`, and the segments of
/// the page that follows it. Returns `None` if the path leads to no repository, such as that of an
/// organisation on GitHub, or a path of Bitbucket Data Center, whose pages have other paths.
fn split_page(host: Option<&str>, path: &str) -> Option<(String, Vec<String>)> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let product = host.map(CodeHost::of_host).unwrap_or_default();
    let is_page = |index: usize| {
        PAGE_SEGMENTS.contains(&segments[index])
            || segments[index] == "src"
                && segments.get(index + 1).is_some_and(|next| SOURCE_SEGMENTS.contains(next))
    };
    let end = if product.has_flat_paths() {
        2
    } else {
        (2..segments.len()).find(|index| is_page(*index)).unwrap_or(segments.len())
    };
    let first = segments[0];
    let is_data_center =
        host.is_some() && product == CodeHost::Unknown && first == "scm" && segments.len() == 3;
    let is_github_page = product == CodeHost::GitHub && GITHUB_PAGES.contains(&first);
    let is_azure_project = host == Some("dev.azure.com") && !segments.contains(&"_git");
    if is_data_center || is_github_page || is_azure_project {
        return None;
    }
    let (repository, page) = segments.split_at(end.min(segments.len()));
    let repository = repository.join("/");
    let repository = repository.strip_suffix(".git").unwrap_or(&repository);
    Some((repository.to_owned(), page.iter().map(|segment| (*segment).to_owned()).collect()))
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
mod tests;
