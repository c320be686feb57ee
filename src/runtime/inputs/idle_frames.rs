//! Reduces the number of frames while nothing happens. Each tick requests a frame, because ages on the screen
//! grow. If such frames change nothing, Portolan draws one only every few ticks.

/// Maximum number of ticks from one frame to the next. A tick comes once a second. Findings that depend only
/// on time are evaluated again equally often, every 5 seconds.
const MAX_TICKS_PER_FRAME: u32 = 5;

/// Delay of frames while the screen does not change: decides whether the frame that a tick requests waits for
/// a later tick.
#[derive(Debug, Default)]
pub(in crate::runtime) struct IdleFrames {
    /// Number of successive frames that ticks requested and that changed nothing.
    unchanged_frames: u32,
    /// Number of ticks since the last frame.
    ticks: u32,
    is_held: bool,
}

impl IdleFrames {
    /// Records that the app received a message. `is_quiet_tick` is true for a tick while no frame was due.
    pub(in crate::runtime) fn note_message(&mut self, is_quiet_tick: bool) {
        if is_quiet_tick {
            self.ticks += 1;
            self.is_held = self.ticks < self.unchanged_frames.min(MAX_TICKS_PER_FRAME);
        } else {
            *self = Self::default();
        }
    }

    /// Records a drawn frame. `has_changed` is true if it changed the screen.
    pub(in crate::runtime) fn note_frame(&mut self, has_changed: bool) {
        let unchanged_frames = if has_changed { 0 } else { self.unchanged_frames + 1 };
        *self = Self { unchanged_frames, ..Self::default() };
    }

    /// Returns true while the frame that a tick requested waits for a later tick.
    pub(in crate::runtime) fn is_held(&self) -> bool {
        self.is_held
    }
}

#[cfg(test)]
mod tests {
    use super::IdleFrames;

    /// Sends ticks, draws each frame that is not held, and returns the numbers of ticks between frames.
    fn ticks_between_frames(frames: &mut IdleFrames, has_changed: bool) -> Vec<u32> {
        let (mut between, mut ticks) = (Vec::new(), 0);
        while between.len() < 9 {
            frames.note_message(true);
            ticks += 1;
            if !frames.is_held() {
                frames.note_frame(has_changed);
                between.push(ticks);
                ticks = 0;
            }
        }
        between
    }

    #[test]
    fn frames_that_change_nothing_become_rare() {
        let mut frames = IdleFrames::default();
        assert_eq!(ticks_between_frames(&mut frames, false), [1, 1, 2, 3, 4, 5, 5, 5, 5]);
        frames.note_message(true);
        assert!(frames.is_held());
        frames.note_message(false);
        assert!(!frames.is_held(), "a key needs its frame at once");
    }

    #[test]
    fn a_screen_that_changes_keeps_its_frame_each_second() {
        assert_eq!(ticks_between_frames(&mut IdleFrames::default(), true), [1; 9]);
    }
}
