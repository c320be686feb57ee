//! What kind of text a file is, by its name: which of its lines are comments, and where keys stand.

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Keys and values with `:` or `=`, comments after `#`: YAML, TOML, properties, INI, variables.
    Keys,
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
    (Dialect::Keys, &["yml", "yaml", "toml", "ini", "properties", "env", "hcl", "prom", "exs"]),
    (Dialect::Json, &["json", "json5", "jsonc", "alloy", "river", "jsonnet", "hocon"]),
    (Dialect::Xml, &["xml", "config"]),
    (Dialect::Directives, &["conf", "cfg", "cnf", "vcl", "template", "tmpl", "tpl", "lua"]),
    (Dialect::Code, &["js", "mjs", "cjs", "ts", "py", "rb", "php", "go", "ex", "sh", "java", "kt", "cs"]),
];

/// Files without an ending that are read.
const WHOLE: &[&str] = &["Caddyfile", "Corefile", "default", "hosts.cfg", ".env"];

/// Endings of files that name nothing that is called.
const NO_DATA: &[&str] = &[
    "sock", "pem", "crt", "cer", "key", "jks", "p12", "pfx", "pub", "gpg", "so", "jar", "war", "zip", "gz",
    "tgz", "xz", "zst", "bz2", "tar", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "woff", "woff2",
    "ttf", "pdf", "md", "rst", "txt", "html", "htm", "css", "scss", "map", "sql", "csv", "db", "sqlite",
    "log", "lock", "sum", "pid", "dump", "bin", "proto", "graphql", "tsx", "jsx", "vue", "svelte", "snap",
    "rdb", "aof", "wal",
];

/// Files that speak of other services without being a service's configuration: how all of them are started, built,
/// tested or documented.
const OTHERS: &[&str] = &[
    "docker-compose",
    "compose.",
    "compose-",
    "package-lock",
    "tsconfig",
    "yarn.",
    "pnpm-",
    "composer.lock",
    "makefile",
    "readme",
    "changelog",
    "license",
    "dockerfile",
    ".gitlab-ci",
    ".travis",
    "skaffold",
    "helmfile",
    "openapi",
    "swagger",
    "jest.",
    "webpack.",
    "eslint",
    ".eslintrc",
    "renovate",
    "localtime",
    "timezone",
    "passwd",
    "group",
    "resolv.conf",
    "hostname",
    "hosts",
    "machine-id",
    "os-release",
];

impl Dialect {
    /// The dialect of a file name that is known to be configuration or a program.
    pub(super) fn listed(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if OTHERS.iter().any(|other| lower.starts_with(other)) || is_test(&lower) {
            return None;
        }
        if WHOLE.contains(&name) {
            return Some(if name == ".env" { Self::Keys } else { Self::Directives });
        }
        let ending = lower.rsplit_once('.')?.1;
        ENDINGS.iter().find(|(_, endings)| endings.contains(&ending)).map(|(dialect, _)| *dialect)
    }

    /// A line without its comment. `#` and `//` count where a word begins, so that the `//` of a URL and the `#` of a
    /// colour do not.
    pub(super) fn without_comment(self, line: &str) -> &str {
        let marks: &[&str] = match self {
            Self::Keys | Self::Directives => &["#", ";;"],
            Self::Json => &["//"],
            Self::Xml => &["<!--"],
            Self::Code => &["//", "#"],
        };
        let start = line.trim_start();
        let whole: &[&str] = match self {
            Self::Keys => &[";", "//", "!"],
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

/// Whether a file tests a program.
fn is_test(lower: &str) -> bool {
    [".test.", ".spec.", "_test.", "_spec."].iter().any(|part| lower.contains(part))
        || lower.starts_with("test_")
}

/// Whether nothing in the name says that the file is no configuration.
pub(super) fn is_no_data(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    !NO_DATA.contains(&ending) && !OTHERS.iter().any(|other| lower.starts_with(other)) && !is_test(&lower)
}
