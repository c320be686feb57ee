//! Command `forward`: forwards a port of this machine to a container of a service.

use super::session;
use crate::{
    cli::{
        Error, Outcome,
        args::{CommonArgs, ForwardArgs},
        print,
    },
    operation::{ForwardRequest, SessionRequest},
    runtime::sessions::forward::{self, ForwardOutcome, LocalPort},
};

/// Runs the command. A refusal is an outcome, not an error.
pub(in crate::cli) async fn run(common: &CommonArgs, args: &ForwardArgs) -> Result<Outcome, Error> {
    // The plan names the local port, so it has to be open before.
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
    let opened = begun.operator()?.open_forward(&begun.confirmed).await;
    let ended = match opened {
        Ok(session) => {
            begun.note_call(session.call.clone());
            let request = begun.confirmed.request();
            print(format!(
                "forwarding {} {}; ctrl-c ends it\n",
                request.purpose(),
                request.target.summary()
            ))?;
            forward::run(session, local).await?
        }
        Err(failure) => Err(failure),
    };
    begun.finish(ended.as_ref().map(ForwardOutcome::text));
    Ok(match ended? {
        ForwardOutcome::Ended | ForwardOutcome::Interrupted => Outcome::Success,
        ForwardOutcome::Signal(number) => Outcome::Signal(number),
    })
}
