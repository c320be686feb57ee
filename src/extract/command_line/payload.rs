//! Words of commands that are payload: a body or header of a request, a label, a stored value, a credential
//! or an output file. A payload may have the form of an address, but the command does not connect to it.

use super::words::{CommandWord, program_name, split_pair};

/// Options of programs whose value is payload. The options have no dashes. Source: the manual of each program.
#[rustfmt::skip]
const PAYLOAD_OPTIONS: &[(&[&str], &[&str])] = &[
    (&["curl"], &[
        "A", "b", "c", "C", "d", "D", "e", "E", "F", "H", "K", "m", "o", "P", "Q", "r", "t", "T", "u", "U", "w", "X", "y",
        "Y", "z", "aws-sigv4", "cacert", "capath", "cert", "config", "connect-to", "cookie", "cookie-jar", "data",
        "data-ascii", "data-binary", "data-raw", "data-urlencode", "expand-data", "expand-url-query", "form",
        "form-string", "ftp-account", "haproxy-clientip", "header", "hostpubmd5", "hostpubsha256", "interface", "json",
        "key", "krb", "login-options", "mail-auth", "mail-from", "mail-rcpt", "netrc-file", "noproxy", "oauth2-bearer",
        "output", "output-dir", "pass", "pinnedpubkey", "proxy-cert", "proxy-header", "proxy-user", "quote", "range",
        "referer", "request", "request-target", "resolve", "sasl-authzid", "stderr", "telnet-option", "tlspassword",
        "tlsuser", "trace", "trace-ascii", "upload-file", "url-query", "user", "user-agent", "variable", "write-out",
    ]),
    (&["wget"], &[
        "O", "o", "U", "P", "body-data", "body-file", "post-data", "post-file", "header", "warc-header", "referer",
        "user-agent", "user", "password", "http-user", "http-password", "ftp-user", "ftp-password", "proxy-user",
        "proxy-password", "output-document", "output-file", "directory-prefix", "load-cookies", "save-cookies",
        "certificate", "private-key", "domains", "exclude-domains",
    ]),
    (&["http", "https", "xh", "xhs"], &["a", "o", "auth", "raw", "output", "session", "cert", "cert-key", "boundary"]),
    (&["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"], &[
        "m", "t", "e", "i", "I", "f", "message", "topic", "id", "file", "will-payload", "will-topic",
    ]),
    (&["kubectl", "oc"], &[
        "from-literal", "from-file", "from-env-file", "l", "selector", "p", "patch", "overrides", "docker-server",
        "docker-username", "docker-password", "docker-email",
    ]),
    (&["docker", "podman", "nerdctl", "buildah", "make", "cargo", "cmake", "bazel"], &["t", "target"]),
];

/// Programs whose operands are names, keys, values or credentials, optionally only after a subcommand.
#[rustfmt::skip]
const PROGRAMS_WITH_PAYLOAD_OPERANDS: &[(&str, &str)] = &[
    ("vault", ""), ("bao", ""), ("redis-cli", ""), ("valkey-cli", ""), ("keydb-cli", ""), ("etcdctl", ""),
    ("nats", ""), ("mosquitto_pub", ""), ("mosquitto_sub", ""), ("consul", "kv"), ("consul", "acl"), ("consul", "event"),
    ("kubectl", "label"), ("kubectl", "annotate"), ("mc", "admin"), ("mcli", "admin"),
];

/// Commands of these programs whose operands are addresses all the same, by their first words.
const COMMANDS_WITH_ADDRESSES: &[(&str, &[&str])] = &[
    ("redis-cli", &["--cluster", "create"]),
    ("valkey-cli", &["--cluster", "create"]),
    ("vault", &["operator", "raft", "join"]),
    ("bao", &["operator", "raft", "join"]),
];

/// Programs with one URL among their operands, after which keys, headers or fields follow:
/// `mc alias set NAME URL KEY SECRET`, `http POST URL field=value`.
const PROGRAMS_WITH_ONE_URL: &[&str] = &["mc", "mcli", "http", "https", "xh", "xhs"];

/// Programs that run the program in their operands.
const WRAPPER_PROGRAMS: &[&str] = &[
    "timeout",
    "nice",
    "ionice",
    "nohup",
    "sudo",
    "doas",
    "env",
    "time",
    "xargs",
    "watch",
    "stdbuf",
    "setsid",
    "tini",
    "dumb-init",
    "gosu",
    "su-exec",
    "retry",
];

/// Rules for the payload of one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PayloadRules<'w> {
    /// The file name of the program that the command runs.
    program: &'w str,
    /// The index of the first word that is payload if it is an operand.
    first_payload_operand: usize,
}

impl<'w> PayloadRules<'w> {
    /// Returns the rules for a command of `words`, which begins with `program`.
    pub(super) fn of(words: &'w [CommandWord], program: &'w str) -> Self {
        let start = words.iter().position(|word| program_name(&word.text) == program).unwrap_or(0);
        let wrapped = words.iter().enumerate().skip(start + 1).find(|(_, word)| has_rules(&word.text));
        let (at, program) = wrapped
            .filter(|_| WRAPPER_PROGRAMS.contains(&program))
            .map_or((start, program), |(at, word)| (at, program_name(&word.text)));
        let operands = words.get(at + 1..).unwrap_or_default();
        let has_subcommand = |(name, subcommand): &(&str, &str)| {
            *name == program
                && (subcommand.is_empty() || operands.first().is_some_and(|word| word.text == *subcommand))
        };
        let begins_with = |first: &[&str]| {
            let mut pairs = first.iter().zip(operands);
            pairs.len() == first.len() && pairs.all(|(known, word)| *known == word.text)
        };
        let connects =
            COMMANDS_WITH_ADDRESSES.iter().any(|(name, first)| *name == program && begins_with(first));
        let first_payload_operand = if connects {
            usize::MAX
        } else if PROGRAMS_WITH_PAYLOAD_OPERANDS.iter().any(has_subcommand) {
            at + 1
        } else if PROGRAMS_WITH_ONE_URL.contains(&program) {
            at + 1 + operands_before_payload(operands)
        } else {
            usize::MAX
        };
        Self { program, first_payload_operand }
    }

    /// Returns true if the value of the option `flag` is payload. `flag` has no dashes.
    pub(super) fn takes_payload(&self, flag: &str) -> bool {
        PAYLOAD_OPTIONS
            .iter()
            .any(|(programs, options)| programs.contains(&self.program) && options.contains(&flag))
    }

    /// Returns true if the word at `index` is payload, provided that it is an operand.
    pub(super) fn is_payload_operand(&self, index: usize) -> bool {
        index >= self.first_payload_operand
    }

    /// Returns the option to which the word after `letters` may belong. `letters` are option letters after one
    /// dash. In curl, a letter that takes a value ends the options, and its value may follow directly, as in
    /// `-sXPOST` (curl(1), "OPTIONS"). Returns `None` if it does.
    pub(super) fn last_option<'n>(&self, letters: &'n str) -> Option<&'n str> {
        if self.program != "curl" || !letters.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Some(letters);
        }
        let takes_value = |letter: &str| letter == "x" || self.takes_payload(letter);
        let at = (0..letters.len()).find(|at| takes_value(&letters[*at..=*at]));
        match at {
            Some(at) if at + 1 < letters.len() => None,
            _ => letters.get(letters.len() - 1..),
        }
    }

    /// Returns true if a word with one dash and a `=` is an option letter with its value.
    pub(super) fn attaches_values(&self) -> bool {
        self.program == "curl"
    }
}

/// Returns true if there are rules for `program`.
fn has_rules(program: &str) -> bool {
    let name = program_name(program);
    PAYLOAD_OPTIONS.iter().any(|(programs, _)| programs.contains(&name))
        || PROGRAMS_WITH_PAYLOAD_OPERANDS.iter().any(|(program, _)| *program == name)
        || PROGRAMS_WITH_ONE_URL.contains(&name)
}

/// Returns the number of `operands` up to the URL, including it. If none has a scheme, the first one that
/// follows no option and is no method, such as `POST`, is the URL.
fn operands_before_payload(operands: &[CommandWord]) -> usize {
    let has_scheme = |word: &CommandWord| word.text.contains("://") && split_pair(&word.text).is_none();
    let is_method = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase());
    let is_operand = |index: usize| {
        let text = &operands[index].text;
        !text.starts_with('-')
            && !is_method(text)
            && index.checked_sub(1).is_none_or(|before| !operands[before].text.starts_with('-'))
    };
    let url = operands.iter().position(has_scheme).or_else(|| (0..operands.len()).find(|at| is_operand(*at)));
    url.map_or(0, |at| at + 1)
}
