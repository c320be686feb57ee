//! Files of a container through the engine's archive call, for places that can't be read on this machine.

use super::{MOST_BYTES, Text, host};
use crate::{
    decode::{LARGEST, is_config_file, may_be_config_file},
    source::docker::connect::Engine,
};
use bollard::{Docker as Client, errors::Error, query_parameters::DownloadFromContainerOptionsBuilder};
use futures::TryStreamExt;
use std::io::Read;

/// The texts at `inside`; none where there are none, or they can't be had.
pub(super) async fn texts(engine: &Engine, client: &Client, id: &str, inside: &str) -> Vec<Text> {
    let options = DownloadFromContainerOptionsBuilder::new().path(inside).build();
    let pieces = client.download_from_container(id, Some(options));
    // A folder that is larger than a configuration ends early: what came of it is read.
    let gather = pieces.try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        if all.len() > 2 * MOST_BYTES { Err(Error::RequestTimeoutError) } else { Ok(all) }
    });
    let bytes = engine.limited("read a file", gather).await.unwrap_or_default();
    unpack(&bytes, inside)
}

/// The texts in an archive of `inside`, whose entries begin with its last name.
fn unpack(bytes: &[u8], inside: &str) -> Vec<Text> {
    let mut archive = tar::Archive::new(bytes);
    let parent = inside.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
    let mut texts = Vec::new();
    for mut entry in archive.entries().into_iter().flatten().flatten() {
        let Some(path) = entry.path().ok().and_then(|p| p.to_str().map(str::to_owned)) else { continue };
        let name = path.rsplit('/').next().unwrap_or_default();
        let single = !path.contains('/');
        let wanted = if single { may_be_config_file(name) } else { is_config_file(name) };
        let skipped = path.split('/').any(|part| host::SKIPPED.contains(&part));
        if !entry.header().entry_type().is_file() || entry.size() > LARGEST as u64 || !wanted || skipped {
            continue;
        }
        let mut bytes = Vec::new();
        if entry.read_to_end(&mut bytes).is_ok() {
            texts.extend(host::text(format!("{parent}/{path}"), bytes));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::unpack;

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
        let found: Vec<_> = unpack(&bytes, "/etc/nginx/conf.d").into_iter().map(|t| t.path).collect();
        assert_eq!(found, ["/etc/nginx/conf.d/api.conf"]);
        assert!(unpack(&bytes[..100], "/etc").is_empty(), "half an archive is no error");
    }
}
