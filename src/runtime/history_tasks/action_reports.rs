//! Reports this user's actions from the audit log to the team.

use super::OwnActions;
use crate::{
    audit::AuditReport,
    background,
    model::{Failure, Text},
    source::{
        Source,
        team::{HistoryStore, TeamAccess},
    },
    team::SharedAction,
};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

/// Maximum number of reports in the queue. The audit log drops further ones.
const MAX_WAITING_REPORTS: usize = 64;

/// Maximum time to write one report.
const REPORT_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum time for which the end of the program waits for reports.
const FINISH_TIMEOUT: Duration = Duration::from_secs(5);

/// Task that writes this user's actions to the team's store, so that the other members see them. The default
/// value has no task, for runs without a team.
#[derive(Default)]
pub struct ActionReports {
    sender: Option<Sender<AuditReport>>,
    pub(super) own: OwnActions,
    task: Option<AbortOnDropHandle<()>>,
    /// Called with a message if an action could not be written, so that the other members do not see it;
    /// `None` without a task.
    on_failure: Option<Box<dyn Fn(String) + Send + Sync>>,
}

impl ActionReports {
    /// Starts the task if the team keeps a history. Calls `on_failure` with a message if an action could not
    /// be written, so that the other members do not see it.
    pub fn start(
        sources: &[Arc<dyn Source>],
        access: &TeamAccess,
        on_failure: impl Fn(String) + Clone + Send + Sync + 'static,
    ) -> Self {
        if !access.keeps_history() {
            return Self::default();
        }
        let own = OwnActions::default();
        let (sender, reports) = mpsc::channel(MAX_WAITING_REPORTS);
        let (on_panic, on_timeout) = (on_failure.clone(), on_failure.clone());
        let work = write_reports(reports, sources.to_vec(), access.clone(), Arc::clone(&own), on_failure);
        let task = background::spawn(work, move |panicked| on_panic(unseen_action(&panicked)));
        Self { sender: Some(sender), own, task: Some(task), on_failure: Some(Box::new(on_timeout)) }
    }

    /// Returns the channel for the audit log's reports; `None` if the team keeps no history.
    #[must_use]
    pub fn sender(&self) -> Option<Sender<AuditReport>> {
        self.sender.clone()
    }

    /// Waits until all reports are written, at most 5 seconds. The caller must first drop the audit
    /// log, whose senders would keep the task waiting for further reports.
    pub async fn finish(self) {
        drop(self.sender);
        // A store that does not answer must not delay the exit.
        if let (Some(task), Some(on_failure)) = (self.task, self.on_failure)
            && timeout(FINISH_TIMEOUT, task).await.is_err()
        {
            on_failure(unseen_action(&"the store does not answer"));
        }
    }
}

async fn write_reports(
    mut reports: Receiver<AuditReport>,
    sources: Vec<Arc<dyn Source>>,
    access: TeamAccess,
    own: OwnActions,
    on_failure: impl Fn(String),
) {
    while let Some(report) = reports.recv().await {
        own.lock().unwrap_or_else(PoisonError::into_inner).insert(Text::new(&report.id));
        let source = sources.iter().find(|source| source.id().as_str() == report.record.source.as_str());
        let Some(source) = source else { continue };
        match timeout(REPORT_TIMEOUT, write_report(&**source, &access, &report)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                on_failure(unseen_action(&format!("{} ({})", failure.message, failure.remedy)));
            }
            Err(_) => on_failure(unseen_action(&"the store does not answer")),
        }
    }
}

/// Adds an action to the action book in the store. Does nothing if no team reads the source.
async fn write_report(source: &dyn Source, access: &TeamAccess, report: &AuditReport) -> Result<(), Failure> {
    let Some(store) = HistoryStore::of(source, access).await? else { return Ok(()) };
    let by = access.member_name();
    store.add_action(SharedAction::of_record(&report.id, &by, &report.record, report.ended_at)).await
}

fn unseen_action(why: &dyn std::fmt::Display) -> String {
    format!("the others do not see your action: {why}")
}
