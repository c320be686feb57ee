//! Shell that the user opens from the screen, with its record in the audit log.

use super::{audit_records::report_write_error, not_permitted, user_name};
use crate::{
    audit::{AuditLog, RunningRecord, unwritable_log},
    model::{Failure, Timestamp},
    operation::{ConfirmedSession, SessionRequest, ShellRequest},
    runtime::{
        sessions::{
            plugin,
            shell::{SessionTerminal, ShellOutcome},
        },
        signals::Signals,
    },
    source::{Operator, Source},
};
use std::{io, sync::Arc};

/// Confirmed shell with everything that is needed to open it.
pub(in crate::runtime) struct PreparedShell {
    pub(super) source: Option<Arc<dyn Source>>,
    pub(super) audit: Option<AuditLog>,
    pub(super) confirmed: ConfirmedSession<ShellRequest>,
}

impl PreparedShell {
    /// Opens the shell on the terminal and runs it to its end. Does not open it if Portolan can't write the
    /// audit log.
    pub(in crate::runtime) async fn run(
        self,
        signals: &mut Signals,
    ) -> io::Result<Result<ShellOutcome, Failure>> {
        let mut running = match self.begin_record() {
            Ok(running) => running,
            Err(error) => return Ok(Err(unwritable_log(&error))),
        };
        let terminal = SessionTerminal::take(true)?;
        let note_call = |call| report_write_error(Ok(running.note_call(call)));
        let ended = match self.operator() {
            Ok(operator) => plugin::run_shell(operator, &self.confirmed, terminal, signals, note_call).await,
            Err(failure) => Err(failure),
        };
        report_write_error(Ok(running.finish_session(ended.as_ref().map(ShellOutcome::text))));
        Ok(ended)
    }

    fn begin_record(&self) -> io::Result<RunningRecord> {
        let audit = self.audit.as_ref().ok_or_else(|| io::Error::other("there is no state directory"))?;
        audit.begin(self.confirmed.plan().audit_record(&user_name(), Timestamp::now()))
    }

    fn operator(&self) -> Result<&dyn Operator, Failure> {
        let id = self.confirmed.request().target().source();
        let operator = self.source.as_ref().and_then(|source| source.operator());
        operator.ok_or_else(|| not_permitted(&id))
    }
}
