//! Storage of a team's history for one source: the segments of the timeline, and the actions of all members.

use super::{TeamAccess, shared_object::change_object, team_folder::TeamFolder};
use crate::{
    background::run_blocking,
    history::Entry,
    model::{Failure, FailureKind, SourceId, Timestamp},
    object_store::{Fetched, ObjectVersion},
    source::Source,
    team::{
        ACTIONS_KEY, ActionBook, HISTORY_PREFIX, HistoryHour, HistorySegment, MAX_ACTIONS_BYTES,
        MAX_SEGMENT_BYTES, ObjectError, SharedAction,
    },
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Maximum size, in bytes, of an object that Portolan reads in order to replace it. This version writes only
/// smaller objects.
const MAX_REPLACED_BYTES: usize = 1 << 20;

/// Prefix of the schema name in a team's objects. The version number follows.
const TEAM_FORMAT: &str = "portolan.team/";

/// Access to the history of one source in the team's store.
#[derive(Clone)]
pub struct HistoryStore {
    team: TeamFolder,
    source: SourceId,
    keep: SignedDuration,
}

/// Segments (one hour of history each) that this member has read, each with its object's version at that
/// time.
#[derive(Debug, Default)]
pub struct ReadSegments(BTreeMap<HistoryHour, ObjectVersion>);

/// Actions of all members, as this member last read them from the store, with the version of their object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredActions {
    /// The actions.
    pub book: ActionBook,
    version: Option<ObjectVersion>,
}

impl HistoryStore {
    /// Returns the history of `source`. Returns `None` if no team reads the source, or if the team keeps no
    /// history.
    ///
    /// # Errors
    /// Returns a failure if the source can't find out its account.
    pub async fn of(source: &dyn Source, access: &TeamAccess) -> Result<Option<Self>, Failure> {
        let (Some(store), true) = (&access.store, access.keeps_history()) else { return Ok(None) };
        let Some(folder) = source.team_folder().await else { return Ok(None) };
        let team = TeamFolder { store: Arc::clone(store), folder: folder? };
        Ok(Some(Self { team, source: source.id().clone(), keep: access.history }))
    }

    /// Returns the segments within the kept time that are new or have changed since this member read them,
    /// newest first. Each has the version of its object.
    pub async fn changed_segments(
        &self,
        read: &ReadSegments,
        now: Timestamp,
    ) -> Result<Vec<(HistoryHour, ObjectVersion)>, Failure> {
        let kept = HistoryHour::first_kept(now, self.keep)..=HistoryHour::of(now).next();
        let mut segments = self.listed_segments().await?;
        segments.retain(|(hour, version)| kept.contains(hour) && read.0.get(hour) != Some(version));
        segments.reverse();
        Ok(segments)
    }

    /// Returns all segments in the store, oldest first.
    async fn listed_segments(&self) -> Result<Vec<(HistoryHour, ObjectVersion)>, Failure> {
        let start = format!("{}/", self.team.folder);
        let listed = self.team.store.list(&self.team.key(HISTORY_PREFIX)).await?;
        let hours = listed
            .into_iter()
            .filter_map(|(key, version)| Some((HistoryHour::parse(key.strip_prefix(&start)?)?, version)));
        let mut segments: Vec<_> = hours.collect();
        segments.sort_by_key(|(hour, _)| *hour);
        Ok(segments)
    }

    /// Reads the segment of one hour. Returns an empty segment if the store has none.
    pub async fn read_segment(&self, hour: HistoryHour) -> Result<HistorySegment, Failure> {
        let Fetched::Found(object) =
            self.team.store.read(&self.team.key(hour), None, MAX_SEGMENT_BYTES).await?
        else {
            return Ok(HistorySegment::default());
        };
        let source = self.source.clone();
        let unpacked = run_blocking(move || HistorySegment::unpack(&object.bytes, hour, &source)).await;
        let unpacked =
            unpacked.map_err(|panicked| panicked.failure("internal error while reading a history"))?;
        unpacked.map_err(|error| self.unusable(hour, &error))
    }

    /// Adds `entries` to the segment of one hour. Replaces a damaged segment. Fails if another version of
    /// Portolan wrote the segment in a format that this version does not know.
    pub async fn add_entries(&self, hour: HistoryHour, entries: Vec<Arc<Entry>>) -> Result<(), Failure> {
        let this = self.clone();
        let change = move |content: Option<Vec<u8>>| {
            let unpacked =
                content.map(|bytes| HistorySegment::unpack(&bytes, hour, &this.source)).transpose();
            let mut segment = match unpacked {
                Err(error) if has_other_format(&error) => return Err(this.unusable(hour, &error)),
                other => other.ok().flatten().unwrap_or_default(),
            };
            if !segment.add(entries.iter().cloned()) {
                return Ok(None);
            }
            segment.pack().map(Some).map_err(|error| this.unusable(hour, &error))
        };
        change_object(&*self.team.store, &self.team.key(hour), MAX_REPLACED_BYTES, change).await
    }

    /// Deletes the segments and actions that are older than the time for which the team keeps its history.
    pub async fn delete_old(&self, now: Timestamp) -> Result<(), Failure> {
        let first = HistoryHour::first_kept(now, self.keep);
        for (hour, _) in self.listed_segments().await?.into_iter().take_while(|(hour, _)| *hour < first) {
            self.team.store.delete(&self.team.key(hour)).await?;
        }
        self.change_actions(move |book| book.remove_before(first.start())).await
    }

    /// Reads the actions, and leaves out each that is too old at `now`. Returns `None` if the actions in the
    /// store have not changed since `known`.
    pub async fn read_actions(
        &self,
        known: &StoredActions,
        now: Timestamp,
    ) -> Result<Option<StoredActions>, Failure> {
        let key = self.team.key(ACTIONS_KEY);
        match self.team.store.read(&key, known.version.as_ref(), MAX_ACTIONS_BYTES).await? {
            Fetched::Unchanged => Ok(None),
            Fetched::Missing => Ok((*known != StoredActions::default()).then(StoredActions::default)),
            Fetched::Found(object) => {
                let unpacked = ActionBook::unpack(&object.bytes);
                let mut book = unpacked.map_err(|error| self.unusable(ACTIONS_KEY, &error))?;
                book.remove_before(HistoryHour::first_kept(now, self.keep).start());
                Ok(Some(StoredActions { book, version: Some(object.version) }))
            }
        }
    }

    /// Adds an action of this member, or the result of an action, to the store.
    pub async fn add_action(&self, action: SharedAction) -> Result<(), Failure> {
        let change = move |book: &mut ActionBook| {
            book.add(action.clone());
            true
        };
        self.change_actions(change).await
    }

    /// Changes the book of actions in the store. `change` returns false if it changed nothing. Replaces a
    /// damaged book. Fails if another version of Portolan wrote the book in a format that this version does
    /// not know.
    async fn change_actions(
        &self,
        change: impl Fn(&mut ActionBook) -> bool + Send + Sync + 'static,
    ) -> Result<(), Failure> {
        let this = self.clone();
        let change_bytes = move |content: Option<Vec<u8>>| {
            let mut book = match content.map(|bytes| ActionBook::unpack(&bytes)).transpose() {
                Err(error) if has_other_format(&error) => return Err(this.unusable(ACTIONS_KEY, &error)),
                other => other.ok().flatten().unwrap_or_default(),
            };
            if !change(&mut book) {
                return Ok(None);
            }
            book.pack().map(Some).map_err(|error| this.unusable(ACTIONS_KEY, &error))
        };
        change_object(&*self.team.store, &self.team.key(ACTIONS_KEY), MAX_REPLACED_BYTES, change_bytes).await
    }

    fn unusable(&self, key: impl fmt::Display, error: &ObjectError) -> Failure {
        let what = format!("{}: {} can't be used: {error}", self.team.store.location(), self.team.key(key));
        let remedy = "use one version of Portolan in the whole team, and check who may write to the store";
        Failure::new(FailureKind::Invalid, what, remedy)
    }
}

/// Returns true if another version of Portolan wrote the object in a format that this version does not know.
/// Any other error means that the object is damaged and may be replaced.
fn has_other_format(error: &ObjectError) -> bool {
    matches!(error, ObjectError::OtherSchema(schema) if schema.starts_with(TEAM_FORMAT))
}

impl ReadSegments {
    /// Records that this member has read this version of a segment, or that this version can't be used.
    pub fn note(&mut self, hour: HistoryHour, version: ObjectVersion) {
        self.0.insert(hour, version);
    }
}
