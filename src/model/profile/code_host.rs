//! Hosts of source code, such as GitHub, which differ in the CODEOWNERS files that they read and in the URLs
//! of their pages.

/// Words in the names of hosts, with the product that serves such a host. A company's own host usually has the
/// name of the product in it, as in `gitlab.acme.example`.
const HOST_WORDS: &[(&str, CodeHost)] = &[
    ("github", CodeHost::GitHub),
    ("gitlab", CodeHost::GitLab),
    ("bitbucket.org", CodeHost::Bitbucket),
    ("codeberg.org", CodeHost::Gitea),
    ("gitea", CodeHost::Gitea),
    ("forgejo", CodeHost::Gitea),
];

/// The product that serves a host of source code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeHost {
    /// GitHub, also GitHub Enterprise.
    GitHub,
    /// GitLab, also a team's own.
    GitLab,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Gitea or Forgejo.
    Gitea,
    /// Another product, or no known host.
    #[default]
    Unknown,
}

impl CodeHost {
    /// Returns the product that serves `host`, judged by the name of the host.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let known = HOST_WORDS.iter().find(|(word, _)| host.contains(word));
        known.map_or(Self::Unknown, |(_, product)| *product)
    }

    /// Returns true if a repository is always the first two segments of a path on this host. On GitLab,
    /// groups may contain groups.
    #[must_use]
    pub fn has_flat_paths(self) -> bool {
        matches!(self, Self::GitHub | Self::Bitbucket | Self::Gitea)
    }
}

#[cfg(test)]
mod tests {
    use super::CodeHost;

    #[test]
    fn the_name_of_a_host_shows_its_product() {
        for (host, expected) in [
            ("github.acme.example", CodeHost::GitHub),
            ("gitlab.com", CodeHost::GitLab),
            ("bitbucket.org", CodeHost::Bitbucket),
            ("bitbucket.acme.example", CodeHost::Unknown),
            ("codeberg.org", CodeHost::Gitea),
            ("git.acme.example", CodeHost::Unknown),
        ] {
            assert_eq!(CodeHost::of_host(host), expected, "{host}");
        }
    }
}
