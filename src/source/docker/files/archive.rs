//! Configuration files from the engine's archive call, for paths that are not readable on this machine.

use super::{FileText, MAX_TEXT_BYTES, host};
use crate::{
    extract::{MAX_CONFIG_FILE_BYTES, is_config_file, may_be_config_file},
    source::docker::engine::client::Engine,
};
use bollard::{Docker as Client, errors::Error, query_parameters::DownloadFromContainerOptionsBuilder};
use futures::TryStreamExt;
use std::io::Read;

/// Downloads the configuration files at or below the container path `inside`. Leaves out files that are too
/// large. Returns an empty list if the call fails.
pub(super) async fn download_texts(
    engine: &Engine,
    client: &Client,
    id: &str,
    inside: &str,
) -> Vec<FileText> {
    let options = DownloadFromContainerOptionsBuilder::new().path(inside).build();
    let mut pieces = client.download_from_container(id, Some(options));
    // Portolan stops reading a folder that is larger than any configuration. The files read so far count.
    let gather = async {
        let mut all = Vec::new();
        while all.len() <= 2 * MAX_TEXT_BYTES
            && let Some(piece) = pieces.try_next().await?
        {
            all.extend_from_slice(&piece);
        }
        Ok::<_, Error>(all)
    };
    let bytes = engine.with_timeout("read a file", gather).await.unwrap_or_default();
    unpack_texts(&bytes, inside)
}

/// Unpacks the configuration files from a tar archive of the container path `inside`. Entries of the archive
/// begin with the last component of that path.
pub(super) fn unpack_texts(bytes: &[u8], inside: &str) -> Vec<FileText> {
    let mut archive = tar::Archive::new(bytes);
    let parent = inside.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
    let mut texts = Vec::new();
    for mut entry in archive.entries().into_iter().flatten().flatten() {
        let Some(path) = entry.path().ok().and_then(|p| p.to_str().map(str::to_owned)) else { continue };
        let name = path.rsplit('/').next().unwrap_or_default();
        let single = !path.contains('/');
        let wanted = if single { may_be_config_file(name) } else { is_config_file(name) };
        let skipped = path.split('/').any(|part| host::SKIPPED_FOLDERS.contains(&part));
        if !entry.header().entry_type().is_file()
            || entry.size() > MAX_CONFIG_FILE_BYTES as u64
            || !wanted
            || skipped
        {
            continue;
        }
        let mut bytes = Vec::new();
        if entry.read_to_end(&mut bytes).is_ok() {
            texts.extend(host::utf8_text(format!("{parent}/{path}"), bytes));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::unpack_texts;

    #[test]
    fn an_archive_gives_the_texts_with_their_paths() {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in [("conf.d/api.conf", "proxy_pass http://api;"), ("conf.d/logo.png", "x")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        let bytes = builder.into_inner().unwrap();
        let found: Vec<_> = unpack_texts(&bytes, "/etc/nginx/conf.d").into_iter().map(|t| t.path).collect();
        assert_eq!(found, ["/etc/nginx/conf.d/api.conf"]);
        assert!(unpack_texts(&bytes[..100], "/etc").is_empty(), "half an archive is no error");
    }
}
