//! Hostile log lines must not put control characters on the screen.

use crate::logs::{line, log_message, open_order_logs};

/// Lines that attack a terminal or deceive its reader.
const HOSTILE_LINES: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m \u{1b}[2J\u{1b}[Hhome",
    "\u{1b}]52;c;ZXZpbA==\u{7}clip",
    "\u{1b}]0;title\u{1b}\\titled",
    "bell\u{7} back\u{8}space\rreturn\ttab",
    "\u{202e}desrever\u{202c} \u{2066}isolate\u{2069}",
    "zero\u{200b}width\u{200d}\u{feff}joined",
    "\u{9b}31mc1 \u{9d}52;c;eA==\u{9c}done",
    "wide 日本語テキスト and e\u{301} and 👩‍👩‍👧",
];

#[test]
fn nothing_hostile_reaches_the_buffer() {
    let mut stage = open_order_logs((60, 24));
    let all =
        HOSTILE_LINES.iter().enumerate().map(|(index, text)| line("orders", 95_000 + index as i64, text));
    stage.send(log_message(all.collect()));
    for keys in ["", "w", "w right", "left k", "enter", "G", "esc i", "left left", "r", "p", "G enter", "p -"]
    {
        stage.press_keys(keys);
        let picture = stage.picture();
        assert_eq!(picture.flaws(), Vec::<String>::new(), "after {keys}");
        let raw = |c: char| c.is_control() || "\u{202e}\u{202c}\u{2066}\u{2069}\u{200b}\u{feff}".contains(c);
        let bad: Vec<_> = picture
            .buffer
            .content
            .iter()
            .filter(|cell| cell.symbol().chars().any(raw))
            .map(|c| c.symbol().to_owned())
            .collect();
        assert!(bad.is_empty(), "after {keys}: {bad:?}");
    }
}
