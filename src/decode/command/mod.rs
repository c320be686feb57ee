//! Command lines: an entry point with its arguments, and the scripts that shells are given in them.

mod flags;
mod shell;

pub(super) use flags::Setting;
use flags::Word;

/// The most words of a command line that are read; beyond that it is a script.
const MAX_WORDS: usize = 400;
/// Shells that take a script behind `-c`.
const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"];

/// Calls `give` with every value of a command line.
pub(super) fn each_setting(arguments: &[&str], give: &mut dyn FnMut(&Setting<'_>)) {
    for command in commands(arguments) {
        flags::settings(&command).iter().for_each(&mut *give);
    }
}

/// Calls `give` with every value of options in one text, such as those of a virtual machine: `-Dname=value …`.
pub(super) fn each_option(text: &str, give: &mut dyn FnMut(&Setting<'_>)) {
    for words in shell::commands(text) {
        let words: Vec<Word> = words.into_iter().map(|text| Word { position: 0, text }).collect();
        flags::settings(&words).iter().for_each(&mut *give);
    }
}

/// The commands of a command line, with the place of each word among all.
fn commands(arguments: &[&str]) -> Vec<Vec<Word>> {
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut position = 0;
    let mut next = |text: String| {
        position += 1;
        Word { position, text }
    };
    for (index, argument) in arguments.iter().enumerate() {
        if is_script(arguments, index) {
            let script = shell::commands(argument);
            commands.extend(script.into_iter().map(|words| words.into_iter().map(&mut next).collect()));
        } else if let Some((flag, value)) =
            argument.split_once(' ').filter(|(flag, _)| flag.starts_with('-') && !flag.contains('='))
        {
            words.extend([flag, value.trim()].map(|text| next(text.to_owned())));
        } else {
            words.push(next((*argument).to_owned()));
        }
        if words.len() + commands.len() > MAX_WORDS {
            break;
        }
    }
    commands.insert(0, words);
    commands
}

/// Returns whether the argument is a script: behind a shell's `-c`, or a whole command line in one text.
fn is_script(arguments: &[&str], index: usize) -> bool {
    let text = arguments[index];
    let before = index.checked_sub(1).map_or("", |before| arguments[before]);
    let flag = before.strip_prefix('-').is_some_and(|flag| flag.ends_with('c') && !flag.contains(['-', '=']));
    let base = |text: &&str| text.rsplit('/').next().is_some_and(|name| SHELLS.contains(&name));
    let behind_shell = flag && arguments[..index].iter().any(base);
    let begins = text.split_whitespace().next().is_some_and(|first| SHELLS.contains(&first));
    behind_shell
        || (text.contains(char::is_whitespace) && (arguments.len() == 1 || begins || (flag && index == 1)))
}
