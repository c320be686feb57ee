//! Fields of links in catalogue files, judged by the kind, the title and the URL of each link.

use crate::model::{CodeHost, ProfileField, RepositoryUrl};

/// Words in the kinds and titles of links, with the profile field that they mean. If several rows match, the
/// first one counts. A row matches whole words, because `Docker`, `inspector` and `capital` are none of them.
const LINK_WORDS: &[(ProfileField, &[&str])] = &[
    (ProfileField::Runbook, &["runbook", "runbooks", "playbook", "playbooks", "run book"]),
    (ProfileField::Dashboard, &["dashboard", "dashboards", "grafana", "metrics", "monitor", "monitoring"]),
    (ProfileField::Chat, &["slack", "chat", "teams", "discord", "mattermost"]),
    (ProfileField::OnCall, &["on call", "oncall", "pagerduty", "opsgenie"]),
    (
        ProfileField::Documentation,
        &[
            "doc",
            "docs",
            "document",
            "documents",
            "documentation",
            "wiki",
            "guide",
            "guides",
            "confluence",
            "notion",
            "handbook",
            "readme",
            "techdocs",
            "architecture",
            "adr",
            "adrs",
            "reference",
            "spec",
            "specification",
            "user manual",
            "operations manual",
        ],
    ),
];
/// Title that means a repository only if it has no other words: `Code quality` is none.
const CODE_TITLE: &str = " code ";
/// Words for a repository.
const REPOSITORY_WORDS: &[&str] = &["repo", "repos", "repository", "repositories", "source", "sources"];
/// Names of hosts of code. In a title, they mean a repository only if the URL is on such a host.
const HOST_WORDS: &[&str] = &["github", "gitlab", "bitbucket", "codeberg", "gitea", "forgejo"];
/// Starts of words for a repository without the code of a service, such as one with deployment files.
const OTHER_REPOSITORY_WORDS: &[&str] = &[
    "deploy",
    "helm",
    "chart",
    "kube",
    "k8s",
    "infra",
    "terraform",
    "gitops",
    "manifest",
    "config",
    "coverage",
];

/// Returns the profile field of a link. `kind` has its kind and title, such as `Grafana dashboard`. Returns
/// `None` if the link belongs to no field, such as one titled `errors` or one to a list of issues.
pub(super) fn link_field(kind: &str, url: &str) -> Option<ProfileField> {
    let words = words(kind);
    let has = |known: &&str| words.contains(&format!(" {known} "));
    if is_repository_link(&words, url) {
        return Some(ProfileField::Repository);
    }
    let of_words = LINK_WORDS.iter().find(|(_, known)| known.iter().any(has));
    // A relative path in a repository leads nowhere outside it.
    of_words.map(|(field, _)| *field).filter(|_| url.contains("://"))
}

/// Returns true if the words of a link mean a repository that does not contain the code of the service, such
/// as one with deployment files.
pub(super) fn is_of_deployment(kind: &str) -> bool {
    let words = words(kind);
    OTHER_REPOSITORY_WORDS.iter().any(|start| words.contains(&format!(" {start}")))
}

/// Returns true if the link leads to a repository or a folder in it, and its words say so.
fn is_repository_link(words: &str, url: &str) -> bool {
    let Some(repository) = RepositoryUrl::parse_link(url) else { return false };
    let has = |known: &[&str]| known.iter().any(|word| words.contains(&format!(" {word} ")));
    has(REPOSITORY_WORDS)
        || has(HOST_WORDS) && repository.code_host() != CodeHost::Unknown
        || words == CODE_TITLE
}

/// Returns the words of `text` in lower case, with one blank around each.
fn words(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::{is_of_deployment, link_field};
    use crate::model::ProfileField;

    #[test]
    fn words_and_url_of_a_link_decide_its_field() {
        let shop = "https://github.com/acme/shop";
        for (kind, url, expected) in [
            ("Runbook", "https://wiki.example/x", Some(ProfileField::Runbook)),
            ("dashboard Board", "https://grafana.example/d/1", Some(ProfileField::Dashboard)),
            ("On-call", "https://acme.example/rota", Some(ProfileField::OnCall)),
            ("Source", shop, Some(ProfileField::Repository)),
            ("Source", "https://github.com/acme/shop/tree/main/web", Some(ProfileField::Repository)),
            ("Code", shop, Some(ProfileField::Repository)),
            ("GitHub", shop, Some(ProfileField::Repository)),
            ("repo", "acme/shop", Some(ProfileField::Repository)),
            ("Code quality", shop, None),
            ("Discount code admin", "https://admin.example/a/codes", None),
            ("GitHub Actions", "https://github.com/acme/shop/actions", None),
            ("GitLab Pipelines", "https://gitlab.com/acme/shop/-/pipelines", None),
            ("GitHub Packages", "https://github.com/orgs/acme/packages", None),
            ("VS Code Workspace", "https://vscode.dev/github/acme/shop", None),
            ("GitHub Wiki", "https://github.com/acme/shop/wiki", Some(ProfileField::Documentation)),
            ("API docs", "https://docs.example/api", Some(ProfileField::Documentation)),
            ("doc", "docs/README.md", None),
            ("Docker image", "https://hub.docker.com/r/acme/shop", None),
            ("API endpoint", "https://api.acme.example/", None),
            ("Capital One portal", "https://p.example/", None),
            ("Security inspector", "https://sec.example/", None),
            ("Manual deploy", "https://ci.example/deploy", None),
            ("Figma design", "https://figma.com/file/x", None),
        ] {
            assert_eq!(link_field(kind, url), expected, "{kind} {url}");
        }
        assert!(is_of_deployment("repo Deployment") && !is_of_deployment("repo Source"));
    }
}
