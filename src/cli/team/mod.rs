//! Opening of a team's store, and the command that reads AWS accounts for a team.

mod collector;

pub(super) use collector::{close_sources, run as collect};

use crate::{
    config::Config,
    model::{Failure, Text},
    object_store::{FileStore, ObjectStore, StoreLocation},
    source::{
        ecs,
        team::{Participation, TeamConfig, TeamSettings, invalid_store_failure},
    },
};
use std::{fs, sync::Arc};

/// Start of a team's keys, after the prefix in the setting.
const TEAM_FOLDER: &str = "portolan";

/// File in which Linux keeps the name of the host.
const HOST_NAME_FILE: &str = "/proc/sys/kernel/hostname";

/// Opens the store of the team in the configuration, without a request to it. Returns `None` without a team.
pub(super) fn open_team(
    config: &Config,
    participation: Participation,
) -> Result<Option<TeamSettings>, Failure> {
    let settings = &config.team;
    if settings.store.is_empty() {
        return Ok(None);
    }
    let location = StoreLocation::parse(&settings.store).map_err(|why| invalid_store_failure(&why))?;
    let store: Arc<dyn ObjectStore> = match location {
        StoreLocation::Folder(path) => Arc::new(FileStore::new(path)),
        StoreLocation::Bucket { bucket, prefix } => {
            Arc::new(ecs::S3Store::new(bucket, prefix, client_config(settings)))
        }
    };
    let name = if settings.name.is_empty() { default_member_name() } else { Text::new(&settings.name) };
    Ok(Some(TeamSettings { store, folder: TEAM_FOLDER.to_owned(), name, participation }))
}

/// Returns the settings of the AWS client for the bucket.
fn client_config(settings: &TeamConfig) -> ecs::Config {
    let TeamConfig { profile, region, endpoint, instance_role, .. } = settings.clone();
    ecs::Config { profile, region, endpoint, instance_role, ..ecs::Config::default() }
}

/// Returns `user@host`, or the part of it that is known.
fn default_member_name() -> Text {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "portolan".to_owned());
    let host = variable("HOSTNAME").or_else(|| fs::read_to_string(HOST_NAME_FILE).ok());
    let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty());
    Text::new(&host.map_or(user.clone(), |host| format!("{user}@{host}")))
}
