//! Terminal tests: Portolan restores the terminal after quit, signals and a panic, and follows its size.

use crate::{
    home::{Home, harbour_recording_with_lines},
    pty::{PtyTerminal, exit_code_after_hangup},
};
use std::time::Duration;
use vt100::MouseProtocolMode;

/// Starts the demo and waits for its first screen.
fn start_demo() -> PtyTerminal {
    let terminal = PtyTerminal::start(&["--demo"], &[]);
    terminal.wait_for_text("DEMO");
    terminal.wait_for_text("? help");
    terminal.assert_taken_over();
    terminal
}

#[test]
fn the_first_screen_is_the_map_and_q_quits() {
    let mut terminal = start_demo();
    terminal
        .wait_until("the mouse is taken", |screen| screen.mouse_protocol_mode() != MouseProtocolMode::None);
    terminal.wait_until("services are there", |screen| !screen.contents().contains(" 0 services"));
    terminal.type_keys("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_restored();
    assert_eq!(terminal.text().trim(), "", "nothing is left behind");
}

#[test]
fn keys_lead_through_the_screens_and_back() {
    let mut terminal = start_demo();
    terminal.wait_until("services are there", |screen| !screen.contents().contains(" 0 services"));
    terminal.type_keys("t");
    terminal.wait_for_text("HEALTH");
    terminal.type_keys("?");
    terminal.wait_for_text("legend");
    terminal.type_keys("\u{1b}");
    terminal.wait_for_text("HEALTH");
    terminal.type_keys(":sources\r");
    terminal.wait_for_text("the built-in demo");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_restored();
}

/// Keys that open each screen.
const SCREEN_KEYS: &[&str] = &["M", "t", "d", "w", "l", "!", "V", ":sources\r", "?", "/web", ":l"];

#[test]
fn signals_end_it_with_the_terminal_restored() {
    let signals = [
        ("TERM", 15),
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("ABRT", 6),
        ("USR1", 10),
        ("USR2", 12),
        ("ALRM", 14),
        ("VTALRM", 26),
        ("PROF", 27),
        ("XCPU", 24),
    ];
    for ((name, number), keys) in signals.into_iter().zip(SCREEN_KEYS) {
        let mut terminal = start_demo();
        terminal.type_keys(keys);
        terminal.send_signal(name);
        assert_eq!(terminal.wait_for_exit(), 128 + number, "SIG{name} on {keys}");
        terminal.assert_restored();
    }
}

/// Standard error is the closed terminal too, so no message can be printed either.
#[test]
fn a_closed_terminal_ends_it_without_a_panic() {
    for _ in 0..5 {
        let code = exit_code_after_hangup(&["--demo"]);
        assert!([2, 128 + 1].contains(&code), "neither a failed write nor SIGHUP: {code}");
    }
}

/// After signals that a program can't or must not catch, the guard process restores the terminal.
#[test]
fn the_terminal_is_restored_also_where_the_program_is_killed() {
    for (name, keys) in ["KILL", "ILL", "FPE", "TRAP", "SYS"].into_iter().zip(SCREEN_KEYS) {
        let mut terminal = start_demo();
        terminal.type_keys(keys);
        terminal.send_signal(name);
        assert!(terminal.wait_for_exit() != 0, "SIG{name} on {keys}");
        terminal.assert_restored();
    }
}

#[test]
fn a_stopped_program_gives_the_terminal_back_and_takes_it_again() {
    let mut terminal = start_demo();
    for (keys, shown) in [("t", "HEALTH"), ("?", "legend")] {
        terminal.type_keys(keys);
        terminal.wait_for_text(shown);
        terminal.send_signal("TSTP");
        terminal.wait_until_stopped();
        terminal.assert_restored();
        terminal.send_signal("CONT");
        terminal.wait_until("the alternate screen again", vt100::Screen::alternate_screen);
        terminal
            .wait_until("the mouse again", |screen| screen.mouse_protocol_mode() != MouseProtocolMode::None);
        terminal.wait_for_text("portolan");
    }
    // SIGSTOP gives the program no chance to clean up, so after SIGCONT it must set up the terminal again.
    terminal.send_signal("STOP");
    terminal.wait_until_stopped();
    terminal.send_signal("CONT");
    terminal.type_keys("\u{1b}");
    terminal.wait_for_text("HEALTH");
    terminal.assert_taken_over();
    terminal.type_keys("q");
    terminal.wait_for_text("? help");
    terminal.send_signal("TSTP");
    terminal.wait_until_stopped();
    terminal.assert_restored();
    terminal.send_signal("TERM");
    terminal.send_signal("CONT");
    assert_eq!(terminal.wait_for_exit(), 128 + 15);
    terminal.assert_restored();
}

/// Resizes the window step by step to smaller and then to larger sizes, on every screen.
#[test]
fn a_dragged_window_is_followed_on_every_screen() {
    for (keys, pause) in SCREEN_KEYS.iter().zip([0, 1, 2, 4, 8, 16, 33, 60, 100].into_iter().cycle()) {
        let mut terminal = start_demo();
        terminal.type_keys(keys);
        let steps = (0..24u16).chain((0..24).rev());
        for step in steps {
            terminal.resize(46 - step, 140 - 5 * step);
            std::thread::sleep(Duration::from_millis(pause));
        }
        terminal.resize(30, 100);
        terminal.send_signal("TERM");
        assert_eq!(terminal.wait_for_exit(), 128 + 15, "{keys}, a step each {pause} ms");
        terminal.assert_restored();
    }
}

#[test]
fn no_key_is_lost_that_comes_with_a_new_size() {
    let mut terminal = start_demo();
    for step in 0..30 {
        terminal.resize(30 + step % 2, 100 + step);
        terminal.type_keys("?");
        terminal.wait_for_text("legend");
        terminal.resize(30, 100);
        terminal.type_keys("\u{1b}");
        // A screen that Portolan is about to redraw is empty. A key typed then would directly follow the
        // escape key.
        terminal.wait_until("help is closed", |screen| {
            let text = screen.contents();
            !text.contains("legend") && text.contains("? help")
        });
    }
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_storm_of_sizes_is_survived() {
    let mut terminal = start_demo();
    let mut number = 12_345_u32;
    let mut random = |below: u32| {
        // Linear congruential generator (Numerical Recipes, section 7.1).
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 16) % below
    };
    for key in "Mtdwl!V?M".chars() {
        terminal.type_keys(&key.to_string());
        for _ in 0..40 {
            let (rows, cols) = (random(117) as u16 + 4, random(380) as u16 + 20);
            terminal.resize(rows, cols);
            std::thread::sleep(Duration::from_millis(4));
        }
    }
    terminal.resize(24, 80);
    terminal.wait_for_text("DEMO");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_restored();
}

#[test]
fn a_panic_message_is_shown_on_a_restored_terminal() {
    let mut terminal = PtyTerminal::start(&["--demo"], &[("PORTOLAN_PANIC_AFTER_FRAMES", "3")]);
    let code = terminal.wait_for_exit();
    terminal.assert_restored();
    terminal.wait_for_text("PORTOLAN_PANIC_AFTER_FRAMES asked for this");
    assert!(![0, 1, 2, 3].contains(&code), "a panic has a code of its own, not {code}");
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut terminal = start_demo();
    for (rows, cols) in [(50, 200), (24, 80), (10, 40)] {
        terminal.resize(rows, cols);
        terminal.wait_until(&format!("a frame of {cols}x{rows}"), |screen| {
            let last = screen.rows(0, cols).last().unwrap_or_default();
            last.contains("l logs") && screen.rows(0, cols).next().unwrap_or_default().contains("DEMO")
        });
    }
    terminal.resize(3, 10);
    terminal.wait_for_text("too small");
    terminal.resize(24, 80);
    terminal.wait_for_text("l logs");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn without_colours_and_in_ascii() {
    let mut terminal = PtyTerminal::start(&["--demo", "--ascii"], &[("NO_COLOR", "1")]);
    terminal.wait_until("services are there", |screen| {
        screen.contents().contains("DEMO") && !screen.contents().contains(" 0 services")
    });
    terminal.wait_until("a screen in ASCII without colours", |screen| {
        let (rows, cols) = screen.size();
        let mut cells = (0..rows).flat_map(|row| (0..cols).filter_map(move |col| screen.cell(row, col)));
        let plain =
            |cell: &vt100::Cell| cell.fgcolor() == vt100::Color::Default && cell.contents().is_ascii();
        cells.all(plain)
    });
    terminal.type_keys("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a_map_needs_a_terminal() {
    Home::new().run(&["--demo"]).assert_exit_and_stderr(2, &["terminal", "portolan map"]);
}

#[test]
fn wrong_configuration_never_takes_the_terminal() {
    let mut terminal = PtyTerminal::start(&["--demo", "--set", "thme=day"], &[]);
    assert_eq!(terminal.wait_for_exit(), 2);
    terminal.wait_for_text("did you mean `theme`");
    terminal.assert_restored();
    let mut terminal = PtyTerminal::start(&["--demo", "--set", "theme=neon"], &[]);
    assert_eq!(terminal.wait_for_exit(), 2);
    terminal.wait_for_text("neon");
    terminal.assert_restored();
}

/// Lines that attack a terminal or deceive its reader, each with the part that Portolan must never write.
const HOSTILE_LINES: &[(&str, &str)] = &[
    ("a \u{1b}[31;5mred\u{1b}[0m \u{1b}[2J\u{1b}[Hhome", "\u{1b}[31;5m"),
    ("b \u{1b}]52;c;ZXZpbA==\u{7}clip", "52;c;ZXZp"),
    ("c \u{1b}]0;owned\u{1b}\\titled", "0;owned"),
    ("d bell\u{7}back\u{8}space\rreturn", "bell\u{7}"),
    ("e \u{202e}desrever\u{202c}", "\u{202e}"),
    ("f zero\u{200b}width\u{feff}joined", "\u{200b}"),
    ("g \u{9b}31mc1 \u{9d}52;c;eA==\u{9c}done", "\u{9b}"),
    ("h \u{1b}P+q544e\u{1b}\\dcs \u{1b}_apc\u{1b}\\end", "+q544e"),
    ("i the end of the hostile lines", "\u{feff}"),
];

#[test]
fn nothing_of_a_hostile_line_reaches_the_terminal_raw() {
    let home = Home::new();
    let lines: Vec<_> = (10..).zip(HOSTILE_LINES.iter().map(|(line, _)| *line)).collect();
    let setting = home.replay_setting(&harbour_recording_with_lines(true, &lines));
    let mut terminal = PtyTerminal::start_in(home, &["--set", &setting], &[]);
    terminal.wait_for_text("crane");
    terminal.type_keys("/crane\r");
    terminal.type_keys("l");
    terminal.wait_for_text("i the end of the hostile lines");
    terminal.type_keys("k");
    terminal.wait_for_text("paused");
    terminal.type_keys("\r");
    terminal.wait_for_text("enter filters by value");
    terminal.type_keys("\u{1b}");
    terminal.wait_until("only the lines", |screen| !screen.contents().contains("enter filters"));
    terminal.type_keys("i");
    terminal.wait_for_text("left and right select");
    terminal.type_keys("p");
    terminal.wait_for_text("patterns, ");
    terminal.type_keys("\r");
    terminal.wait_until("a pattern alone", |screen| screen.contents().contains("│ +"));
    let raw = terminal.raw_output();
    let text = String::from_utf8(raw).unwrap();
    for (line, forbidden) in HOSTILE_LINES {
        assert!(!text.contains(forbidden), "{forbidden:?} of {line:?} came through");
    }
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn nothing_of_a_hostile_line_is_printed_raw_on_a_terminal_or_into_a_pipe() {
    let lines: Vec<_> = (10..).zip(HOSTILE_LINES.iter().map(|(line, _)| *line)).collect();
    for more in [&[][..], &["--format", "json"], &["--patterns"], &["--patterns", "--format", "json"]] {
        let home = Home::new();
        let setting = home.replay_setting(&harbour_recording_with_lines(true, &lines));
        let arguments = [&["logs", "crane", "--set", &setting], more].concat();
        let piped = home.run(&arguments);
        let mut terminal = PtyTerminal::start_in(home, &arguments, &[]);
        assert_eq!((piped.exit_code, terminal.wait_for_exit()), (Some(0), 0), "{piped:?}");
        let shown = String::from_utf8(terminal.raw_output_of_lines(piped.stdout.lines().count())).unwrap();
        assert!(piped.stdout.contains("hostile") && shown.contains("hostile"), "{piped:?}\n{shown}");
        for (line, forbidden) in HOSTILE_LINES {
            assert!(
                !piped.stdout.contains(forbidden),
                "{forbidden:?} of {line:?} came through a pipe: {more:?}"
            );
            assert!(!shown.contains(forbidden), "{forbidden:?} of {line:?} came through: {more:?}");
        }
    }
}
