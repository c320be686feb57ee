//! Writer of shares, the documents with which a user shows the screen to a colleague. A share goes to a new
//! file in the working directory, or to the team's store under a short name.

use super::{run_in_background, save_new_file};
use crate::{
    app::Msg,
    background::{self, Panicked},
    model::{Failure, FailureKind, Text},
    object_store::{ObjectStore, WriteCondition, WriteOutcome},
    share::{MAX_STORED_SHARE_BYTES, Share, ShareDestination, ShareName},
    source::team::TeamAccess,
    team::{self, share_key},
};
use std::{
    fmt::Display,
    hash::{BuildHasher, RandomState},
    io,
    sync::Arc,
};
use tokio::sync::mpsc::Sender;

/// File name of a share, without the extension.
const SHARE_FILE_NAME: &str = "portolan-share";

/// File extension of a share.
const SHARE_FILE_EXTENSION: &str = "jsonl";

/// Maximum number of random names to try for a new share, because other shares may already have the first
/// ones.
const MAX_NAME_ATTEMPTS: usize = 8;

/// Writes a share in the background. The user gets a notice with the command that opens it, or with the
/// failure.
pub(in crate::runtime) fn write_share(
    mut share: Share,
    destination: ShareDestination,
    access: &TeamAccess,
    sender: &Sender<Msg>,
) {
    share.header.by = access.member_name();
    match (&access.store, destination) {
        (Some(store), ShareDestination::Team) => {
            write_to_store(share.without_streams(), Arc::clone(store), sender);
        }
        _ => write_to_file(share, sender),
    }
}

fn write_to_file(share: Share, sender: &Sender<Msg>) {
    let lines = share.header.world.log_line_count();
    let work = move || {
        let text = share.to_text().map_err(io::Error::other)?;
        let here = std::env::current_dir()?;
        save_new_file(&here, SHARE_FILE_NAME, SHARE_FILE_EXTENSION, &text)
    };
    run_in_background(sender, work, move |saved| {
        let failed = |why: &dyn Display| format!("the share could not be saved: {why}");
        Msg::Notice(match saved {
            Ok(Ok(path)) => {
                let logs = if lines > 0 { format!(", with {lines} log lines") } else { String::new() };
                format!("shared{logs}: portolan open {}", path.display())
            }
            Ok(Err(error)) => failed(&error),
            Err(panicked) => failed(&panicked),
        })
    });
}

fn write_to_store(share: Share, store: Arc<dyn ObjectStore>, sender: &Sender<Msg>) {
    let sender = sender.clone();
    let lost = sender.clone();
    let work = async move {
        let notice = match store_share(share, &*store).await {
            Ok(name) => format!("shared with the team, without log lines: portolan open {name}"),
            Err(failure) => format!(
                "the share could not be stored: {} ({}); :share-file saves it as a file",
                failure.message, failure.remedy
            ),
        };
        // If the program has ended meanwhile, the message has no receiver.
        let _ = sender.send(Msg::Notice(notice)).await;
    };
    let on_panic = move |panicked: Panicked| {
        // If the queue is full, the user misses the notice and shares again.
        let _ = lost.try_send(Msg::Notice(format!("the share could not be stored: {panicked}")));
    };
    drop(background::spawn(work, on_panic).detach());
}

/// Creates an object for the share in the team's store, and returns its name. Tries further names while a
/// name is taken.
async fn store_share(share: Share, store: &dyn ObjectStore) -> Result<ShareName, Failure> {
    let remedy = "share it as a file with :share-file";
    let invalid = |why: &dyn Display| Failure::new(FailureKind::Invalid, why.to_string(), remedy);
    let packed = background::run_blocking(move || {
        let text = share.to_text().map_err(|error| error.to_string())?;
        team::pack(&text).map_err(|error| error.to_string())
    });
    let object = match packed.await {
        Ok(Ok(object)) => object,
        Ok(Err(why)) => return Err(invalid(&why)),
        Err(panicked) => return Err(invalid(&panicked)),
    };
    if object.len() > MAX_STORED_SHARE_BYTES {
        let why = format!("it is larger than {} MiB", MAX_STORED_SHARE_BYTES >> 20);
        return Err(invalid(&why));
    }
    for _ in 0..MAX_NAME_ATTEMPTS {
        let name = ShareName::from_number(RandomState::new().hash_one(()));
        let written = store.write(&share_key(&name), object.clone(), WriteCondition::IfMissing).await?;
        if matches!(written, WriteOutcome::Written(_)) {
            return Ok(name);
        }
    }
    Err(invalid(&Text::from("all names that were tried are taken")))
}

#[cfg(test)]
mod tests {
    use super::store_share;
    use crate::{
        object_store::{Fetched, ObjectStore, memory_store::MemoryStore},
        share::{Share, sample_share},
        team::{self, share_key},
    };

    #[tokio::test]
    async fn a_stored_share_is_read_back_and_never_written_over() {
        let store = MemoryStore::default();
        let mut names = Vec::new();
        for _ in 0..20 {
            names.push(store_share(sample_share(), &store).await.unwrap());
        }
        let Ok(Fetched::Found(object)) = store.read(&share_key(&names[0]), None, 1 << 20).await else {
            panic!("the share is not in the store");
        };
        let text: String = team::unpack(&object.bytes).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        assert_eq!(Share::read(first, rest.as_bytes(), "x").unwrap(), sample_share());
        names.sort_by_key(ToString::to_string);
        names.dedup();
        assert_eq!(names.len(), 20);
    }
}
