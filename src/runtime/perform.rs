//! Carrying out effects.

use super::{mishap, terminal::Screen};
use crate::{app::Msg, effect::Effect};
use std::{
    fmt::Display,
    fs::{self, OpenOptions},
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc::Sender, task::spawn_blocking};

/// Carries out one effect.
pub(super) fn perform(effect: Effect, screen: &mut Screen, sender: &Sender<Msg>) -> io::Result<()> {
    match effect {
        Effect::Copy(text) => screen.copy(&text)?,
        Effect::Mouse(take) => screen.mouse(take)?,
        Effect::Lay(job) => {
            let sender = sender.clone();
            spawn_blocking(move || {
                let msg = match mishap::survive(|| job.compute()) {
                    Ok((choice, diagram)) => Msg::Laid(job.number, choice, Box::new(diagram)),
                    Err(_) => Msg::Unlaid(job.number),
                };
                // When the program has ended meanwhile, nobody waits for it.
                let _ = sender.blocking_send(msg);
            });
        }
        Effect::Compare(job) => {
            let sender = sender.clone();
            spawn_blocking(move || {
                let _ = sender.blocking_send(Msg::Compared(job.number, job.is_tangled()));
            });
        }
        Effect::Save { name, extension, text } => {
            let sender = sender.clone();
            spawn_blocking(move || {
                let saved = std::env::current_dir().and_then(|place| save(&place, name, extension, &text));
                let words = match saved {
                    Ok(path) => format!("saved {}", path.display()),
                    Err(error) => format!("{name}.{extension} could not be saved: {error}"),
                };
                let _ = sender.blocking_send(Msg::Said(words));
            });
        }
        // The program itself and the loop take these.
        Effect::Select(_)
        | Effect::Show(_)
        | Effect::LogsAt(..)
        | Effect::Mark(_)
        | Effect::Unmark
        | Effect::Say(_)
        | Effect::Ask(_)
        | Effect::Fill
        | Effect::Again
        | Effect::Refresh
        | Effect::KeepOutages(..)
        | Effect::Quit => {}
    }
    Ok(())
}

/// How many files of one name there may be.
const MOST_FILES: usize = 1_000;

/// Writes `text` into a new file in `place`; where the name is taken, with `-1`, `-2` and so on behind it.
fn save(place: &Path, name: &str, extension: &str, text: &impl Display) -> io::Result<PathBuf> {
    for number in 0..MOST_FILES {
        let behind = if number == 0 { String::new() } else { format!("-{number}") };
        let path = place.join(format!("{name}{behind}.{extension}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => {
                let mut file = BufWriter::new(file);
                return match write!(file, "{text}").and_then(|()| file.flush()) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        // Half a file is worse than none; that it could not be written is what matters.
                        let _ = fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "there are too many of that name"))
}

#[cfg(test)]
mod tests {
    use super::save;
    use std::fs;

    #[test]
    fn no_file_is_written_over() {
        let place = std::env::temp_dir().join(format!("portolan-save-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let names: Vec<_> = ["one", "two", "three"]
            .map(|text| save(&place, "map", "html", &text).unwrap())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["map.html", "map-1.html", "map-2.html"]);
        assert_eq!(fs::read_to_string(place.join("map.html")).unwrap(), "one");
        fs::remove_dir_all(&place).unwrap();
        assert!(save(&place, "map", "html", &"x").is_err(), "a place that is gone");
    }
}
