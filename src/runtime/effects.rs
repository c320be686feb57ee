//! Slow work that the app requests: computing layouts of the map, saving files, writing shares (documents of
//! the screen for a colleague), and opening pages. Each request runs in the background and sends the app a
//! message with its result or panic.

mod browser;
mod layout_queue;
mod share_writer;

pub(super) use browser::Browser;
pub(super) use layout_queue::LayoutQueue;
pub(super) use share_writer::write_share;

use crate::{
    app::Msg,
    background::{Panicked, run_blocking_then},
    private_fs,
    screen::{FileToSave, map::LayoutComparison},
};
use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};
use tokio::sync::mpsc::Sender;

/// Checks in the background whether a fresh layout of the map would be better than the current one. Sends the
/// result to the app.
pub(super) fn compare_layout(request: LayoutComparison, sender: &Sender<Msg>) {
    let number = request.request_id;
    run_in_background(
        sender,
        move || request.is_fresh_layout_better(),
        move |tangled| Msg::LayoutCompared(number, tangled.unwrap_or(false)),
    );
}

/// Saves a file to the current directory in the background. The user gets a notice with its path or the
/// failure.
pub(super) fn save_file(file: FileToSave, sender: &Sender<Msg>) {
    let FileToSave { name, extension, text } = file;
    let work =
        move || std::env::current_dir().and_then(|place| save_new_file(&place, name, extension, &text));
    run_in_background(sender, work, move |saved| {
        let failed = |why: &dyn Display| format!("{name}.{extension} could not be saved: {why}");
        Msg::Notice(match saved {
            Ok(Ok(path)) => format!("saved {}", path.display()),
            Ok(Err(error)) => failed(&error),
            Err(panicked) => failed(&panicked),
        })
    });
}

/// Runs `work` in the background. `to_message` converts its result or panic into a message for the app.
fn run_in_background<T: Send + 'static>(
    sender: &Sender<Msg>,
    work: impl FnOnce() -> T + Send + 'static,
    to_message: impl FnOnce(Result<T, Panicked>) -> Msg + Send + 'static,
) {
    let sender = sender.clone();
    run_blocking_then(work, move |outcome| {
        // If the program has ended meanwhile, the message has no receiver.
        let _ = sender.blocking_send(to_message(outcome));
    });
}

/// Maximum number of files that differ only in the number at the end of the name.
const MAX_FILES_PER_NAME: usize = 1_000;

/// Writes `text` to a new file in the directory `place`, and returns its path. If the name is taken, appends
/// `-1`, `-2` and so on.
fn save_new_file(place: &Path, name: &str, extension: &str, text: &impl Display) -> io::Result<PathBuf> {
    for number in 0..MAX_FILES_PER_NAME {
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
    Err(io::Error::new(ErrorKind::AlreadyExists, "too many files with that name"))
}

#[cfg(test)]
mod tests {
    use super::{run_in_background, save_new_file};
    use crate::{app::Msg, background::Panicked};
    use std::{fmt, fs};
    use tokio::sync::mpsc;

    /// Text whose formatting panics.
    struct Broken;

    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no such box")
        }
    }

    #[tokio::test]
    async fn a_panic_while_a_file_is_saved_is_answered() {
        let (sender, mut heard) = mpsc::channel(1);
        let work = || save_new_file(&std::env::temp_dir(), "portolan-broken", "txt", &Broken).map(|_| ());
        run_in_background(&sender, work, |saved| {
            Msg::Notice(saved.err().as_ref().map(Panicked::to_string).unwrap_or_default())
        });
        assert!(matches!(heard.recv().await, Some(Msg::Notice(words)) if words == "no such box"));
        fs::remove_file(std::env::temp_dir().join("portolan-broken.txt")).unwrap();
    }

    #[test]
    fn no_file_is_written_over() {
        let place = std::env::temp_dir().join(format!("portolan-save-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let names: Vec<_> = ["one", "two", "three"]
            .map(|text| save_new_file(&place, "map", "html", &text).unwrap())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["map.html", "map-1.html", "map-2.html"]);
        assert_eq!(fs::read_to_string(place.join("map.html")).unwrap(), "one");
        fs::remove_dir_all(&place).unwrap();
        assert!(save_new_file(&place, "map", "html", &"x").is_err(), "a place that is gone");
    }
}
