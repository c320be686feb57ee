//! Sharing of the screen: makes a share of the current view, and asks the runtime to write it.

use crate::{
    app::{App, prompt::Prompt, screens::WrittenViews},
    effect::Effect,
    log_store::{LogExtract, StreamScope},
    model::{ServiceId, Text},
    screen::ScreenId,
    share::{SHARE_SCHEMA, Share, ShareDestination, ShareHeader},
    store::{Search, Session, WorldState},
    subscription::Subscription,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Maximum length of a share's comment, in characters.
const MAX_COMMENT_CHARS: usize = 500;

/// State of all screens and of the session, borrowed to be written into a share.
#[derive(Serialize)]
struct WrittenView<'a> {
    session: &'a Session,
    screens: WrittenViews<'a>,
    screen_stack: &'a [ScreenId],
    is_split: bool,
    logs_fullscreen: bool,
    last_search: &'a Search,
    list_filter: &'a Search,
}

impl App {
    /// Opens the prompt for the comment of a share, or notifies the user why nothing can be shared.
    pub(in crate::app) fn ask_for_share_comment(&mut self, destination: ShareDestination) {
        if !self.can_share() {
            let why = if self.shows_share() {
                "this is a share already: pass on its file or its name"
            } else {
                "nothing to share yet: no source has been read"
            };
            self.notify(why);
            return;
        }
        self.prompt = Some(Prompt::share_comment(destination));
    }

    /// Returns true if the screen can be shared: a source has been read, and the screen does not show a share
    /// already.
    pub(in crate::app) fn can_share(&self) -> bool {
        !self.shows_share() && self.store.world.inventory.snapshots().next().is_some()
    }

    /// Asks the runtime to write a share of the screen with this comment, which may be empty.
    pub(in crate::app) fn share(&mut self, comment: &str, destination: ShareDestination) -> Vec<Effect> {
        match self.make_share(comment) {
            Ok(share) => {
                self.notify("sharing the screen");
                vec![Effect::WriteShare(Box::new(share), destination)]
            }
            Err(error) => {
                self.notify(&format!("can't share the screen: {error}"));
                Vec::new()
            }
        }
    }

    /// Returns a share of the current screen. The runtime adds the name of the person later.
    fn make_share(&self, comment: &str) -> Result<Share, serde_json::Error> {
        let world = &self.store.world;
        let view = serde_json::to_value(WrittenView {
            session: &self.store.session,
            screens: self.screens.views(),
            screen_stack: &self.screen_stack,
            is_split: self.is_split,
            logs_fullscreen: self.logs_fullscreen,
            last_search: &self.last_search,
            list_filter: &self.list_filter,
        })?;
        let zone = &self.store.session.time_zone;
        let header = ShareHeader {
            schema: SHARE_SCHEMA.into(),
            taken_at: world.now,
            by: Text::default(),
            comment: Text::with_max_chars(comment, MAX_COMMENT_CHARS),
            size: self.size(),
            time_zone: zone.iana_name().unwrap_or_default().into(),
            utc_offset: zone.to_offset(world.now).seconds(),
            view,
            world: WorldState::of(world, self.shown_log_lines()),
        };
        Ok(Share { header, snapshots: world.snapshots_to_share() })
    }

    /// Returns the log lines that the share needs, because the shown screens refer to them.
    fn shown_log_lines(&self) -> LogExtract {
        let panes = self.panes();
        let is_shown = |wanted| panes.iter().any(|(screen, _)| *screen == wanted);
        let mut services: BTreeSet<ServiceId> = BTreeSet::new();
        for subscription in self.subscriptions() {
            if let Subscription::Logs(target, _) = subscription {
                services.insert(target.service);
            }
        }
        let logs = &self.screens.logs;
        let mut last_line = None;
        if is_shown(ScreenId::Logs) {
            services.extend(logs.shown_services(&self.store));
            last_line = logs.last_shown_line();
        }
        if services.is_empty() {
            return LogExtract::default();
        }
        LogExtract::of(&self.store.world.logs, StreamScope::Services(services), last_line)
    }
}
