//! Opens pages in the user's browser, if there is one on this machine.

use crate::{app::Msg, background};
use std::{
    env,
    process::{Command, Stdio},
};
use tokio::sync::mpsc::Sender;

/// Program that opens a page in the user's browser, such as `xdg-open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::runtime) struct Browser(String);

impl Browser {
    /// Returns the browser of this session: the program that `BROWSER` names, or else the desktop's default.
    /// Over ssh or without a desktop there is no default, because the page would not open on the user's
    /// screen. Returns `None` if there is neither a named program nor a default.
    pub(in crate::runtime) fn find() -> Option<Self> {
        Self::choose(|name| env::var(name).ok().filter(|value| !value.is_empty()), cfg!(target_os = "macos"))
    }

    fn choose(variable: impl Fn(&str) -> Option<String>, is_mac: bool) -> Option<Self> {
        if let Some(browser) = variable("BROWSER").filter(|browser| !browser.contains([':', '%', ' '])) {
            return Some(Self(browser));
        }
        let is_remote = variable("SSH_CONNECTION").is_some() || variable("SSH_TTY").is_some();
        let has_desktop = is_mac || variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
        let program = if is_mac { "open" } else { "xdg-open" };
        (has_desktop && !is_remote).then(|| Self(program.to_owned()))
    }

    /// Opens a page in the background. Shows a notice with the page if the browser fails.
    pub(in crate::runtime) fn open(self, page: String, sender: &Sender<Msg>) {
        let sender = sender.clone();
        let shown = page.clone();
        let work = move || {
            let mut command = Command::new(&self.0);
            command.arg(&page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().map(|status| status.success())
        };
        background::run_blocking_then(work, move |outcome| {
            if !matches!(outcome, Ok(Ok(true))) {
                // If the program has ended meanwhile, the message has no receiver.
                let _ = sender.blocking_send(Msg::Notice(format!("the browser did not open {shown}")));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Browser;

    #[test]
    fn a_page_opens_only_where_the_user_sees_it() {
        let choose = |set: &[(&str, &str)], is_mac| {
            let variable = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            Browser::choose(variable, is_mac).map(|browser| browser.0)
        };
        assert_eq!(choose(&[], false), None);
        assert_eq!(choose(&[("DISPLAY", ":0")], false).as_deref(), Some("xdg-open"));
        assert_eq!(choose(&[], true).as_deref(), Some("open"));
        assert_eq!(choose(&[("SSH_CONNECTION", "a b")], true), None);
        assert_eq!(choose(&[("DISPLAY", ":10"), ("SSH_TTY", "/dev/pts/1")], false), None);
        assert_eq!(choose(&[("BROWSER", "firefox"), ("SSH_TTY", "x")], false).as_deref(), Some("firefox"));
    }
}
