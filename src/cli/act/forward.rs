//! Command `forward`: forwards a port of this machine to a container of a service.

use super::session::{self, RecordedSession};
use crate::{
    audit::RunningRecord,
    cli::{
        Error, Outcome,
        args::{CommonArgs, ForwardArgs},
        print,
    },
    model::Failure,
    operation::{ForwardRequest, SentChange, SessionRequest},
    output,
    runtime::{
        Signals,
        sessions::{
            forward::{self, ForwardObserver, ForwardOutcome, LocalPort},
            shell::unwritable_output,
        },
    },
};
use std::io;

/// Opens the forwarded port and serves it until the session ends.
async fn open(
    begun: &mut RecordedSession<ForwardRequest>,
    local: LocalPort,
) -> Result<ForwardOutcome, Failure> {
    let mut signals = Signals::listen().map_err(|error| unwritable_output(&error))?;
    let (source, confirmed, running) = begun.parts();
    let opening = session::operator(source)?.open_forward(confirmed);
    let mut observer = TerminalObserver { running, request: confirmed.request() };
    forward::run(opening, local, forward::next_end_signal(&mut signals), &mut observer).await
}

/// Observer of a forward on the command line: keeps the audit record and prints.
struct TerminalObserver<'a> {
    running: &'a mut RunningRecord,
    request: &'a ForwardRequest,
}

impl ForwardObserver for TerminalObserver<'_> {
    fn call_ended(&mut self, call: Option<SentChange>) {
        session::note_call(self.running, call);
    }

    fn opened(&mut self) -> io::Result<()> {
        let (purpose, container) = (self.request.purpose(), self.request.target.summary());
        print(format!("forwarding {purpose} {container}; ctrl-c ends it\n"))
    }

    fn connection_failed(&mut self, words: String) {
        output::print_stderr(words);
    }
}

/// Runs `portolan forward`. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ForwardArgs) -> Result<Outcome, Error> {
    // The plan names the local port, so Portolan opens the port first.
    let local = LocalPort::open(args.ports.local_port).await?;
    let make_request =
        |target| ForwardRequest { local_port: local.number(), ..ForwardRequest::new(target, &args.ports) };
    let mut begun = match session::begin(common, &args.session, make_request).await? {
        Ok(begun) => begun,
        Err(outcome) => return Ok(outcome),
    };
    let ended = open(&mut begun, local).await;
    let outcome = match begun.finish(ended, ForwardOutcome::text).await? {
        Ok(outcome) => outcome,
        Err(outcome) => return Ok(outcome),
    };
    Ok(match outcome {
        ForwardOutcome::Ended | ForwardOutcome::Interrupted => Outcome::Success,
        ForwardOutcome::Signal(number) => Outcome::Signal(number),
    })
}
