//! Support for a match by name: evidence in the images of a service that it may be the one that a catalogue
//! lists. A stranger's program, such as `ghcr.io/goauthentik/server`, often runs under a plain name, such as
//! `auth`, which a team's catalogue lists too.

use crate::model::{CatalogueEntity, Checkout, ImageRef, ImageRegistry, RepositoryUrl, Service, name_key};

/// Minimum number of characters of a word that two host names share, such as `acme` in
/// `registry.acme.example` and `git.acme.example`.
const MIN_SHARED_WORD_CHARS: usize = 3;
/// Words in host names that unrelated companies share.
const COMMON_HOST_WORDS: &[&str] = &[
    "bitbucket",
    "cloud",
    "com",
    "container",
    "containers",
    "dev",
    "docker",
    "example",
    "git",
    "github",
    "gitlab",
    "harbor",
    "hub",
    "images",
    "internal",
    "local",
    "net",
    "org",
    "registry",
];

/// Returns true if the images of `service` agree with the repository of `checkout`, so that the name of
/// `entity` is enough for a match. One image of the repository's owner is enough. Without one, no image may
/// be that of a stranger.
pub(super) fn images_agree(service: &Service, checkout: &Checkout, entity: &CatalogueEntity) -> bool {
    let images: Vec<&str> = service.images().collect();
    let remote = checkout.remote.as_ref();
    let is_of_owner = |image: &&str| remote.is_some_and(|remote| has_folder_of(image, remote));
    images.iter().any(is_of_owner) || images.iter().all(|image| may_be_own(image, remote, entity))
}

/// Returns true if a folder in the path of `image` is a folder of the repository's path, as in
/// `ghcr.io/acme/orders` and `github.com/acme/shop`.
fn has_folder_of(image: &str, remote: &RepositoryUrl) -> bool {
    let folders = |path: &str| -> Vec<String> {
        path.rsplit_once('/')
            .map(|(folders, _)| folders.split('/').map(name_key).collect())
            .unwrap_or_default()
    };
    let owners = folders(remote.path());
    folders(ImageRef::parse(image).path).iter().any(|folder| owners.contains(folder))
}

/// Returns true if `image` may be the team's own, because its registry is that of a cloud account or of the
/// company. With another private registry, or without a registry and organisation, the image must have the name
/// of `entity`.
fn may_be_own(image: &str, remote: Option<&RepositoryUrl>, entity: &CatalogueEntity) -> bool {
    let image = ImageRef::parse(image);
    if image.path.is_empty() {
        return true;
    }
    let host = image.name.strip_suffix(image.path).map(|host| host.trim_end_matches('/')).unwrap_or_default();
    let host = host.strip_suffix("/library").unwrap_or(host);
    let has_entity_name = || {
        let words = name_key(image.short_name());
        let names = std::iter::once(&entity.name).chain(&entity.aliases).map(|name| name_key(name));
        names.into_iter().any(|name| words == name || words.ends_with(&format!("-{name}")))
    };
    match ImageRegistry::of_host(host) {
        _ if host.is_empty() || host == "library" => !image.path.contains('/') && has_entity_name(),
        Some(ImageRegistry::Public) => false,
        Some(ImageRegistry::Account) => true,
        Some(ImageRegistry::Own) | None => {
            has_entity_name() || remote.is_some_and(|remote| shares_word(host, remote))
        }
    }
}

/// Returns true if a word of the registry's host name is also one of the host or the owner of the repository,
/// as in `registry.acme.example` and `github.com/acme/shop`.
fn shares_word(host: &str, remote: &RepositoryUrl) -> bool {
    let host = host.split(':').next().unwrap_or_default();
    let of_remote = remote.host().unwrap_or_default().split('.').chain(remote.segments().take(1));
    let of_remote: Vec<String> = of_remote.map(str::to_lowercase).collect();
    let mut words = host.split('.').map(str::to_lowercase);
    words.any(|word| {
        word.chars().count() >= MIN_SHARED_WORD_CHARS
            && !COMMON_HOST_WORDS.contains(&word.as_str())
            && of_remote.contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use super::{has_folder_of, may_be_own};
    use crate::model::{CatalogueEntity, EntityKind, RepositoryUrl, Text};

    fn entity(name: &str) -> CatalogueEntity {
        CatalogueEntity {
            name: name.into(),
            aliases: Vec::new(),
            kind: EntityKind::Service,
            facts: Vec::new(),
            depends_on: Vec::new(),
            provides: Vec::new(),
            consumes: Vec::new(),
            folder: Text::default(),
            file: Text::default(),
        }
    }

    #[test]
    fn an_image_shows_whose_it_is() {
        let remote = RepositoryUrl::parse("https://github.com/acme/shop").unwrap();
        for (image, expected) in [
            ("ghcr.io/acme/auth", true),
            ("acme/auth:2", true),
            ("ghcr.io/goauthentik/server:2024.6", false),
            ("searxng/searxng", false),
            ("lscr.io/linuxserver/heimdall", false),
            ("nextcloud:29", false),
            ("auth", true),
            ("shop-auth", true),
            ("sha256:8f62819f445c", true),
            ("1.dkr.ecr.eu-west-1.amazonaws.com/identity:4", true),
            ("registry.acme.example:5000/identity", true),
            ("registry.acme.example/goauthentik/server", true),
            ("docker.n8n.io/n8nio/n8n", false),
            ("registry.other.example/auth", true),
        ] {
            let agrees = has_folder_of(image, &remote) || may_be_own(image, Some(&remote), &entity("auth"));
            assert_eq!(agrees, expected, "{image}");
        }
    }
}
