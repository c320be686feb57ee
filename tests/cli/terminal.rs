//! Terminal tests: Portolan restores the terminal after quit, signals and a panic, and follows its size.

use crate::{
    home::{Home, telling},
    pty::Terminal,
};
use std::time::Duration;
use vt100::MouseProtocolMode;

/// Starts the demo and waits for its first screen.
fn demo() -> Terminal {
    let terminal = Terminal::start(&["--demo"], &[]);
    terminal.until_says("DEMO");
    terminal.until_says("? help");
    terminal.is_taken();
    terminal
}

#[test]
fn the_first_screen_is_the_map_and_q_quits() {
    let mut terminal = demo();
    terminal.until("the mouse is taken", |screen| screen.mouse_protocol_mode() != MouseProtocolMode::None);
    terminal.until("services are there", |screen| !screen.contents().contains(" 0 services"));
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
    assert_eq!(terminal.text().trim(), "", "nothing is left behind");
}

#[test]
fn keys_lead_through_the_screens_and_back() {
    let mut terminal = demo();
    terminal.until("services are there", |screen| !screen.contents().contains(" 0 services"));
    terminal.types("t");
    terminal.until_says("HEALTH");
    terminal.types("?");
    terminal.until_says("what the marks mean");
    terminal.types("\u{1b}");
    terminal.until_says("HEALTH");
    terminal.types(":sources\r");
    terminal.until_says("the built-in demo estate");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

/// Keys that open each screen.
const SCREENS: &[&str] = &["M", "t", "d", "w", "l", "!", "V", ":sources\r", "?", "/web", ":l"];

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
    for ((name, number), keys) in signals.into_iter().zip(SCREENS) {
        let mut terminal = demo();
        terminal.types(keys);
        terminal.signal(name);
        assert_eq!(terminal.ends(), 128 + number, "SIG{name} on {keys}");
        terminal.is_restored();
    }
}

/// After signals that a program can't or must not catch, the guard process restores the terminal.
#[test]
fn the_terminal_is_restored_also_where_the_program_is_killed() {
    for (name, keys) in ["KILL", "ILL", "FPE", "TRAP", "SYS"].into_iter().zip(SCREENS) {
        let mut terminal = demo();
        terminal.types(keys);
        terminal.signal(name);
        assert!(terminal.ends() != 0, "SIG{name} on {keys}");
        terminal.is_restored();
    }
}

#[test]
fn a_stopped_program_gives_the_terminal_back_and_takes_it_again() {
    let mut terminal = demo();
    for keys in ["t", "?"] {
        terminal.types(keys);
        terminal.signal("TSTP");
        terminal.is_stopped();
        terminal.is_restored();
        terminal.signal("CONT");
        terminal.until("the alternate screen again", vt100::Screen::alternate_screen);
        terminal.until("the mouse again", |screen| screen.mouse_protocol_mode() != MouseProtocolMode::None);
        terminal.until_says("portolan");
    }
    // SIGSTOP gives the program no chance to clean up, so after SIGCONT it must set up the terminal again.
    terminal.signal("STOP");
    terminal.is_stopped();
    terminal.signal("CONT");
    terminal.types("\u{1b}");
    terminal.until_says("HEALTH");
    terminal.is_taken();
    terminal.types("q");
    terminal.until_says("? help");
    terminal.signal("TSTP");
    terminal.is_stopped();
    terminal.is_restored();
    terminal.signal("TERM");
    terminal.signal("CONT");
    assert_eq!(terminal.ends(), 128 + 15);
    terminal.is_restored();
}

/// Resizes the window step by step, smaller and larger again, on every screen.
#[test]
fn a_dragged_window_is_followed_on_every_screen() {
    for (keys, pause) in SCREENS.iter().zip([0, 1, 2, 4, 8, 16, 33, 60, 100].into_iter().cycle()) {
        let mut terminal = demo();
        terminal.types(keys);
        let steps = (0..24u16).chain((0..24).rev());
        for step in steps {
            terminal.resize(46 - step, 140 - 5 * step);
            std::thread::sleep(Duration::from_millis(pause));
        }
        terminal.resize(30, 100);
        terminal.signal("TERM");
        assert_eq!(terminal.ends(), 128 + 15, "{keys}, a step each {pause} ms");
        terminal.is_restored();
    }
}

#[test]
fn no_key_is_lost_that_comes_with_a_new_size() {
    let mut terminal = demo();
    for step in 0..30 {
        terminal.resize(30 + step % 2, 100 + step);
        terminal.types("?");
        terminal.until_says("what the marks mean");
        terminal.resize(30, 100);
        terminal.types("\u{1b}");
        terminal.until("help is closed", |screen| !screen.contents().contains("what the marks mean"));
    }
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_storm_of_sizes_is_survived() {
    let mut terminal = demo();
    let mut number = 12_345_u32;
    let mut random = |below: u32| {
        // Linear congruential generator (Numerical Recipes, section 7.1).
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 16) % below
    };
    for key in "Mtdwl!V?M".chars() {
        terminal.types(&key.to_string());
        for _ in 0..40 {
            let (rows, cols) = (random(117) as u16 + 4, random(380) as u16 + 20);
            terminal.resize(rows, cols);
            std::thread::sleep(Duration::from_millis(4));
        }
    }
    terminal.resize(24, 80);
    terminal.until_says("portolan");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn a_panic_is_told_on_a_restored_terminal() {
    let mut terminal = Terminal::start(&["--demo"], &[("PORTOLAN_PANIC_AFTER_FRAMES", "3")]);
    let code = terminal.ends();
    terminal.is_restored();
    terminal.until_says("PORTOLAN_PANIC_AFTER_FRAMES asked for this");
    assert!(![0, 1, 2, 3].contains(&code), "a panic has a code of its own, not {code}");
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut terminal = demo();
    for (rows, cols) in [(50, 200), (24, 80), (10, 40)] {
        terminal.resize(rows, cols);
        terminal.until(&format!("a frame of {cols}x{rows}"), |screen| {
            let last = screen.rows(0, cols).last().unwrap_or_default();
            last.contains("l logs") && screen.rows(0, cols).next().unwrap_or_default().contains("portolan")
        });
    }
    terminal.resize(3, 10);
    terminal.until_says("too small");
    terminal.resize(24, 80);
    terminal.until_says("l logs");
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn without_colours_and_in_ascii() {
    let mut terminal = Terminal::start(&["--demo", "--ascii"], &[("NO_COLOR", "1")]);
    terminal.until("services are there", |screen| {
        screen.contents().contains("DEMO") && !screen.contents().contains(" 0 services")
    });
    terminal.until("a screen in ASCII without colours", |screen| {
        let (rows, cols) = screen.size();
        let mut cells = (0..rows).flat_map(|row| (0..cols).filter_map(move |col| screen.cell(row, col)));
        let plain =
            |cell: &vt100::Cell| cell.fgcolor() == vt100::Color::Default && cell.contents().is_ascii();
        cells.all(plain)
    });
    terminal.types("q");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_map_needs_a_terminal() {
    Home::new().run(&["--demo"]).complains(2, &["terminal", "portolan map"]);
}

#[test]
fn wrong_configuration_never_takes_the_terminal() {
    let mut terminal = Terminal::start(&["--demo", "--set", "thme=day"], &[]);
    assert_eq!(terminal.ends(), 2);
    terminal.until_says("did you mean `theme`");
    terminal.is_restored();
    let mut terminal = Terminal::start(&["--demo", "--set", "theme=neon"], &[]);
    assert_eq!(terminal.ends(), 2);
    terminal.until_says("neon");
    terminal.is_restored();
}

/// Lines that attack a terminal or deceive its reader, each with the part that the program must never write.
const HOSTILE: &[(&str, &str)] = &[
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
    let lines: Vec<_> = (10..).zip(HOSTILE.iter().map(|(line, _)| *line)).collect();
    let setting = home.replaying(&telling(true, &lines));
    let mut terminal = Terminal::start_in(home, &["--set", &setting], &[]);
    terminal.until_says("crane");
    terminal.types("/crane\r");
    terminal.types("l");
    terminal.until_says("i the end of the hostile lines");
    terminal.types("k");
    terminal.until_says("paused");
    terminal.types("\r");
    terminal.until_says("enter filters by what is chosen");
    terminal.types("\u{1b}");
    terminal.until("only the lines", |screen| !screen.contents().contains("enter filters"));
    terminal.types("i");
    terminal.until_says("left and right walk");
    terminal.types("p");
    terminal.until_says("patterns, ");
    terminal.types("\r");
    terminal.until("a pattern alone", |screen| screen.contents().contains("│ +"));
    let raw = terminal.raw();
    let text = String::from_utf8(raw).unwrap();
    for (line, forbidden) in HOSTILE {
        assert!(!text.contains(forbidden), "{forbidden:?} of {line:?} came through");
    }
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn nothing_of_a_hostile_line_is_printed_raw_on_a_terminal_or_into_a_pipe() {
    let lines: Vec<_> = (10..).zip(HOSTILE.iter().map(|(line, _)| *line)).collect();
    for more in [&[][..], &["--format", "json"], &["--patterns"], &["--patterns", "--format", "json"]] {
        let home = Home::new();
        let setting = home.replaying(&telling(true, &lines));
        let arguments = [&["logs", "crane", "--set", &setting], more].concat();
        let piped = home.run(&arguments);
        let mut terminal = Terminal::start_in(home, &arguments, &[]);
        assert_eq!((piped.code, terminal.ends()), (Some(0), 0), "{piped:?}");
        let shown = String::from_utf8(terminal.raw_of(piped.out.lines().count())).unwrap();
        assert!(piped.out.contains("hostile") && shown.contains("hostile"), "{piped:?}\n{shown}");
        for (line, forbidden) in HOSTILE {
            assert!(
                !piped.out.contains(forbidden),
                "{forbidden:?} of {line:?} came through a pipe: {more:?}"
            );
            assert!(!shown.contains(forbidden), "{forbidden:?} of {line:?} came through: {more:?}");
        }
    }
}
