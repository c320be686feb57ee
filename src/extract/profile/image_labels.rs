//! Check whether the labels of a container describe its own image. An image inherits the labels of its base
//! image, and an engine reports the labels of both as labels of the container.

use crate::model::{ImageRef, ProfileField, RepositoryUrl, name_key};
use std::collections::BTreeMap;

/// Labels of an image, with the profile field that each states: annotations of the OCI image specification,
/// and the older labels of label-schema.org.
pub(super) const IMAGE_LABELS: &[(&str, ProfileField)] = &[
    ("org.opencontainers.image.source", ProfileField::Repository),
    ("org.opencontainers.image.documentation", ProfileField::Documentation),
    ("org.opencontainers.image.description", ProfileField::Description),
    ("org.opencontainers.image.revision", ProfileField::Commit),
    ("org.label-schema.vcs-url", ProfileField::Repository),
    ("org.label-schema.usage", ProfileField::Documentation),
    ("org.label-schema.description", ProfileField::Description),
    ("org.label-schema.vcs-ref", ProfileField::Commit),
];

/// Image labels that state the repository.
const REPOSITORY_LABELS: &[&str] = &["org.opencontainers.image.source", "org.label-schema.vcs-url"];

/// Image labels without a prefix that public base images set, such as those of Red Hat.
const PLAIN_IMAGE_LABELS: &[&str] = &["description", "documentation", "docs"];

/// Returns true if `label` may come from the image rather than from the container's configuration.
pub(super) fn may_be_of_image(label: &str) -> bool {
    IMAGE_LABELS.iter().any(|(known, _)| *known == label)
        || PLAIN_IMAGE_LABELS.iter().any(|known| known.eq_ignore_ascii_case(label))
}

/// Returns true if the labels describe `image` itself rather than its base image. They do if the repository
/// that they name belongs to an organisation in the image's path. They also do if the repository has the same
/// name as the image, alone or with the folders of its path. That name must have several words, because a
/// single word, such as `redis`, may be the name of a product.
pub(super) fn are_about_image(labels: &BTreeMap<&str, &str>, image: &str) -> bool {
    let repository = REPOSITORY_LABELS.iter().find_map(|label| RepositoryUrl::parse(labels.get(label)?));
    let Some(repository) = repository else { return false };
    let path: Vec<String> = ImageRef::parse(image).path.split('/').map(name_key).collect();
    let Some((name, folders)) = path.split_last() else { return false };
    let organisation = repository.segments().next().map(name_key);
    let repository = name_key(repository.name());
    let is_same_name = repository.contains('-') && (*name == repository || path.join("-") == repository);
    is_same_name || folders.iter().any(|folder| Some(folder) == organisation.as_ref())
}

#[cfg(test)]
mod tests {
    use super::are_about_image;

    #[test]
    fn an_organisation_or_a_whole_name_ties_labels_to_the_image() {
        for (image, source, expected) in [
            ("ghcr.io/acme/orders:1", "https://github.com/acme/shop", true),
            ("ghcr.io/Acme/orders:1", "git@github.com:acme/shop.git", true),
            ("registry.acme.example:5000/acme/orders", "https://github.com/acme/shop", true),
            ("shop-web", "https://github.com/acme/shop-web", true),
            ("1.dkr.ecr.eu-west-1.amazonaws.com/shop/web:4", "https://github.com/acme/shop-web", true),
            ("nginxinc/nginx-unprivileged:1", "https://github.com/nginxinc/docker-nginx-unprivileged", true),
            ("ghcr.io/acme/nginx", "https://github.com/nginx/nginx", false),
            ("acme/nginx-proxy", "https://github.com/nginx/docker-nginx", false),
            ("acme-shop/web", "https://github.com/acme/base", false),
            ("1.dkr.ecr.eu-west-1.amazonaws.com/redis", "https://github.com/redis/redis", false),
            ("shop-web", "https://github.com/web-shop/web", false),
            ("sha256:8f62819f445c", "https://github.com/acme/shop", false),
            ("ghcr.io/acme/orders", "somewhere", false),
        ] {
            let labels = [("org.opencontainers.image.source", source)].into_iter().collect();
            assert_eq!(are_about_image(&labels, image), expected, "{image} {source}");
        }
    }
}
