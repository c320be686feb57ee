//! What a node is made of: the products people know, by what names them, and what they are there for.

mod table;

pub use table::PRODUCTS;

use crate::model::{Address, Host, Image, Service};

/// A product that services depend on.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// The id in JSON.
    pub id: &'static str,
    /// Its role among the services.
    pub role: Role,
    /// What its clients do, as a clause for docs/json.md.
    pub about: &'static str,
    /// Whether it receives telemetry, and nobody of the estate asks it for anything: whoever is told its address sends.
    pub receives_telemetry: bool,
    /// URL schemes that name it.
    schemes: &'static [&'static str],
    /// Image names that are it, without registry and tag: the last part of the path, or with a slash its last parts; or
    /// with a hyphen in front what such a name must end in.
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
    /// Does one job on request: converts, scans, renders, computes.
    Utility,
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
            Self::Utility => ('▧', '$'),
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
            Self::Utility => "utility",
            Self::Other => "other",
        }
    }

    /// Whether it is there to be called and calls nobody's business itself: whoever waits for such a thing to start is
    /// about to use it. Telemetry and proxies are waited for by things that they call, so they are not of this sort.
    #[must_use]
    pub fn only_serves(self) -> bool {
        matches!(
            self,
            Self::Database
                | Self::Cache
                | Self::Queue
                | Self::Store
                | Self::Mail
                | Self::Directory
                | Self::Utility
        )
    }

    /// Whether it keeps an application's data, so that each of its processes opens it, whatever its part.
    #[must_use]
    pub fn keeps_data(self) -> bool {
        matches!(self, Self::Database | Self::Cache | Self::Queue | Self::Store)
    }
}

/// Words at the end of an image's name that say nothing of the product: `rs-mysql-db` is a `MySQL`.
const TRAILERS: &[&str] =
    &["db", "database", "server", "alpine", "cluster", "single", "standalone", "ha", "oss"];

/// Words before a product's name that make the image something else: a tool that uses the product.
const TOOLS: &[&str] = &[
    "wait", "for", "init", "migrate", "backup", "restore", "dump", "setup", "create", "update", "seed",
    "load", "to", "from", "with", "debezium",
];

/// Words in the name of a service that say that it does a job and ends.
const JOBS: &[&str] = &[
    "init",
    "initializer",
    "setup",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "seed",
    "seeder",
    "bootstrap",
    "provision",
    "provisioner",
    "backup",
    "restore",
    "wait",
    "topics",
    "cli",
    "tools",
];

/// Last words of an image's name that say that it is a database, whichever: `shop-db`.
const DATABASES: &[&str] = &["db", "database"];

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

    /// The ports on which it listens by default.
    #[must_use]
    pub fn ports(&self) -> &'static [u16] {
        self.ports
    }

    /// Whether it is there to lend its network to other containers: a VPN, or a pause container.
    #[must_use]
    pub fn only_lends_its_network(&self) -> bool {
        self.id == "vpn"
    }

    /// What a service is, by its images. One that is named after a job runs a product's image for the tools in it, as
    /// `kafka-init` does, and is not the product.
    #[must_use]
    pub fn of_service(service: &Service) -> Option<&'static Self> {
        let is_job =
            service.name.to_ascii_lowercase().split(['-', '_', '.']).any(|word| JOBS.contains(&word));
        service.images().find_map(Self::of_image).filter(|_| !is_job)
    }

    /// What an image is, by its name without registry, tag and digest: the whole name, or what it ends in, as people
    /// call the images that they build on a product's (`shop-postgres`, `rs-mysql-db`).
    #[must_use]
    pub fn of_image(image: &str) -> Option<&'static Self> {
        let lower = image.to_ascii_lowercase();
        let image = Image::read(&lower);
        let words: Vec<&str> = image.last().split(['-', '_']).collect();
        let at_path = |entry: &&str| {
            let before = image.path.strip_suffix(*entry).filter(|_| entry.contains('/'));
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let by_path = PRODUCTS.iter().find(|p| p.images.iter().any(at_path));
        by_path.or_else(|| named(image.last())).or_else(|| by_ending(&words)).or_else(|| database(&words))
    }
}

/// The product with an image of that name.
fn named(image: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.images.contains(&image))
}

/// The product that the words of an image's name end in: the longest ending, with its last words or without.
fn by_ending(words: &[&str]) -> Option<&'static Product> {
    let tail = words.iter().rposition(|word| !TRAILERS.contains(word))? + 1;
    [words.len(), tail].into_iter().find_map(|end| {
        (1..end).filter(|start| is_plain(&words[..*start])).find_map(|start| {
            let ending = words[start..end].join("-");
            named(&ending).or_else(|| named(&format!("-{ending}")))
        })
    })
}

/// A database that is called after what it is for.
fn database(words: &[&str]) -> Option<&'static Product> {
    let (last, before) = words.split_last()?;
    let fits = !before.is_empty() && is_plain(before) && DATABASES.contains(last);
    PRODUCTS.iter().find(|product| fits && product.id == "database")
}

/// Whether the words before a product's name leave the image that product.
fn is_plain(before: &[&str]) -> bool {
    !before.iter().any(|word| TOOLS.contains(word))
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
        assert_eq!(of("temporalio/auto-setup:1.25"), "temporal");
        assert_eq!(of("jitsi/prosody:stable"), "xmpp");
        assert_eq!(of("vesoft/nebula-metad:v3.8.0"), "nebula");
    }

    #[test]
    fn some_names_count_only_at_the_end_of_another() {
        assert_eq!(of("shop/ledger-config"), "config server");
        assert_eq!(of("shop-registry"), "service registry");
        assert_eq!(of("shop-db"), "database");
        assert_eq!(of("shop_auth_database:dev"), "database");
        assert_eq!(of("registry:2"), "-", "the registry of images");
        assert_eq!(of("config"), "-");
        assert_eq!(of("acme/auto-setup"), "-", "only below temporalio");
    }

    #[test]
    fn a_tool_for_a_product_is_not_the_product() {
        for image in [
            "seed-db",
            "wait-for-db",
            "db-migrator",
            "postgres-exporter",
            "kafka-ui",
            "redis-commander",
            "wait-for-postgres",
            "mongo-express",
        ] {
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
