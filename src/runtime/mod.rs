//! Runtime: the event loop of the interactive program, and the background tasks that it starts. No other
//! module controls the terminal.
//!
//! The loop handles signals first, then keys, then a batch of messages. It then draws one frame if something
//! has changed.

mod checkout_tasks;
mod history_tasks;
mod snapshot_cache;
mod usage_tasks;
mod effects;
mod poll;
mod inputs;
mod signals;
pub mod sessions;
mod suspend_detector;
mod log_tasks;
mod note_tasks;
mod operations;
mod terminal;
#[cfg(debug_assertions)]
mod test_panic;

pub mod logging;
pub mod panic_hook;

pub use history_tasks::{ActionReports, HistoryTasks, read_team_history};
pub use log_tasks::{LogReceiver, LogTasks};
pub use note_tasks::random_note_id;
pub use operations::user_name;
pub use poll::PollTasks;
pub use signals::Signals;
pub use snapshot_cache::{load_outages, save_outages};
pub use terminal::{discard_typed_keys, guard as terminal_guard};

use crate::{
    app::{App, Msg},
    audit::AuditLog,
    cache::CacheDir,
    effect::Effect,
    operation::{ConfirmedSession, ShellRequest},
    source::{Source, checkouts::CheckoutReader, team::TeamAccess},
};
use checkout_tasks::CheckoutTasks;
use effects::{Browser, LayoutQueue};
use inputs::{FrameSchedule, IdleFrames, Inputs, Pending, Step};
use note_tasks::NoteTasks;
use operations::OperationTasks;
use signals::Signal;
use std::{io, path::PathBuf, sync::Arc, time::Duration};
use suspend_detector::SuspendDetector;
use terminal::TerminalScreen;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::Instant,
};
use usage_tasks::UsageTasks;

/// Maximum number of messages to the app that wait in the queue. While it is full, senders wait.
const MESSAGE_QUEUE_LEN: usize = 256;

/// Maximum time spent on queued messages before the next frame.
const MAX_DRAIN_TIME: Duration = Duration::from_millis(8);

/// Reason why the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// The user quit.
    Quit,
    /// A signal with this number ended the program.
    Signal(i32),
}

/// Access to the team's store, and the directory for notes that stay on this machine.
#[derive(Clone, Default)]
pub struct TeamSetup {
    /// Access to the team's store.
    pub access: TeamAccess,
    /// State directory; `None` if the platform has none.
    pub state: Option<PathBuf>,
}

/// Returns the size of the terminal in columns and rows.
pub fn size() -> io::Result<(u16, u16)> {
    terminal::size()
}

/// Runs `app` on the terminal until the user quits or a signal ends it. Passes it the data of `sources`, and
/// the repositories that `checkouts` finds on this machine.
pub async fn run(
    app: App,
    sources: Vec<Arc<dyn Source>>,
    checkouts: CheckoutReader,
    mouse: bool,
    cache: Option<&CacheDir>,
    audit: Option<AuditLog>,
    team: TeamSetup,
) -> io::Result<ExitReason> {
    let (sender, messages) = mpsc::channel(MESSAGE_QUEUE_LEN);
    let signals = Signals::listen()?;
    panic_hook::set_loop_sender(sender.clone());
    let screen = TerminalScreen::open(app.size(), mouse)?;
    let polls = PollTasks::start(&sources, &sender, cache);
    let checkout_tasks = CheckoutTasks::start(checkouts, sender.clone());
    let usage_tasks = UsageTasks::new(sources.clone(), sender.clone());
    let reports = start_action_reports(&sources, &team.access, &sender);
    let audit = audit.map(|audit| audit.with_reports(reports.sender()));
    let operations = OperationTasks::new(sources.clone(), sender.clone(), audit);
    let history_tasks = HistoryTasks::start(&sources, &team.access, &sender, &reports);
    operations.read_places();
    let notes = NoteTasks::start(&sources, team.access.clone(), team.state, sender.clone());
    let (log_tasks, logs) = LogTasks::new(sources);
    let mut inputs = Inputs::new(signals, messages, logs);
    let suspend_detector = SuspendDetector::new();
    let mut event_loop = EventLoop {
        app,
        screen,
        layouts: LayoutQueue::new(sender.clone()),
        sender,
        polls,
        checkout_tasks,
        usage_tasks,
        log_tasks,
        operations,
        notes,
        history_tasks,
        team: team.access,
        suspend_detector,
        has_more_work: false,
        next_shell: None,
        idle_frames: IdleFrames::default(),
    };
    let mut frames = FrameSchedule::new();
    // The app may show a share, whose screens adapt to the terminal before the first frame.
    event_loop.resize()?;
    event_loop.draw_frame()?;
    loop {
        if let Some(reason) = event_loop.take_step(&mut inputs, &mut frames).await? {
            // Without a receiver, no task can block on sending a message.
            drop(inputs);
            terminal::restore();
            event_loop.operations.finish_runs().await;
            drop(event_loop);
            reports.finish().await;
            return Ok(reason);
        }
    }
}

/// Starts the task that reports the user's actions to the team. The user gets a notice if a report fails.
fn start_action_reports(
    sources: &[Arc<dyn Source>],
    access: &TeamAccess,
    sender: &Sender<Msg>,
) -> ActionReports {
    let sender = sender.clone();
    // If the queue is full, the user misses the notice.
    ActionReports::start(sources, access, move |words| drop(sender.try_send(Msg::Notice(words))))
}

/// State of the event loop: the app and everything that runs on its behalf.
struct EventLoop {
    app: App,
    screen: TerminalScreen,
    layouts: LayoutQueue,
    sender: Sender<Msg>,
    polls: PollTasks,
    checkout_tasks: CheckoutTasks,
    usage_tasks: UsageTasks,
    log_tasks: LogTasks,
    operations: OperationTasks,
    notes: NoteTasks,
    history_tasks: HistoryTasks,
    team: TeamAccess,
    suspend_detector: SuspendDetector,
    /// True if the app has unfinished work to continue after the next frame.
    has_more_work: bool,
    /// Shell that gets the terminal once the current step is done.
    next_shell: Option<ConfirmedSession<ShellRequest>>,
    idle_frames: IdleFrames,
}

impl EventLoop {
    /// Waits for the next input and handles it. Returns the reason if the program must end.
    async fn take_step(
        &mut self,
        inputs: &mut Inputs,
        frames: &mut FrameSchedule,
    ) -> io::Result<Option<ExitReason>> {
        let pending = Pending { frame: self.is_frame_due(), work: self.has_more_work };
        let exit = match inputs.next(frames, pending).await? {
            Step::Exit(reason) => Some(reason),
            Step::Suspend => self.suspend(&mut inputs.signals).await?,
            Step::Resume => self.resume().map(|()| None)?,
            Step::Draw => {
                self.draw_frame()?;
                frames.note_frame();
                None
            }
            // The last frame has already applied this size.
            Step::Handle(Msg::Resize(width, height)) if self.app.size() == (width, height) => None,
            Step::Handle(msg) => {
                frames.note_message(&msg);
                self.handle_step(msg, &mut inputs.background.messages)?
            }
        };
        match self.next_shell.take() {
            Some(shell) if exit.is_none() => self.run_shell(shell, inputs).await,
            _ => Ok(exit),
        }
    }

    /// Draws a frame. First applies a new terminal size, even if no event has reported it yet.
    fn draw_frame(&mut self) -> io::Result<()> {
        if terminal::size()? != self.app.size() {
            self.resize()?;
        }
        let has_changed = self.screen.draw(&mut self.app)?;
        self.idle_frames.note_frame(has_changed);
        Ok(())
    }

    /// Returns true if the app needs a frame now rather than at a later tick.
    fn is_frame_due(&self) -> bool {
        self.app.is_dirty() && !self.idle_frames.is_held()
    }

    /// Applies the size of the terminal to the app.
    fn resize(&mut self) -> io::Result<()> {
        let (width, height) = terminal::size()?;
        // A resize never quits, so the result is unused.
        self.update(Msg::Resize(width, height)).map(|_| ())
    }

    /// Handles a message and those queued after it, then updates the background tasks. Returns the reason if
    /// the program must end.
    fn handle_step(&mut self, msg: Msg, waiting: &mut Receiver<Msg>) -> io::Result<Option<ExitReason>> {
        let tick = if let Msg::Tick(now) = msg { Some(now) } else { None };
        if tick.is_some_and(|now| self.suspend_detector.has_jumped(now, Instant::now().into_std())) {
            self.polls.refresh();
        }
        self.idle_frames.note_message(tick.is_some() && !self.is_frame_due());
        let exit = self.handle_messages(msg, waiting)?;
        if exit.is_none() {
            self.update_subscriptions(tick.is_some());
        }
        Ok(exit)
    }

    /// Handles a message, then queued ones for at most [`MAX_DRAIN_TIME`]. Returns the reason if the program
    /// must end.
    fn handle_messages(&mut self, msg: Msg, waiting: &mut Receiver<Msg>) -> io::Result<Option<ExitReason>> {
        let began = Instant::now();
        let mut next = Some(msg);
        while let Some(msg) = next {
            if let Some(end) = self.update(msg)? {
                return Ok(Some(end));
            }
            next = if began.elapsed() < MAX_DRAIN_TIME { waiting.try_recv().ok() } else { None };
        }
        Ok(None)
    }

    /// Passes a message to the app and performs the effects that it returns. Returns the reason if the
    /// program must end.
    fn update(&mut self, msg: Msg) -> io::Result<Option<ExitReason>> {
        self.has_more_work &= !matches!(msg, Msg::ContinueWork);
        for effect in self.app.update(msg) {
            match effect {
                Effect::Quit => return Ok(Some(ExitReason::Quit)),
                Effect::RefreshSources => self.polls.refresh(),
                Effect::SaveOutages(source, memory) => self.polls.save_outages(&source, memory),
                Effect::ContinueWork => self.has_more_work = true,
                Effect::CopyToClipboard(text) => self.screen.copy_to_clipboard(&text)?,
                Effect::OpenPage(page) => {
                    if let Some(browser) = Browser::find() {
                        browser.open(page, &self.sender);
                    } else {
                        self.screen.copy_to_clipboard(&page)?;
                        self.app.notify(&format!("no browser in this session; copied {page}"));
                    }
                }
                Effect::CaptureMouse(capture) => self.screen.capture_mouse(capture)?,
                Effect::ReadTargets(request) => self.operations.read_targets(request),
                Effect::RunPlan(number, plan) => self.operations.run(number, *plan),
                Effect::RecordVerdict(number, verdict) => self.operations.record_verdict(number, &verdict),
                Effect::ReadSessionPlace(request) => self.operations.read_session_place(request),
                Effect::OpenForward(number, confirmed) => self.operations.open_forward(number, *confirmed),
                Effect::ClosePlannedPort(number) => self.operations.close_planned_port(number),
                Effect::EndForward(number) => self.operations.end_forward(number),
                Effect::OpenShell(confirmed) => self.next_shell = Some(*confirmed),
                Effect::RecordSessionRefusal(request, outcome, why) => {
                    self.operations.record_session_refusal(&request, outcome, &why);
                }
                Effect::RecordRefusal(request, outcome, why) => {
                    self.operations.record_refusal(&request, outcome, &why);
                }
                Effect::WriteShare(share, place) => {
                    effects::write_share(*share, place, &self.team, &self.sender);
                }
                Effect::WriteTeamHistory(source, entries) => self.history_tasks.share(&source, entries),
                Effect::WriteNote(source, draft) => self.notes.write(&source, draft),
                Effect::SaveFile(file) => effects::save_file(file, &self.sender),
                Effect::ComputeLayout(request) => self.layouts.compute(*request),
                Effect::CompareLayout(request) => effects::compare_layout(*request, &self.sender),
            }
        }
        Ok(None)
    }

    /// Starts and stops background tasks so that they match the subscriptions of the screens. `ticked` is
    /// true once a second.
    fn update_subscriptions(&mut self, ticked: bool) {
        let wanted = self.app.subscriptions();
        self.log_tasks.sync(&wanted);
        self.usage_tasks.sync(&wanted);
        if ticked {
            self.polls.set_priority(&self.app.priority_services());
            // Otherwise the verdict on an action would wait for the next poll.
            for (source, instances) in self.app.watched_instances() {
                self.polls.read_again(&source, &instances);
            }
            self.checkout_tasks.set_compose_files(self.app.compose_files());
        }
    }

    /// Restores the terminal and stops the process (job control). After SIGCONT, takes the terminal over
    /// again.
    async fn suspend(&mut self, signals: &mut Signals) -> io::Result<Option<ExitReason>> {
        terminal::restore();
        signals::suspend_process()?;
        loop {
            match signals.next().await {
                Signal::Terminate(number) => return Ok(Some(ExitReason::Signal(number))),
                Signal::Continue => return self.resume().map(|()| None),
                Signal::Stop => {}
            }
        }
    }

    /// Takes over the terminal again, because another program may have changed it, and redraws the whole
    /// screen.
    fn resume(&mut self) -> io::Result<()> {
        self.screen.enter()?;
        self.idle_frames.note_message(false);
        self.resize()
    }
}
