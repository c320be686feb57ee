//! Ports that Portolan forwards while the screen is open, each in its own task and with its record in the
//! audit log.

use super::{
    audit_records::{begin_record, report_write_error},
    not_permitted, user_name,
};
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
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{
        mpsc::Sender,
        oneshot::{self, Receiver, error::TryRecvError},
    },
    time::timeout,
};

/// Maximum time for all forwards to end at the exit of the program. It is a little longer than the time that
/// one forward gives the remote end.
const EXIT_TIMEOUT: Duration = Duration::from_millis(800);

/// Local ports of plans that wait for the user's confirmation, by number. They are open already, because each
/// plan names its port.
pub(super) type PlannedPorts = Arc<Mutex<BTreeMap<u16, LocalPort>>>;

/// Tasks that forward ports.
#[derive(Default)]
pub(super) struct ForwardTasks {
    planned_ports: PlannedPorts,
    running: BTreeMap<u64, RunningForward>,
}

/// Means to end a running forward, and to wait for its end.
struct RunningForward {
    /// `None` once Portolan has ended the forward.
    stop: Option<oneshot::Sender<()>>,
    ended: Receiver<()>,
}

/// Opens the local port of a request, and returns the request with the port's number. The port stays open in
/// `planned_ports` until it is forwarded or closed.
pub(super) async fn open_local_port(
    request: ForwardRequest,
    planned_ports: PlannedPorts,
) -> Result<ForwardRequest, Failure> {
    let port = LocalPort::open(request.local_port).await?;
    let request = ForwardRequest { local_port: port.number(), ..request };
    lock(&planned_ports).insert(port.number(), port);
    Ok(request)
}

/// Locks the ports. No caller holds the lock while it waits.
fn lock(planned_ports: &PlannedPorts) -> MutexGuard<'_, BTreeMap<u16, LocalPort>> {
    planned_ports.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ForwardTasks {
    /// Returns the ports of plans that wait for the user's confirmation.
    pub(super) fn planned_ports(&self) -> PlannedPorts {
        Arc::clone(&self.planned_ports)
    }

    /// Closes the local port of a plan that the user has not confirmed.
    pub(super) fn close_planned_port(&self, number: u16) {
        lock(&self.planned_ports).remove(&number);
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
        self.running.retain(|_, one| one.ended.try_recv() == Err(TryRecvError::Empty));
        self.running.insert(number, RunningForward { stop: Some(stop), ended });
        let port = lock(&self.planned_ports).remove(&confirmed.request().local_port);
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
        let stop = self.running.get_mut(&number).and_then(|running| running.stop.take());
        // The forward may have ended by itself.
        let _ = stop.map(|stop| stop.send(()));
    }

    /// Ends all forwards and waits for their records in the audit log, at most [`EXIT_TIMEOUT`].
    pub(super) async fn finish(&mut self) {
        let running = std::mem::take(&mut self.running).into_values();
        let waits = running.map(|one| {
            let _ = one.stop.map(|stop| stop.send(()));
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
    let record = confirmed.plan().audit_record(&user_name(), Timestamp::now());
    let running = begin_record(audit, record).await.map_err(|error| unwritable_log(&error))?;
    let mut observer = ScreenObserver { number, sender, running };
    let stop = async {
        // A closed channel means that the program ends.
        let _ = stopped.await;
        ForwardOutcome::Interrupted
    };
    let wanted = confirmed.request().local_port;
    let port = match port {
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
        let (sender, number) = (self.sender.clone(), self.number);
        // If the program has ended meanwhile, the message has no receiver.
        let news = async move { drop(sender.send(Msg::ForwardOpened(number)).await) };
        drop(background::spawn(news, |_| ()).detach());
        Ok(())
    }

    fn connection_failed(&mut self, words: String) {
        let _ = self.sender.try_send(Msg::Notice(words));
    }
}
