//! The format of a file, by its name: which of its lines are comments, and where keys stand.

/// The way in which a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Keys and values with `:` or `=`, comments after `#`: YAML, TOML, properties, INI, variables.
    Keys,
    /// A key and `=` at the beginning of each line and the value up to its end, which lines with a space before go on:
    /// Postfix (postconf(5)).
    Lines,
    /// JSON and its relatives: keys and values, comments after `//` at most.
    Json,
    /// Angle brackets.
    Xml,
    /// A directive at the beginning of each line, comments after `#`: nginx, `HAProxy`, Caddy, Redis.
    Directives,
    /// A program.
    Code,
}

/// File names that are read, by what they end in.
const ENDINGS: &[(Dialect, &[&str])] = &[
    (Dialect::Keys, &["yml", "yaml", "toml", "ini", "properties", "env", "hcl", "prom"]),
    (Dialect::Lines, &["cf"]),
    (Dialect::Json, &["json", "json5", "jsonc", "alloy", "river", "jsonnet", "hocon"]),
    (Dialect::Xml, &["xml", "config"]),
    (Dialect::Directives, &["conf", "cfg", "cnf", "vcl", "lua"]),
    (
        Dialect::Code,
        &["js", "mjs", "cjs", "ts", "py", "rb", "php", "go", "ex", "exs", "sh", "java", "kt", "cs"],
    ),
];

/// Endings of templates: the ending before them says how the file is written.
const TEMPLATES: &[&str] = &[
    "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "gotmpl", "ctmpl", "erb", "mustache", "hbs",
    "envsubst",
];

/// Files without an ending that are read.
const WHOLE: &[&str] = &["Caddyfile", "Corefile", "default", ".env"];

/// Endings of files that name nothing that is called.
const NO_DATA: &[&str] = &[
    "sock", "pem", "crt", "cer", "key", "jks", "p12", "pfx", "pub", "gpg", "so", "jar", "war", "zip", "gz",
    "tgz", "xz", "zst", "bz2", "tar", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "woff", "woff2",
    "ttf", "pdf", "md", "rst", "txt", "html", "htm", "css", "scss", "map", "sql", "csv", "db", "sqlite",
    "log", "lock", "sum", "pid", "dump", "bin", "proto", "graphql", "tsx", "jsx", "vue", "svelte", "snap",
    "rdb", "aof", "wal",
];

/// Files of the system, by their whole name: `passwd` is one, `passwd-verify.lua` is not.
const SYSTEM: &[&str] = &[
    "localtime",
    "timezone",
    "passwd",
    "passwd-",
    "shadow",
    "group",
    "resolv.conf",
    "hostname",
    "hosts",
    "machine-id",
    "os-release",
    "nsswitch.conf",
    "fstab",
    "mtab",
];

/// Files that speak of other services without being a service's configuration, by their name up to the first dot: how
/// all of them are built, tested or documented.
const OTHERS: &[&str] = &[
    "package-lock",
    "tsconfig",
    "yarn",
    "pnpm-lock",
    "pnpm-workspace",
    "composer",
    "makefile",
    "readme",
    "changelog",
    "license",
    "dockerfile",
    "skaffold",
    "helmfile",
    "openapi",
    "swagger",
    "jest",
    "webpack",
    "eslint",
    "renovate",
];

/// Beginnings of hidden files of the same kind.
const HIDDEN: &[&str] = &[".gitlab-ci", ".travis", ".eslintrc"];

impl Dialect {
    /// The dialect of a file name that is known to be configuration or a program.
    pub(super) fn listed(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if is_other(&lower) || is_test(&lower) {
            return None;
        }
        if WHOLE.contains(&name) {
            return Some(if name == ".env" { Self::Keys } else { Self::Directives });
        }
        let (stem, ending) = lower.rsplit_once('.')?;
        if TEMPLATES.contains(&ending) {
            let inner = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
            return Some(Self::of_ending(inner).unwrap_or(Self::Directives));
        }
        Self::of_ending(ending)
    }

    fn of_ending(ending: &str) -> Option<Self> {
        ENDINGS.iter().find(|(_, endings)| endings.contains(&ending)).map(|(dialect, _)| *dialect)
    }

    /// A line without its comment. `#` and `//` count where a word begins, so that the `//` of a URL and the `#` of a
    /// colour do not.
    pub(super) fn without_comment(self, line: &str) -> &str {
        let marks: &[&str] = match self {
            Self::Keys | Self::Directives => &["#", ";;"],
            Self::Lines => &[],
            Self::Json => &["//"],
            Self::Xml => &["<!--"],
            Self::Code => &["//", "#"],
        };
        let start = line.trim_start();
        let whole: &[&str] = match self {
            Self::Keys => &[";", "//", "!"],
            Self::Lines => &["#"],
            Self::Directives => &["//", "--"],
            Self::Code => &["*", "/*", "--", "\"\"\""],
            Self::Json | Self::Xml => &[],
        };
        if whole.iter().any(|mark| start.starts_with(mark)) {
            return "";
        }
        let begins = |mark: &&str| {
            line.match_indices(*mark).map(|(at, _)| at).find(|at| {
                *at == 0 || line[..*at].ends_with(|c: char| c.is_whitespace() || matches!(c, ';' | '{' | ','))
            })
        };
        marks.iter().filter_map(begins).min().map_or(line, |at| &line[..at])
    }
}

/// Returns whether a file is known to be no service's configuration.
fn is_other(lower: &str) -> bool {
    let stem = lower.split('.').next().unwrap_or_default();
    // `docker-compose.prod.yml`, `compose-dev.yaml`: how all services are started.
    let is_compose = ["docker-compose", "compose"].iter().any(|name| {
        stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    }) && [".yml", ".yaml"].iter().any(|ending| lower.ends_with(ending));
    is_compose
        || SYSTEM.contains(&lower)
        || OTHERS.contains(&stem)
        || HIDDEN.iter().any(|name| lower.starts_with(name))
}

/// Returns whether a file tests a program.
fn is_test(lower: &str) -> bool {
    [".test.", ".spec.", "_test.", "_spec."].iter().any(|part| lower.contains(part))
        || lower.starts_with("test_")
}

/// Returns whether nothing in the name says that the file is no configuration.
pub(super) fn may_be_data(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    !NO_DATA.contains(&ending) && !is_other(&lower) && !is_test(&lower)
}
