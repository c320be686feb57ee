//! Shell that the user opens from the screen. It has the terminal until it ends, while Portolan keeps reading
//! the sources.

use super::shell::{LeaveReason, ShellOutcome};
use crate::{
    operation::{ConfirmedSession, SessionRequest, ShellRequest},
    output,
    runtime::{
        EventLoop, ExitReason,
        inputs::Inputs,
        terminal::{self, InputEvents},
    },
};
use std::{io, pin::pin};

impl EventLoop {
    /// Gives the terminal to a shell until it ends, then takes it back and redraws the screen. Returns the
    /// reason if the program must end.
    pub(in crate::runtime) async fn run_shell(
        &mut self,
        confirmed: ConfirmedSession<ShellRequest>,
        inputs: &mut Inputs,
    ) -> io::Result<Option<ExitReason>> {
        // The reader of terminal events would take keys away from the shell.
        inputs.keys = None;
        terminal::restore();
        output::print_stderr(format_args!("{}\nctrl-] leaves the shell", confirmed.plan().summary()));
        let container = confirmed.request().target().container.clone();
        let Inputs { signals, background, .. } = inputs;
        let mut shell = pin!(self.operations.shell(confirmed).run(signals));
        let ended = loop {
            tokio::select! {
                ended = &mut shell => break ended?,
                msg = background.next() => {
                    self.handle_step(msg, &mut background.messages)?;
                }
            }
        };
        if let Ok(ShellOutcome::Left { why: LeaveReason::Signal(number), .. }) = ended {
            return Ok(Some(ExitReason::Signal(number)));
        }
        // Keys typed for the shell must have no effect on the screen.
        terminal::discard_typed_keys();
        inputs.keys = Some(InputEvents::new());
        self.app.notify_shell_ended(&container, ended.as_ref().map(ShellOutcome::text));
        self.resume()?;
        Ok(None)
    }
}
