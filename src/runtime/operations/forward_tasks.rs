//! Ports that Portolan forwards while the screen is open, each in its own task and with its record in the
//! audit log.

use super::{audit_records::report_write_error, not_permitted, user_name};
use crate::{
    app::Msg,
    audit::{AuditLog, RunningRecord, unwritable_log},
    background::{self, Panicked},
    model::{Failure, Timestamp},
    operation::{ConfirmedSession, ForwardRequest, SentChange, SessionRequest},
    runtime::sessions::forward::{self, ForwardObserver, ForwardOutcome, LocalPort},
    source::Source,
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{
        mpsc::Sender,
        oneshot::{self, Receiver},
    },
    time::timeout,
};

/// Maximum time for all forwards to end at the exit of the program. It is a little longer than the time that
/// one forward gives the remote end.
const EXIT_TIMEOUT: Duration = Duration::from_millis(800);

/// Tasks that forward ports.
#[derive(Default)]
pub(super) struct ForwardTasks {
    /// Local port of a plan that waits for the user's confirmation. It is open already, because the plan names
    /// its number.
    planned_port: Arc<Mutex<Option<LocalPort>>>,
    running: BTreeMap<u64, RunningForward>,
}

/// Means to end a running forward, and to wait for its end.
struct RunningForward {
    stop: oneshot::Sender<()>,
    ended: Receiver<()>,
}

/// Opens the local port of a request, and returns the request with the port's number. The port stays open in
/// `planned_port` until the next plan.
pub(super) async fn open_local_port(
    request: ForwardRequest,
    planned_port: Arc<Mutex<Option<LocalPort>>>,
) -> Result<ForwardRequest, Failure> {
    // The port of an earlier plan may be the wanted one.
    drop(take_port(&planned_port));
    let port = LocalPort::open(request.local_port).await?;
    let request = ForwardRequest { local_port: port.number(), ..request };
    *planned_port.lock().unwrap_or_else(PoisonError::into_inner) = Some(port);
    Ok(request)
}

fn take_port(planned_port: &Mutex<Option<LocalPort>>) -> Option<LocalPort> {
    planned_port.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl ForwardTasks {
    /// Returns the place for the local port of a plan.
    pub(super) fn planned_port(&self) -> Arc<Mutex<Option<LocalPort>>> {
        Arc::clone(&self.planned_port)
    }

    /// Forwards the confirmed port until one side ends it. Does not open it if Portolan can't write the audit
    /// log.
    pub(super) fn open(
        &mut self,
        number: u64,
        confirmed: ConfirmedSession<ForwardRequest>,
        source: Option<Arc<dyn Source>>,
        (audit, sender): (Option<AuditLog>, Sender<Msg>),
    ) {
        let (stop, stopped) = oneshot::channel();
        let (done, ended) = oneshot::channel();
        self.running.insert(number, RunningForward { stop, ended });
        let port = take_port(&self.planned_port);
        let lost = sender.clone();
        let on_panic = move |panicked: Panicked| {
            let failure = panicked.failure("internal error while forwarding a port");
            // If the queue is full, the forward stays in the list.
            let _ = lost.try_send(Msg::ForwardEnded(number, Err(failure)));
        };
        let work = async move {
            let outcome = serve(number, &confirmed, (source, audit, port), &sender, stopped).await;
            // Only the exit of the program waits for this.
            let _ = done.send(());
            let outcome = outcome.map(|outcome| outcome.text());
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::ForwardEnded(number, outcome)).await;
        };
        drop(background::spawn(work, on_panic).detach());
    }

    /// Ends a forward.
    pub(super) fn end(&mut self, number: u64) {
        if let Some(running) = self.running.remove(&number) {
            // The forward may have ended by itself.
            let _ = running.stop.send(());
        }
    }

    /// Ends all forwards and waits for their records in the audit log, at most [`EXIT_TIMEOUT`].
    pub(super) async fn finish(&mut self) {
        let running = std::mem::take(&mut self.running).into_values();
        let waits = running.map(|one| {
            let _ = one.stop.send(());
            one.ended
        });
        let _ = timeout(EXIT_TIMEOUT, futures::future::join_all(waits)).await;
    }
}

/// Opens the session of a confirmed forward, and serves it until `stopped` or the remote end ends it.
async fn serve(
    number: u64,
    confirmed: &ConfirmedSession<ForwardRequest>,
    (source, audit, port): (Option<Arc<dyn Source>>, Option<AuditLog>, Option<LocalPort>),
    sender: &Sender<Msg>,
    stopped: Receiver<()>,
) -> Result<ForwardOutcome, Failure> {
    let audit = audit.ok_or_else(|| unwritable_log(&"there is no state directory"))?;
    let record = confirmed.plan().audit_record(&user_name(), Timestamp::now());
    let running = background::run_blocking(move || audit.begin(record)).await;
    let running =
        running.map_err(|panicked| unwritable_log(&panicked))?.map_err(|error| unwritable_log(&error))?;
    let mut observer = ScreenObserver { number, sender, running };
    let stop = async {
        // A closed channel means that the program ends.
        let _ = stopped.await;
        ForwardOutcome::Interrupted
    };
    let wanted = confirmed.request().local_port;
    let port = match port.filter(|port| port.number() == wanted) {
        Some(port) => Ok(port),
        None => LocalPort::open(wanted).await,
    };
    let ended = match (source.as_ref().and_then(|source| source.operator()), port) {
        (Some(operator), Ok(port)) => {
            forward::run(operator.open_forward(confirmed), port, stop, &mut observer).await
        }
        (Some(_), Err(failure)) => Err(failure),
        (None, _) => Err(not_permitted(&confirmed.request().target().source())),
    };
    let (running, words) = (observer.running, ended.clone());
    let finished =
        background::run_blocking(move || running.finish_session(words.as_ref().map(ForwardOutcome::text)));
    report_write_error(finished.await);
    ended
}

/// Observer of a forward on the screen: keeps the audit record and notifies the user.
struct ScreenObserver<'a> {
    number: u64,
    sender: &'a Sender<Msg>,
    running: RunningRecord,
}

impl ForwardObserver for ScreenObserver<'_> {
    fn call_ended(&mut self, call: Option<SentChange>) {
        report_write_error(Ok(self.running.note_call(call)));
    }

    fn opened(&mut self) -> io::Result<()> {
        // If the queue is full, the user misses the notice.
        let _ = self.sender.try_send(Msg::ForwardOpened(self.number));
        Ok(())
    }

    fn connection_failed(&mut self, words: String) {
        let _ = self.sender.try_send(Msg::Notice(words));
    }
}
