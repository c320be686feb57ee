//! Formats of configuration files. The name of a file decides its format, and the format decides which text
//! is a comment and which word is a key.

/// The syntax of a configuration file: how it marks comments and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// Keys and values with `:` or `=`, comments after `#`: YAML, TOML, properties, INI and environment
    /// files.
    KeyValue,
    /// A key and `=` at the beginning of each line; indented lines continue the value. Postfix (postconf(5))
    /// has this format.
    Postfix,
    /// JSON and its relatives: keys and values, comments after `//`.
    Json,
    /// XML: elements in angle brackets.
    Xml,
    /// A directive at the beginning of each line, comments after `#`: nginx, `HAProxy`, Caddy, Redis.
    Directives,
    /// Source code of a program.
    Code,
    /// A shell script.
    Shell,
}

/// File name extensions by format.
const EXTENSIONS_BY_FORMAT: &[(FileFormat, &[&str])] = &[
    (FileFormat::KeyValue, &["yml", "yaml", "toml", "ini", "properties", "env", "hcl", "prom"]),
    (FileFormat::Postfix, &["cf"]),
    (FileFormat::Json, &["json", "json5", "jsonc", "alloy", "river", "jsonnet", "hocon"]),
    (FileFormat::Xml, &["xml", "config"]),
    (FileFormat::Directives, &["conf", "cfg", "cnf", "vcl", "lua"]),
    (FileFormat::Code, &["js", "mjs", "cjs", "ts", "py", "rb", "php", "go", "ex", "exs", "java", "kt", "cs"]),
    (FileFormat::Shell, &["sh", "bash", "ash", "zsh"]),
];

/// Extensions of templates. The extension before them decides the format.
const TEMPLATE_EXTENSIONS: &[&str] = &[
    "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "gotmpl", "ctmpl", "erb", "mustache", "hbs",
    "envsubst",
];

/// Names of configuration files without an extension.
const KNOWN_FILE_NAMES: &[&str] = &["Caddyfile", "Corefile", "default", ".env"];

/// Extensions of files that never name addresses.
const NON_CONFIG_EXTENSIONS: &[&str] = &[
    "sock", "pem", "crt", "cer", "key", "jks", "p12", "pfx", "pub", "gpg", "so", "jar", "war", "zip", "gz",
    "tgz", "xz", "zst", "bz2", "tar", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "woff", "woff2",
    "ttf", "pdf", "md", "rst", "txt", "html", "htm", "css", "scss", "map", "sql", "csv", "db", "sqlite",
    "log", "lock", "sum", "pid", "dump", "bin", "proto", "graphql", "tsx", "jsx", "vue", "svelte", "snap",
    "rdb", "aof", "wal",
];

/// Full names of system files, which configure no service. `passwd` is one, but `passwd-verify.lua` is not.
const SYSTEM_FILES: &[&str] = &[
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

/// File names, up to the first dot, of files for building, testing or documenting a project. They configure
/// no service.
const PROJECT_FILE_STEMS: &[&str] = &[
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

/// Prefixes of hidden project files.
const HIDDEN_PROJECT_FILES: &[&str] = &[".gitlab-ci", ".travis", ".eslintrc"];

impl FileFormat {
    /// Returns the format of the file at `path`. Crontabs are shell scripts without an extension.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_crontab = name == "crontab" || folder.ends_with("/cron.d") || folder.ends_with("/crontabs");
        if is_crontab { Some(Self::Shell) } else { Self::from_file_name(name) }
    }

    /// Returns the format of a file by its name. Returns `None` if the name is not known as that of
    /// configuration or source code, or is that of a test or of a file that configures no service.
    pub(super) fn from_file_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if is_not_service_config(&lower) || is_test_file(&lower) {
            return None;
        }
        if KNOWN_FILE_NAMES.contains(&name) {
            return Some(if name == ".env" { Self::KeyValue } else { Self::Directives });
        }
        let (stem, ending) = lower.rsplit_once('.')?;
        if TEMPLATE_EXTENSIONS.contains(&ending) {
            let inner = stem.rsplit_once('.').map_or("", |(_, ending)| ending);
            return Some(Self::from_extension(inner).unwrap_or(Self::Directives));
        }
        Self::from_extension(ending)
    }

    fn from_extension(ending: &str) -> Option<Self> {
        EXTENSIONS_BY_FORMAT.iter().find(|(_, endings)| endings.contains(&ending)).map(|(format, _)| *format)
    }

    /// Removes the comment from a line. The sign of a comment counts only at the beginning of a word, so the
    /// `//` of a URL does not begin one.
    pub(super) fn strip_comment(self, line: &str) -> &str {
        let marks: &[&str] = match self {
            Self::KeyValue | Self::Directives | Self::Shell => &["#", ";;"],
            Self::Postfix => &[],
            Self::Json => &["//"],
            Self::Xml => &["<!--"],
            Self::Code => &["//", "#"],
        };
        let start = line.trim_start();
        let whole: &[&str] = match self {
            Self::KeyValue => &[";", "//", "!"],
            Self::Postfix => &["#"],
            Self::Directives => &[";", "//", "--"],
            Self::Code => &["*", "/*", "--", "\"\"\""],
            Self::Json | Self::Xml | Self::Shell => &[],
        };
        if whole.iter().any(|mark| start.starts_with(mark)) {
            return "";
        }
        comment_start(line, marks).map_or(line, |at| &line[..at])
    }
}

/// Returns the byte offset of the first of `marks` that begins a word outside quotes. Quotes count only if they
/// begin a value and are closed on the line. Passes the line once, because it may be very long.
fn comment_start(line: &str, marks: &[&str]) -> Option<usize> {
    let (mut open, mut before) = (None, ' ');
    let last_quotes = ['"', '\''].map(|quote| (quote, line.rfind(quote)));
    for (at, c) in line.char_indices() {
        let begins_word = at == 0 || before.is_whitespace() || matches!(before, ';' | '{' | ',');
        match open {
            Some(quote) if c == quote && before != '\\' => open = None,
            None if begins_word && marks.iter().any(|mark| line[at..].starts_with(mark)) => return Some(at),
            None if before.is_whitespace() || "=:,([{".contains(before) => {
                let closing = last_quotes.iter().find(|(quote, _)| *quote == c).and_then(|(_, last)| *last);
                open = closing.filter(|last| *last > at).map(|_| c);
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// Returns true if a file of this name lists users with their passwords, such as `sasl_passwd` (Postfix) and
/// `chap-secrets` (pppd).
pub(super) fn holds_secrets(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !lower.contains('.') && ["passwd", "password", "secrets"].iter().any(|word| lower.contains(word))
}

/// Returns true if a file of this name, in lower case, configures no service: a compose file, a system file,
/// or a file for building, testing or documenting a project.
fn is_not_service_config(lower: &str) -> bool {
    let stem = lower.split('.').next().unwrap_or_default();
    // `docker-compose.prod.yml` and `compose-dev.yaml` describe how all services start.
    let is_compose = ["docker-compose", "compose"].iter().any(|name| {
        stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    }) && [".yml", ".yaml"].iter().any(|ending| lower.ends_with(ending));
    is_compose
        || SYSTEM_FILES.contains(&lower)
        || PROJECT_FILE_STEMS.contains(&stem)
        || HIDDEN_PROJECT_FILES.iter().any(|name| lower.starts_with(name))
}

/// Returns true if a file of this name contains tests of a program.
fn is_test_file(lower: &str) -> bool {
    [".test.", ".spec.", "_test.", "_spec."].iter().any(|part| lower.contains(part))
        || lower.starts_with("test_")
}

/// Returns false if the file name shows that the file is something other than configuration.
pub(super) fn may_be_config(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    !NON_CONFIG_EXTENSIONS.contains(&ending) && !is_not_service_config(&lower) && !is_test_file(&lower)
}
