//! Shell from the screen: it opens on the terminal, and the audit log names it.

use super::{
    audit_records::{WRITABLE_STATE_REMEDY, report_write_error},
    not_permitted, user_name,
};
use crate::{
    audit::{AuditLog, RunningRecord},
    model::{Failure, FailureKind, Timestamp},
    operation::{ConfirmedSession, SessionRequest, ShellRequest},
    runtime::{
        sessions::{
            keyboard::Keyboard,
            shell::{LeaveReason, ShellOutcome, attach_with},
        },
        signals::{Signal, Signals},
        terminal::RawTerminal,
    },
    source::{Source, session::Shell},
};
use std::{io, sync::Arc};

/// Bytes of the keys that give up while a shell opens: ctrl-c and ctrl-].
const GIVE_UP_BYTES: [u8; 2] = [0x03, 0x1d];

/// Confirmed shell with all that it needs to open.
pub(in crate::runtime) struct PreparedShell {
    pub(super) source: Option<Arc<dyn Source>>,
    pub(super) audit: Option<AuditLog>,
    pub(super) confirmed: ConfirmedSession<ShellRequest>,
}

/// Result of opening a shell.
enum Opening {
    Opened(Box<Result<Shell, Failure>>),
    Left(LeaveReason),
}

impl PreparedShell {
    /// Opens the shell on the terminal and runs it to its end. Does not open it if the audit log can't be written.
    pub(in crate::runtime) async fn run(
        self,
        signals: &mut Signals,
    ) -> io::Result<Result<ShellOutcome, Failure>> {
        let mut running = match self.begin_record() {
            Ok(running) => running,
            Err(error) => {
                let what = format!("the audit log can't be written: {error}");
                return Ok(Err(Failure::new(FailureKind::Invalid, what, WRITABLE_STATE_REMEDY)));
            }
        };
        let raw = RawTerminal::take()?;
        let mut keys = Keyboard::open(true)?;
        let ended = match self.open(&mut keys, signals).await {
            Opening::Opened(shell) => match *shell {
                Ok(shell) => {
                    report_write_error(Ok(running.note_call(shell.call.clone())));
                    attach_with(shell, (Some(raw), keys), signals).await?
                }
                Err(failure) => Err(failure),
            },
            Opening::Left(why) => Ok(ShellOutcome::Left { why, may_run: false }),
        };
        report_write_error(Ok(running.finish_session(ended.as_ref().map(ShellOutcome::text))));
        Ok(ended)
    }

    fn begin_record(&self) -> io::Result<RunningRecord> {
        let audit = self.audit.as_ref().ok_or_else(|| io::Error::other("there is no state directory"))?;
        audit.begin(self.confirmed.plan().audit_record(&user_name(), Timestamp::now()))
    }

    /// Opens the shell, unless the user or a signal ends it before.
    async fn open(&self, keys: &mut Keyboard, signals: &mut Signals) -> Opening {
        let id = self.confirmed.request().target().source();
        let Some(operator) = self.source.as_ref().and_then(|source| source.operator()) else {
            return Opening::Opened(Box::new(Err(not_permitted(&id))));
        };
        let mut opening = operator.open_shell(&self.confirmed);
        loop {
            tokio::select! {
                opened = &mut opening => return Opening::Opened(Box::new(opened)),
                typed = keys.next() => match typed {
                    Some(bytes) if !bytes.iter().any(|byte| GIVE_UP_BYTES.contains(byte)) => {}
                    Some(_) | None => return Opening::Left(LeaveReason::Detached),
                },
                signal = signals.next() => if let Signal::Terminate(number) = signal {
                    return Opening::Left(LeaveReason::Signal(number));
                },
            }
        }
    }
}
