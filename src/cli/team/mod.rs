//! Opens the store of a team, and implements the command `collect`.

mod collector;

pub(super) use collector::{close_sources, run as collect};

use crate::{
    config::Config,
    model::Failure,
    object_store::{FileStore, ObjectStore, StoreLocation},
    source::{
        ecs,
        team::{Participation, TeamAccess, TeamConfig, TeamSettings, invalid_store_failure},
    },
    team::TEAM_FOLDER,
};
use std::sync::Arc;

/// Opens the store that `settings` names, but sends no request to it. Returns `None` if `settings` names no
/// store.
pub(super) fn open_store(settings: &TeamConfig) -> Result<Option<Arc<dyn ObjectStore>>, Failure> {
    if settings.store.is_empty() {
        return Ok(None);
    }
    let location = StoreLocation::parse(&settings.store).map_err(|why| invalid_store_failure(&why))?;
    Ok(Some(match location {
        StoreLocation::Folder(path) => Arc::new(FileStore::new(path)),
        StoreLocation::Bucket { bucket, prefix } => {
            Arc::new(ecs::S3Store::new(bucket, prefix, client_config(settings)))
        }
    }))
}

/// Returns the settings of the configured team with its opened store, but sends no request to the store.
/// Returns `None` if there is no team.
pub(super) fn open_team(
    config: &Config,
    participation: Participation,
) -> Result<Option<TeamSettings>, Failure> {
    let Some(store) = open_store(&config.team)? else { return Ok(None) };
    let name = TeamAccess::new(&config.team, None).member_name();
    Ok(Some(TeamSettings { store, folder: TEAM_FOLDER.to_owned(), name, participation }))
}

/// Returns the settings of the AWS client for the store's bucket.
fn client_config(settings: &TeamConfig) -> ecs::Config {
    let TeamConfig { profile, region, endpoint, instance_role, .. } = settings.clone();
    ecs::Config { profile, region, endpoint, instance_role, ..ecs::Config::default() }
}
