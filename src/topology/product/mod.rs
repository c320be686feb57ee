//! Known products: databases, queues, proxies and the like, with their roles, and the names and ports that
//! identify them.

mod table;

pub use table::KNOWN_PRODUCTS;

use crate::model::{Address, Host, ImageRef, Service};

/// A known product that services depend on, such as PostgreSQL, with the names and ports that identify it.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// Id in JSON.
    pub id: &'static str,
    /// The role of the product, such as database.
    pub role: ProductRole,
    /// Behaviour of the product's clients, as a clause for docs/json.md, such as `clients connect on 6379`.
    pub client_behaviour: &'static str,
    /// True if the product only receives telemetry. Then each service that knows the product's address is a
    /// client.
    pub receives_telemetry: bool,
    /// URL schemes that identify the product.
    schemes: &'static [&'static str],
    /// Image names that identify the product, without registry and tag. A name without a slash must equal the
    /// last segment of the image's path. A name with slashes must equal as many segments at the end. A name
    /// that begins with a hyphen must be the end of the last segment.
    images: &'static [&'static str],
    /// Default ports of the product. If several products list a port, the first one in [`KNOWN_PRODUCTS`]
    /// gets it.
    ports: &'static [u16],
    /// Parts of AWS host names, and names of AWS services, that identify the product, such as `rds`.
    hosts: &'static [&'static str],
}

/// The role of a product for the services that call it, such as database or queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductRole {
    /// Stores data permanently.
    Database,
    /// Stores data temporarily.
    Cache,
    /// Passes messages on.
    Queue,
    /// Stores objects or files.
    Store,
    /// Delivers mail.
    Mail,
    /// Answers lookups: service discovery, configuration, identities, permissions.
    Directory,
    /// Collects metrics, traces and logs.
    Telemetry,
    /// Forwards requests.
    Proxy,
    /// Does one job on request: converts, scans, renders, computes.
    Utility,
    /// Any other role.
    Other,
}

impl ProductRole {
    /// Returns the symbol of the role on the map, and its replacement in ASCII.
    #[must_use]
    pub fn map_symbols(self) -> (char, char) {
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

    /// Returns the name of the role on the screen.
    #[must_use]
    pub fn label(self) -> &'static str {
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

    /// Returns true if products of this role only receive calls. A service that waits for the start of such a
    /// product is a client of the product. False for telemetry products and proxies, because they may call
    /// the service that waits for them, and for the role `Other`.
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

    /// Returns true if products of this role store the data of an application, so that each process of the
    /// application connects to them.
    #[must_use]
    pub const fn stores_data(self) -> bool {
        matches!(self, Self::Database | Self::Cache | Self::Queue | Self::Store)
    }
}

/// Words at the end of an image name that may follow the product's name: `rs-mysql-db` is `MySQL`.
const GENERIC_NAME_SUFFIXES: &[&str] =
    &["db", "database", "server", "alpine", "cluster", "single", "standalone", "ha", "oss"];

/// Words that mark an image as a tool for a product if they stand before the product's name, such as `wait`
/// in `wait-for-postgres`.
const TOOL_NAME_WORDS: &[&str] = &[
    "wait", "for", "init", "migrate", "backup", "restore", "dump", "setup", "create", "update", "seed",
    "load", "to", "from", "with", "debezium",
];

/// Words in a service's name that mark it as a one-off job.
const JOB_NAME_WORDS: &[&str] = &[
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

/// Words at the end of an image name that mark a database of unknown kind, as in `shop-db`.
const DATABASE_NAME_WORDS: &[&str] = &["db", "database"];

impl Product {
    /// Returns the product at `address`, identified by its scheme, its AWS service or its port, in this
    /// order. The scheme `http` counts only if nothing else identifies a product. Returns `None` if nothing
    /// does.
    #[must_use]
    pub fn of_address(address: &Address) -> Option<&'static Self> {
        let amazon = match &address.host {
            Host::Resource(arn) => Some(vec![arn.service()]),
            Host::Name(name) if name.ends_with(".amazonaws.com") => Some(name.split('.').collect()),
            _ => None,
        };
        let find = |fits: &dyn Fn(&Self) -> bool| KNOWN_PRODUCTS.iter().find(|p| fits(p));
        let scheme = address.scheme.as_deref().unwrap_or_default();
        let specific = find(&|p| p.id != "http" && p.schemes.contains(&scheme));
        specific
            .or_else(|| {
                amazon.and_then(|labels| find(&|p| labels.iter().any(|label| p.hosts.contains(label))))
            })
            .or_else(|| address.port.and_then(|port| find(&|p| p.ports.contains(&port))))
            .or_else(|| find(&|p| p.schemes.contains(&scheme)))
    }

    /// Returns the default ports of the product.
    #[must_use]
    pub fn default_ports(&self) -> &'static [u16] {
        self.ports
    }

    /// Returns true if the product exists to share its network with other containers, like a VPN or a pause
    /// container.
    #[must_use]
    pub fn is_network_provider(&self) -> bool {
        self.id == "vpn"
    }

    /// Returns the product that `service` runs, according to its images. Returns `None` if no product is
    /// known, or if the service has the name of a job, such as `kafka-init`, because a job only uses the
    /// tools in the image.
    #[must_use]
    pub fn of_service(service: &Service) -> Option<&'static Self> {
        let is_job = service
            .name
            .to_ascii_lowercase()
            .split(['-', '_', '.'])
            .any(|word| JOB_NAME_WORDS.contains(&word));
        service.images().find_map(Self::of_image).filter(|_| !is_job)
    }

    /// Returns the product in `image`, according to its name without registry, tag and digest. The end of the
    /// name is enough, because users often add a prefix to the product's name (`shop-postgres`,
    /// `rs-mysql-db`).
    #[must_use]
    pub fn of_image(image: &str) -> Option<&'static Self> {
        let lower = image.to_ascii_lowercase();
        let image = ImageRef::parse(&lower);
        let words: Vec<&str> = image.short_name().split(['-', '_']).collect();
        let at_path = |entry: &&str| {
            let before = image.path.strip_suffix(*entry).filter(|_| entry.contains('/'));
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let by_path = KNOWN_PRODUCTS.iter().find(|p| p.images.iter().any(at_path));
        by_path
            .or_else(|| by_image_name(image.short_name()))
            .or_else(|| by_ending(&words))
            .or_else(|| generic_database(&words))
    }
}

/// Returns the product whose image names include `image`.
fn by_image_name(image: &str) -> Option<&'static Product> {
    KNOWN_PRODUCTS.iter().find(|product| product.images.contains(&image))
}

/// Returns the product that the last words of an image name identify. The longest match counts. Words in
/// [`GENERIC_NAME_SUFFIXES`] may follow the product's name.
fn by_ending(words: &[&str]) -> Option<&'static Product> {
    let tail = words.iter().rposition(|word| !GENERIC_NAME_SUFFIXES.contains(word))? + 1;
    [words.len(), tail].into_iter().find_map(|end| {
        (1..end).filter(|start| has_no_tool_word(&words[..*start])).find_map(|start| {
            let ending = words[start..end].join("-");
            by_image_name(&ending).or_else(|| by_image_name(&format!("-{ending}")))
        })
    })
}

/// Returns the product `database` for an image name such as `shop-db`, and `None` for any other name.
fn generic_database(words: &[&str]) -> Option<&'static Product> {
    let (last, before) = words.split_last()?;
    let fits = !before.is_empty() && has_no_tool_word(before) && DATABASE_NAME_WORDS.contains(last);
    KNOWN_PRODUCTS.iter().find(|product| fits && product.id == "database")
}

/// Returns true if no word in `before` marks the image as a tool. `before` are the words before the product's
/// name.
fn has_no_tool_word(before: &[&str]) -> bool {
    !before.iter().any(|word| TOOL_NAME_WORDS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{KNOWN_PRODUCTS, Product};

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
        let mut ids: Vec<_> = KNOWN_PRODUCTS.iter().map(|p| p.id).collect();
        let mut images: Vec<_> = KNOWN_PRODUCTS.iter().flat_map(|p| p.images).collect();
        ids.sort_unstable();
        images.sort_unstable();
        assert!(ids.windows(2).all(|w| w[0] != w[1]) && images.windows(2).all(|w| w[0] != w[1]));
    }
}
