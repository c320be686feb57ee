//! Panic on request of a test, which checks that Portolan restores the terminal. Release builds leave this
//! module out.

/// Countdown to the panic that a test requests.
#[derive(Debug)]
pub(super) struct TestPanic {
    /// Number of frames before the panic; `None` if no panic is requested.
    frames_left: Option<usize>,
}

impl TestPanic {
    /// Environment variable with the number of frames before the panic.
    const FRAMES_VARIABLE: &str = "PORTOLAN_PANIC_AFTER_FRAMES";

    /// Reads the request from the environment.
    pub(super) fn from_env() -> Self {
        Self { frames_left: std::env::var(Self::FRAMES_VARIABLE).ok().and_then(|frames| frames.parse().ok()) }
    }

    /// Counts a frame, and panics if it is the requested one.
    pub(super) fn count_frame(&mut self) {
        assert!(self.frames_left != Some(0), "{} asked for this", Self::FRAMES_VARIABLE);
        self.frames_left = self.frames_left.map(|left| left - 1);
    }
}
