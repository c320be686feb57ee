//! Image references, split into parts: `registry/path:tag@digest`, where all parts but the path are optional.
//!
//! The grammar is that of the distribution project's `reference` package. The first part is a registry only
//! if it looks like a host: it contains a dot or a port, or is `localhost`.

/// The parts of an image reference: name, path, tag and digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageRef<'a> {
    /// The reference without tag and digest; empty if only the image id is known.
    pub name: &'a str,
    /// The name without its registry, and without the `library/` of official Docker Hub images.
    pub path: &'a str,
    /// The tag; `None` if the reference has none.
    pub tag: Option<&'a str>,
    /// The digest; `None` if the reference has none.
    pub digest: Option<&'a str>,
}

impl<'a> ImageRef<'a> {
    /// Splits an image reference into its parts.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        if text.starts_with("sha256:") {
            return Self::default();
        }
        let (named, digest) = text.split_once('@').map_or((text, None), |(head, tail)| (head, Some(tail)));
        // A colon before a slash belongs to the registry's port.
        let (name, tag) = match named.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (named, None),
        };
        let path = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
            _ => name,
        };
        Self { name, path: path.strip_prefix("library/").unwrap_or(path), tag, digest }
    }

    /// Returns the last segment of the path, such as `orders` of `shop/orders`.
    #[must_use]
    pub fn short_name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::ImageRef;

    #[test]
    fn an_image_has_its_parts() {
        let parts = |text| {
            let ImageRef { name, path, tag, digest } = ImageRef::parse(text);
            (name, path, tag, digest)
        };
        assert_eq!(parts("web"), ("web", "web", None, None));
        assert_eq!(parts("library/redis:7"), ("library/redis", "redis", Some("7"), None));
        assert_eq!(parts("host:5000/shop/web"), ("host:5000/shop/web", "shop/web", None, None));
        assert_eq!(
            parts("host:5000/shop/web:1.4@sha256:01"),
            ("host:5000/shop/web", "shop/web", Some("1.4"), Some("sha256:01"))
        );
        let amazon = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/orders";
        let tagged = format!("{amazon}:42");
        assert_eq!(parts(&tagged), (amazon, "shop/orders", Some("42"), None));
        assert_eq!(parts("shop/orders"), ("shop/orders", "shop/orders", None, None), "no host");
        assert_eq!(parts("sha256:8f62819f445c"), ("", "", None, None), "its id says nothing of it");
        assert_eq!(ImageRef::parse("localhost/shop/web:1").short_name(), "web");
    }
}
