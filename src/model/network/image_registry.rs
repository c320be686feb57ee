//! Registries of container images, by host: public ones, on which strangers publish images too, and those of a
//! cloud account or a company.

/// Hosts of public registries.
const PUBLIC_HOSTS: &[&str] = &[
    "docker.io",
    "hub.docker.com",
    "ghcr.io",
    "gcr.io",
    "lscr.io",
    "quay.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "nvcr.io",
    "docker.elastic.co",
    "registry.gitlab.com",
    "codeberg.org",
];
/// Ends of the hosts of public registries that have several hosts.
const PUBLIC_HOST_ENDS: &[&str] = &[".docker.io", ".gcr.io", ".k8s.io", ".redhat.com"];
/// Ends of the hosts of registries in a cloud account: Amazon ECR, Azure and Google Cloud.
const ACCOUNT_HOST_ENDS: &[&str] = &[".amazonaws.com", ".azurecr.io", ".pkg.dev"];
/// Start of the hosts of AWS `CodeCommit`, which has source code and no images.
const CODE_COMMIT_START: &str = "git-codecommit.";
/// Starts of host names that companies give to their own registries.
const OWN_HOST_STARTS: &[&str] = &["registry.", "docker.", "harbor.", "cr."];

/// Owners of a registry of container images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageRegistry {
    /// Everyone publishes there, so the organisation in the path of an image shows its maker.
    Public,
    /// A cloud account. Its images are those that the account runs.
    Account,
    /// A company, judged by a name such as `registry.acme.example`.
    Own,
}

impl ImageRegistry {
    /// Returns the kind of registry on `host`, or `None` if `host` is not known to be a registry. Ignores a
    /// port.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        let host = host.split(':').next().unwrap_or_default().to_lowercase();
        let ends = |known: &[&str]| known.iter().any(|end| host.ends_with(end));
        if PUBLIC_HOSTS.contains(&host.as_str()) || ends(PUBLIC_HOST_ENDS) {
            Some(Self::Public)
        } else if ends(ACCOUNT_HOST_ENDS) && !host.starts_with(CODE_COMMIT_START) {
            Some(Self::Account)
        } else {
            OWN_HOST_STARTS.iter().any(|start| host.starts_with(start)).then_some(Self::Own)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ImageRegistry::{self, Account, Own, Public};

    #[test]
    fn the_host_shows_who_owns_a_registry() {
        for (host, expected) in [
            ("ghcr.io", Some(Public)),
            ("index.docker.io", Some(Public)),
            ("1.dkr.ecr.eu-west-1.amazonaws.com", Some(Account)),
            ("git-codecommit.eu-west-1.amazonaws.com", None),
            ("registry.acme.example:5000", Some(Own)),
            ("github.com", None),
            ("git.acme.example", None),
        ] {
            assert_eq!(ImageRegistry::of_host(host), expected, "{host}");
        }
    }
}
