//! Carrying out effects.

use super::terminal::Screen;
use crate::{app::Msg, effect::Effect};
use std::io;
use tokio::{sync::mpsc::Sender, task::spawn_blocking};

/// Carries out one effect.
pub(super) fn perform(effect: Effect, screen: &mut Screen, sender: &Sender<Msg>) -> io::Result<()> {
    match effect {
        Effect::Copy(text) => screen.copy(&text)?,
        Effect::Mouse(take) => screen.mouse(take)?,
        Effect::Lay(job) => {
            let sender = sender.clone();
            spawn_blocking(move || {
                let (choice, diagram) = job.compute();
                // When the program has ended meanwhile, nobody waits for it.
                let _ = sender.blocking_send(Msg::Laid(job.number, choice, Box::new(diagram)));
            });
        }
        // The program itself and the loop take these.
        Effect::Select(_) | Effect::Show(_) | Effect::Say(_) | Effect::Refresh | Effect::Quit => {}
    }
    Ok(())
}
