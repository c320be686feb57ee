//! Removal of local paths from texts that leave this machine. Local paths name users and projects, and lead
//! nowhere on another machine.

use super::Text;

/// Characters that may surround a path in a text.
const DELIMITER_CHARS: &[char] =
    &['\'', '"', '`', '(', ')', '[', ']', '{', '}', '<', '>', ',', ';', '=', '|'];

/// URL schemes of files and sockets on this machine.
const LOCAL_SCHEMES: &[&str] = &["unix://", "file://"];

/// Prefixes of the paths that [`without_local_paths`] keeps: system sockets, which have the same paths on
/// most machines and identify no user or project.
const SYSTEM_FOLDERS: &[&str] = &["/run/docker", "/var/run/docker", "/run/podman", "/var/run/podman"];

/// Extensions of the file names that [`without_local_paths`] keeps. A name with another extension may be that
/// of a person or a project.
const KEPT_ENDINGS: &[&str] = &["conf", "crt", "env", "json", "key", "pem", "sock", "toml", "yaml", "yml"];

/// Returns `text` with each path of a local file shortened to its file name, as in `…/compose.yaml`. If the
/// name has no known extension, `…` replaces it too, because folders are called after people and projects.
#[must_use]
pub fn without_local_paths(text: &Text) -> Text {
    let words = text.split_inclusive(char::is_whitespace);
    let shortened: String = words
        .map(|word| word.split_inclusive(DELIMITER_CHARS).map(shortened_part).collect::<String>())
        .collect();
    Text::new(&shortened)
}

/// Shortens the path in `part`, a piece of a word. The path may follow a colon, as in `error:/home/ann`.
fn shortened_part(part: &str) -> String {
    let is_start = |at: &usize| !part[at + 1..].starts_with("//");
    match part.match_indices(":/").map(|(at, _)| at).find(is_start) {
        Some(colon) if !part.starts_with('/') => {
            let (before, path) = part.split_at(colon + 1);
            format!("{}{}", shortened_path(before), shortened_path(path))
        }
        _ => shortened_path(part),
    }
}

/// Shortens `word` to its file name if it is an absolute path of a local file.
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
            format!("{scheme}…/{}{after}", if is_kept_name(name) { name } else { "…" })
        }
        _ => word.to_owned(),
    }
}

/// Returns true for a file name with an extension in [`KEPT_ENDINGS`], perhaps followed by a line number.
fn is_kept_name(name: &str) -> bool {
    let file = name.split(':').next().unwrap_or_default();
    file.rsplit_once('.').is_some_and(|(_, ending)| KEPT_ENDINGS.contains(&ending))
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
            ("/home/jane.doe", "…/…"),
            ("error:/home/ann/x and [/home/ann/y]", "error:…/… and […/…]"),
            ("/run/media/ann/x", "…/…"),
            ("us-east-1", "us-east-1"),
        ] {
            assert_eq!(without_local_paths(&text.into()), left);
        }
    }
}
