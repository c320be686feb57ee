//! Detection of webhooks: URLs whose path is a credential, because everyone who knows the URL may post to it.

/// Hosts of known webhooks, each with the prefix of its webhook paths. A host that begins with `.` stands for
/// its subdomains.
const WEBHOOK_HOSTS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/"),
    (".webhook.office.com", "/"),
    ("outlook.office.com", "/webhook"),
    ("outlook.office365.com", "/webhook"),
    (".logic.azure.com", "/"),
    (".powerplatform.com", "/"),
    ("discord.com", "/api/webhooks/"),
    (".discord.com", "/api/webhooks/"),
    ("discordapp.com", "/api/webhooks/"),
    (".discordapp.com", "/api/webhooks/"),
    ("chat.googleapis.com", "/"),
    ("events.pagerduty.com", "/"),
    ("events.eu.pagerduty.com", "/"),
    ("alert.victorops.com", "/"),
    ("api.telegram.org", "/bot"),
    ("open.feishu.cn", "/open-apis/bot/"),
    ("open.larksuite.com", "/open-apis/bot/"),
    ("oapi.dingtalk.com", "/robot/"),
    ("qyapi.weixin.qq.com", "/cgi-bin/webhook/"),
    ("hooks.zapier.com", "/"),
    ("maker.ifttt.com", "/"),
    (".make.com", "/"),
    ("hc-ping.com", "/"),
    ("nosnch.in", "/"),
];
/// Path segments that precede the secret key in webhook URLs of self-hosted products.
const WEBHOOK_SEGMENTS: &[&str] = &["hook", "hooks", "webhook", "webhooks", "integrations"];
/// Minimum length of the secret key in a webhook's path, in characters.
const MIN_KEY_CHARS: usize = 16;

/// Returns true if the path of `url` is a credential. The URL may lack its scheme.
#[must_use]
pub fn is_webhook(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path_start = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_start);
    let authority = authority.to_ascii_lowercase();
    // The authority may have a user before the host, a port after it, or a word in front, as in
    // `to:hooks.slack.com`.
    let hosts = || authority.split(['@', ':']).map(|host| host.trim_end_matches('.'));
    let is_host = |known: &str| {
        hosts().any(|host| if known.starts_with('.') { host.ends_with(known) } else { host == known })
    };
    let is_known =
        |(known, start): &(&str, &str)| path.len() > 1 && path.starts_with(start) && is_host(known);
    WEBHOOK_HOSTS.iter().any(is_known) || has_key_of_webhook(path)
}

/// Returns true if `path` has a segment such as `hooks`, and a later segment that looks like a random key.
fn has_key_of_webhook(path: &str) -> bool {
    let mut segments = path.split(['/', '?', '#']);
    segments.any(|segment| WEBHOOK_SEGMENTS.contains(&segment.to_ascii_lowercase().as_str()))
        && segments.any(looks_random)
}

/// Returns true if `text` looks like a random key: it is long enough, and has letters, digits, and nothing
/// else but `-` and `_`.
#[must_use]
pub fn looks_random(text: &str) -> bool {
    let has = |is_wanted: fn(&u8) -> bool| text.bytes().any(|b| is_wanted(&b));
    text.len() >= MIN_KEY_CHARS
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::is_webhook;

    #[test]
    fn paths_with_a_key_are_told_from_pages() {
        for url in [
            "https://hooks.slack.com/services/T0/B0/zz",
            "hooks.slack.com/services/T0/B0/zz",
            "https://Hooks.Slack.com:443/workflows/zz",
            "https://me@hooks.slack.com/services/T0/B0/zz",
            "https://acme.webhook.office.com/webhookb2/zz",
            "https://discord.com/api/webhooks/1/zz",
            "https://ptb.discord.com/api/webhooks/1/zz",
            "https://events.pagerduty.com/integration/zz/enqueue",
            "https://chat.acme.example/hooks/q1w2e3r4t5z6u7i8o9",
            "https://oncall.acme.example/integrations/v1/alertmanager/q1w2e3r4t5z6u7i8o9/",
        ] {
            assert!(is_webhook(url), "{url}");
        }
        for url in [
            "https://acme.slack.com/archives/C0123456789",
            "https://acme.pagerduty.com/service-directory/PABC123",
            "https://discord.com/channels/123456789012345678/1",
            "https://github.com/acme/webhooks",
            "https://wiki.acme.example/webhooks/how-to-receive-them",
            "https://hooks.slack.com",
            "#checkout",
        ] {
            assert!(!is_webhook(url), "{url}");
        }
    }
}
