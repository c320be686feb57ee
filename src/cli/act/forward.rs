//! Command `forward`: forwards a port of this machine to a container of a service.

use super::session::{self, RecordedSession};
use crate::{
    cli::{
        Error, Outcome,
        args::{CommonArgs, ForwardArgs},
        print,
    },
    model::Failure,
    operation::{ForwardRequest, SessionRequest},
    runtime::{
        Signals,
        sessions::{
            forward::{self, ForwardOutcome, LocalPort},
            shell::unwritable_output,
        },
    },
};

/// Opens the forwarded port and serves it until the session ends.
async fn open(
    begun: &mut RecordedSession<ForwardRequest>,
    local: LocalPort,
) -> Result<ForwardOutcome, Failure> {
    let mut signals = Signals::listen().map_err(|error| unwritable_output(&error))?;
    let (source, confirmed, running) = begun.parts();
    let opening = session::operator(source)?.open_forward(confirmed);
    let note_call = |call| session::note_call(running, call);
    let announce = || {
        let request = confirmed.request();
        print(format!("forwarding {} {}; ctrl-c ends it\n", request.purpose(), request.target.summary()))
    };
    forward::run(opening, local, &mut signals, (note_call, announce)).await
}

/// Runs `portolan forward`. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ForwardArgs) -> Result<Outcome, Error> {
    // The plan names the local port, so Portolan opens the port first.
    let local = LocalPort::open(args.ports.local_port).await?;
    let make_request = |target| ForwardRequest {
        target,
        local_port: local.number(),
        host: args.ports.host.as_deref().map(Into::into),
        port: args.ports.port,
    };
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
