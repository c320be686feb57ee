//! Task that reads the repositories on this machine: at the start, when services from other compose files
//! appear, and every few minutes. It reads on a thread that may block.

use crate::{
    app::Msg,
    background::{self, run_blocking},
    model::Text,
    source::checkouts::CheckoutReader,
};
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    sync::{mpsc::Sender, watch},
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

/// Time between two reads of the repositories, whose files may change while Portolan runs.
const READ_INTERVAL: Duration = Duration::from_mins(5);

/// Running task that reads the repositories on this machine. Dropping the value ends the task.
pub(super) struct CheckoutTasks {
    compose_files: watch::Sender<BTreeSet<Text>>,
    _task: AbortOnDropHandle<()>,
}

impl CheckoutTasks {
    /// Starts the task, which sends the repositories that `reader` finds to `sender`.
    pub(super) fn start(reader: CheckoutReader, sender: Sender<Msg>) -> Self {
        let (compose_files, wanted) = watch::channel(BTreeSet::new());
        // The panic hook reports a panic. The app then keeps the last repositories.
        let task = background::spawn(read_repeatedly(reader, wanted, sender), |_| ());
        Self { compose_files, _task: task }
    }

    /// Reads the repositories again if `files`, the compose files of the running services, have changed.
    pub(super) fn set_compose_files(&self, files: &BTreeSet<Text>) {
        self.compose_files.send_if_modified(|known| {
            let changed = known != files;
            if changed {
                known.clone_from(files);
            }
            changed
        });
    }
}

async fn read_repeatedly(
    mut reader: CheckoutReader,
    mut wanted: watch::Receiver<BTreeSet<Text>>,
    sender: Sender<Msg>,
) {
    loop {
        let files = wanted.borrow_and_update().clone();
        if reader.has_patterns() || !files.is_empty() {
            let reading = run_blocking(move || {
                let checkouts = reader.read(&files);
                (reader, checkouts)
            });
            let Ok((returned, checkouts)) = reading.await else { return };
            reader = returned;
            if sender.send(Msg::CheckoutsRead(checkouts)).await.is_err() {
                return;
            }
        }
        if let Ok(Err(_)) = timeout(READ_INTERVAL, wanted.changed()).await {
            return;
        }
    }
}
