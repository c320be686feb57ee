//! Paths of files on this machine in texts that leave it. They name users and projects, and lead nowhere elsewhere.

use super::Text;

/// Delimiters around a path in a text.
const DELIMITER_CHARS: &[char] = &['\'', '"', '`', '(', ')', '<', '>', ',', ';', '='];

/// Beginnings of URLs of files and sockets on this machine.
const LOCAL_SCHEMES: &[&str] = &["unix://", "file://"];

/// Folders of sockets of the system. They are the same on most machines, and name nobody.
const SYSTEM_FOLDERS: &[&str] = &["/run/", "/var/run/"];

/// Returns `text` with only the file name of each path of a local file, `…/compose.yaml`, and nothing of a path that
/// may end in a folder: folders are called after people and projects.
#[must_use]
pub fn without_local_paths(text: &Text) -> Text {
    let words = text.split_inclusive(char::is_whitespace);
    let shortened: String = words
        .map(|word| word.split_inclusive(DELIMITER_CHARS).map(shortened_path).collect::<String>())
        .collect();
    Text::new(&shortened)
}

/// Returns a word with only the file name of its path, if it is an absolute path of a local file.
fn shortened_path(word: &str) -> String {
    let end = word
        .trim_end_matches(|c: char| c.is_whitespace() || DELIMITER_CHARS.contains(&c) || ".:!?".contains(c))
        .len();
    let (bare, after) = word.split_at(end);
    let (scheme, path) = LOCAL_SCHEMES
        .iter()
        .find_map(|scheme| Some((*scheme, bare.strip_prefix(scheme)?)))
        .unwrap_or(("", bare));
    let is_private = path.starts_with('/') && !SYSTEM_FOLDERS.iter().any(|folder| path.starts_with(folder));
    match path.rsplit_once('/') {
        Some((folder, name)) if is_private && !folder.is_empty() => {
            format!("{scheme}…/{}{after}", if name.contains('.') { name } else { "…" })
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_local_paths;

    #[test]
    fn only_the_file_name_of_a_local_path_is_left() {
        for (text, left) in [
            ("/home/ann/shop/compose.yaml", "…/compose.yaml"),
            ("/home/ann/shop/compose.yaml:12: no such key", "…/compose.yaml:12: no such key"),
            ("can't open `/Users/ann/.aws/x.pem` (try \"/home/ann\")", "can't open `…/x.pem` (try \"…/…\")"),
            (
                "unix:///home/ann/.docker/run/docker.sock (by DOCKER_HOST=unix:///home/x/y)",
                "unix://…/docker.sock (by DOCKER_HOST=unix://…/…)",
            ),
            (
                "unix:///var/run/docker.sock (the default socket)",
                "unix:///var/run/docker.sock (the default socket)",
            ),
            (
                "https://wiki.example/a/b and 3 of 4, and/or /health",
                "https://wiki.example/a/b and 3 of 4, and/or /health",
            ),
            ("us-east-1", "us-east-1"),
        ] {
            assert_eq!(without_local_paths(&text.into()), left);
        }
    }
}
