//! Reader of the remote repository in a git configuration file.

use crate::model::RepositoryUrl;

/// Returns the URL of the remote `origin`, or of the only remote, in a git configuration file
/// (git-config(1)). Leaves out user information in the URL, which may contain a token. Returns `None` if
/// there is no such remote.
#[must_use]
pub fn remote_of_config(text: &str) -> Option<RepositoryUrl> {
    let mut remotes: Vec<(&str, RepositoryUrl)> = Vec::new();
    let mut section = None;
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[') {
            section = head.strip_prefix("remote \"").and_then(|name| name.split('"').next());
        } else if let (Some(name), Some((key, value))) = (section, line.split_once('='))
            && key.trim() == "url"
        {
            remotes.extend(RepositoryUrl::parse(value.trim()).map(|url| (name, url)));
        }
    }
    let only = (remotes.len() == 1).then_some(0);
    let place = remotes.iter().position(|(name, _)| *name == "origin").or(only)?;
    Some(remotes.swap_remove(place).1)
}

#[cfg(test)]
mod tests {
    use super::remote_of_config;

    #[test]
    fn origin_counts_and_its_token_does_not() {
        let text = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = git@github.com:me/shop.git\n[remote \"origin\"]\n\turl = \
                    https://x:ghp_secret@github.com/acme/shop.git\n\tfetch = +refs\n[branch \"main\"]\n\turl = x\n";
        assert_eq!(remote_of_config(text).unwrap().to_string(), "https://github.com/acme/shop");
        assert_eq!(remote_of_config("[remote \"up\"]\nurl=git@a.example:b/c.git").unwrap().name(), "c");
        assert_eq!(remote_of_config("[core]\n"), None);
    }
}
