//! Carrying out effects.

use super::terminal::Screen;
use crate::{
    app::Msg,
    background::{Panicked, blocking_then},
    effect::Effect,
    private_fs,
};
use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};
use tokio::sync::mpsc::Sender;

/// Carries out one effect.
pub(super) fn perform(effect: Effect, screen: &mut Screen, sender: &Sender<Msg>) -> io::Result<()> {
    match effect {
        Effect::Copy(text) => screen.copy(&text)?,
        Effect::Mouse(take) => screen.mouse(take)?,
        Effect::Lay(job) => {
            let number = job.number;
            answer(
                sender,
                move || job.compute(),
                move |laid| match laid {
                    Ok((choice, diagram)) => Msg::Laid(number, choice, Box::new(diagram)),
                    Err(_) => Msg::Unlaid(number),
                },
            );
        }
        Effect::Compare(job) => {
            let number = job.number;
            answer(
                sender,
                move || job.is_tangled(),
                move |tangled| Msg::Compared(number, tangled.unwrap_or(false)),
            );
        }
        Effect::Save { name, extension, text } => {
            let work = move || std::env::current_dir().and_then(|place| save(&place, name, extension, &text));
            answer(sender, work, move |saved| {
                let failed = |why: &dyn Display| format!("{name}.{extension} could not be saved: {why}");
                Msg::Said(match saved {
                    Ok(Ok(path)) => format!("saved {}", path.display()),
                    Ok(Err(error)) => failed(&error),
                    Err(panicked) => failed(&panicked),
                })
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

/// Does work beside the loop and sends the message that `told` makes of what it gives, or of its panic.
fn answer<T: Send + 'static>(
    sender: &Sender<Msg>,
    work: impl FnOnce() -> T + Send + 'static,
    told: impl FnOnce(Result<T, Panicked>) -> Msg + Send + 'static,
) {
    let sender = sender.clone();
    blocking_then(work, move |outcome| {
        // When the program has ended meanwhile, nobody waits for it.
        let _ = sender.blocking_send(told(outcome));
    });
}

/// How many files of one name there may be.
const MOST_FILES: usize = 1_000;

/// Writes `text` into a new file in `place`; where the name is taken, with `-1`, `-2` and so on behind it.
fn save(place: &Path, name: &str, extension: &str, text: &impl Display) -> io::Result<PathBuf> {
    for number in 0..MOST_FILES {
        let behind = if number == 0 { String::new() } else { format!("-{number}") };
        let path = place.join(format!("{name}{behind}.{extension}"));
        match private_fs::create(&path, false) {
            Ok(file) => {
                let mut file = BufWriter::new(file);
                return match write!(file, "{text}").and_then(|()| file.flush()) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        private_fs::discard(&path);
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
    use super::{answer, save};
    use crate::{app::Msg, background::Panicked};
    use std::{fmt, fs};
    use tokio::sync::mpsc;

    /// A text in which something is wrong with ourselves.
    struct Broken;

    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no such box")
        }
    }

    #[tokio::test]
    async fn a_panic_while_a_file_is_saved_is_answered() {
        let (sender, mut heard) = mpsc::channel(1);
        let work = || save(&std::env::temp_dir(), "portolan-broken", "txt", &Broken).map(|_| ());
        answer(&sender, work, |saved| {
            Msg::Said(saved.err().as_ref().map(Panicked::to_string).unwrap_or_default())
        });
        assert!(matches!(heard.recv().await, Some(Msg::Said(words)) if words == "no such box"));
        fs::remove_file(std::env::temp_dir().join("portolan-broken.txt")).unwrap();
    }

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
