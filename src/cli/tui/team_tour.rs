//! Finds and reads the team's tour file, and checks that its stops still exist.

use crate::{
    cli::{Error, Outcome, args::CommonArgs, open_and_poll, print, read_outcome},
    model::{Failure, FailureKind},
    tour::{MAX_TEAM_FILE_BYTES, TEAM_FILE_PATH, TeamTour},
};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Compares the stops of the tour in `file` with the running services, and prints each difference. Without
/// `file`, takes the tour file of the working directory's repository.
pub(in crate::cli) async fn check_team_tour(
    common: &CommonArgs,
    file: Option<PathBuf>,
) -> Result<Outcome, Error> {
    let file = file.or_else(team_file).ok_or_else(|| {
        let what = format!("no {TEAM_FILE_PATH} here or above");
        Failure::new(FailureKind::Invalid, what, "name the file after --check")
    })?;
    let tour =
        read_team_file(&file).map_err(|why| Failure::new(FailureKind::Invalid, why, "see docs/tour.md"))?;
    let world = open_and_poll(common).await?.world;
    let read = read_outcome(&world);
    if read != Outcome::Success {
        return Ok(read);
    }
    let (stops, faults) = tour.stops(&world);
    if faults.is_empty() {
        print(format!("{} stops, all of them right\n", stops.len()))?;
        return Ok(Outcome::Success);
    }
    for fault in &faults {
        print(format!("{}: {fault}\n", file.display()))?;
    }
    Ok(Outcome::Findings)
}

/// Returns the tour that the team has written; `None` if the working directory's repository has none. An
/// error states why it can't be used.
pub(super) fn find() -> Result<Option<TeamTour>, String> {
    team_file().map(|file| read_team_file(&file)).transpose()
}

/// Returns the path of the team's tour file: in the working directory, or in the nearest parent within its
/// repository.
fn team_file() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let file = folder.join(TEAM_FILE_PATH);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

fn read_team_file(path: &Path) -> Result<TeamTour, String> {
    let bounded = |file: File| -> io::Result<String> {
        let mut text = String::new();
        file.take(MAX_TEAM_FILE_BYTES + 1).read_to_string(&mut text)?;
        Ok(text)
    };
    let name = path.display();
    if !path.is_file() {
        return Err(format!("{name} is not a file"));
    }
    let text =
        File::open(path).and_then(bounded).map_err(|error| format!("{name} can't be read: {error}"))?;
    if text.len() as u64 > MAX_TEAM_FILE_BYTES {
        return Err(format!("{name} is larger than {} KiB", MAX_TEAM_FILE_BYTES / 1024));
    }
    TeamTour::parse(&text).map_err(|why| format!("{name}: {why}"))
}
