//! What a node is made of: the products people know, by what names them, and what they are there for.

mod table;

pub use table::PRODUCTS;

use crate::model::{Address, Host, Image, Service};

/// A product that services depend on.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// The id in JSON.
    pub id: &'static str,
    /// What it is there for.
    pub role: Role,
    /// URL schemes that name it.
    schemes: &'static [&'static str],
    /// Image names that are it, without registry and tag.
    images: &'static [&'static str],
    /// Ports that are its alone.
    ports: &'static [u16],
    /// Parts of a host name, or AWS services, that are it.
    hosts: &'static [&'static str],
}

/// What a product is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Keeps data.
    Database,
    /// Keeps data for a while.
    Cache,
    /// Passes messages on.
    Queue,
    /// Keeps objects.
    Store,
    /// Delivers mail.
    Mail,
    /// Knows where things are, how they are set up, or who may do what.
    Directory,
    /// Gathers metrics, traces and logs.
    Telemetry,
    /// Sends requests on.
    Proxy,
    /// Anything else.
    Other,
}

impl Role {
    /// The character that marks it on the map, and the same in ASCII.
    #[must_use]
    pub fn marks(self) -> (char, char) {
        match self {
            Self::Database => ('▤', '='),
            Self::Cache => ('▥', '#'),
            Self::Queue => ('≡', '~'),
            Self::Store => ('▣', '%'),
            Self::Mail => ('✉', '@'),
            Self::Directory => ('▦', '&'),
            Self::Telemetry => ('◔', '^'),
            Self::Proxy => ('◈', '*'),
            Self::Other => ('◇', '<'),
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Queue => "queue",
            Self::Store => "object store",
            Self::Mail => "mail server",
            Self::Directory => "directory",
            Self::Telemetry => "telemetry",
            Self::Proxy => "proxy",
            Self::Other => "other",
        }
    }

    /// Whether it is there to be called and calls nobody's business itself: whoever waits for such a thing to start is
    /// about to use it. Telemetry and proxies are waited for by things that they call, so they are not of this sort.
    #[must_use]
    pub fn only_serves(self) -> bool {
        matches!(
            self,
            Self::Database | Self::Cache | Self::Queue | Self::Store | Self::Mail | Self::Directory
        )
    }
}

/// Words at the end of an image's name that say nothing of the product: `rs-mysql-db` is a `MySQL`.
const TRAILERS: &[&str] =
    &["db", "database", "server", "alpine", "cluster", "single", "standalone", "ha", "oss"];

/// Words before a product's name that make the image something else: a tool that uses the product.
const TOOLS: &[&str] =
    &["wait", "for", "init", "migrate", "backup", "setup", "to", "from", "with", "debezium"];

impl Product {
    /// What an address leads to, by scheme, AWS service, then port.
    #[must_use]
    pub fn of_address(address: &Address) -> Option<&'static Self> {
        let amazon = match &address.host {
            Host::Resource(arn) => Some(vec![arn.service()]),
            Host::Name(name) if name.ends_with(".amazonaws.com") => Some(name.split('.').collect()),
            _ => None,
        };
        let find = |fits: &dyn Fn(&Self) -> bool| PRODUCTS.iter().find(|p| fits(p));
        let scheme = address.scheme.as_deref().unwrap_or_default();
        let specific = find(&|p| p.id != "http" && p.schemes.contains(&scheme));
        specific
            .or_else(|| {
                amazon.and_then(|labels| find(&|p| labels.iter().any(|label| p.hosts.contains(label))))
            })
            .or_else(|| address.port.and_then(|port| find(&|p| p.ports.contains(&port))))
            .or_else(|| find(&|p| p.schemes.contains(&scheme)))
    }

    /// What a service is, by its images.
    #[must_use]
    pub fn of_service(service: &Service) -> Option<&'static Self> {
        service.images().find_map(Self::of_image)
    }

    /// What an image is, by its name without registry, tag and digest: the whole name, or what it ends in, as people
    /// call the images that they build on a product's (`shop-postgres`, `rs-mysql-db`).
    #[must_use]
    pub fn of_image(image: &str) -> Option<&'static Self> {
        let lower = image.to_ascii_lowercase();
        let image = Image::read(&lower);
        let name = image.last();
        let named = |name: &str| PRODUCTS.iter().find(|p| p.images.contains(&name));
        if name == "server" && image.path.contains("mssql") {
            return named("mssql-server");
        }
        let words: Vec<&str> = name.split(['-', '_']).collect();
        named(name).or_else(|| {
            let tail = words.iter().rposition(|w| !TRAILERS.contains(w))? + 1;
            // The longest ending that is a product's name, with its last words or without.
            [words.len(), tail].into_iter().find_map(|end| {
                (1..end).find_map(|start| {
                    let plain = !words[..start].iter().any(|w| TOOLS.contains(w));
                    named(&words[start..end].join("-")).filter(|_| plain)
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PRODUCTS, Product};

    fn of(image: &str) -> &'static str {
        Product::of_image(image).map_or("-", |p| p.id)
    }

    #[test]
    fn an_image_is_known_by_its_name_or_by_what_it_ends_in() {
        assert_eq!(of("postgres:16-alpine"), "postgres");
        assert_eq!(of("registry.example.com:5000/library/redis@sha256:00"), "redis");
        assert_eq!(of("robotshop/rs-mysql-db:2.1"), "mysql");
        assert_eq!(of("quay.io/debezium/example-postgres"), "postgres");
        assert_eq!(of("springcommunity/spring-petclinic-config-server"), "config server");
        assert_eq!(of("mcr.microsoft.com/mssql/server:2022"), "sqlserver");
    }

    #[test]
    fn a_tool_for_a_product_is_not_the_product() {
        for image in
            ["postgres-exporter", "kafka-ui", "redis-commander", "wait-for-postgres", "mongo-express"]
        {
            assert_eq!(of(image), "-", "{image}");
        }
    }

    #[test]
    fn no_id_and_no_image_stands_twice() {
        let mut ids: Vec<_> = PRODUCTS.iter().map(|p| p.id).collect();
        let mut images: Vec<_> = PRODUCTS.iter().flat_map(|p| p.images).collect();
        ids.sort_unstable();
        images.sort_unstable();
        assert!(ids.windows(2).all(|w| w[0] != w[1]) && images.windows(2).all(|w| w[0] != w[1]));
    }
}
