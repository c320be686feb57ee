//! Named volumes that one container fills for others: a configuration in one is read by those, and only written by it.

use super::decode::Seen;
use crate::model::{Mention, State, Via};
use std::{collections::BTreeSet, sync::Arc};

/// The volumes that some container reads and another one fills.
#[derive(Debug, Default)]
pub(super) struct Filled<'a> {
    /// Those that some container has read-only.
    read: BTreeSet<&'a str>,
    /// Those that some running container has.
    used: BTreeSet<&'a str>,
}

impl<'a> Filled<'a> {
    /// The volumes of those containers.
    pub(super) fn of(seen: &'a [Arc<Seen>]) -> Self {
        let mut filled = Self::default();
        for (container, volume) in seen.iter().flat_map(|c| c.volumes.iter().map(move |v| (c, v))) {
            if volume.read_only {
                filled.read.insert(&volume.name);
            }
            if runs(container) {
                filled.used.insert(&volume.name);
            }
        }
        filled
    }

    /// Whether `container` wrote the file in which the mention stands for others: it may write to the volume and
    /// somebody else may only read it, or it has ended and left the volume to those that run.
    pub(super) fn is_written(&self, container: &Seen, mention: &Mention) -> bool {
        let Some(path) = mention.place.key.strip_prefix("file ").filter(|_| mention.via == Via::ConfigFile)
        else {
            return false;
        };
        container.volumes.iter().filter(|volume| !volume.read_only && volume.holds(path)).any(|volume| {
            let name = volume.name.as_str();
            self.read.contains(name) || (!runs(container) && self.used.contains(name))
        })
    }
}

fn runs(container: &Seen) -> bool {
    matches!(container.instance.state, State::Running | State::Starting | State::Restarting)
}
