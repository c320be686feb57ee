//! Parser of command lines: a program with its arguments, and the shell scripts among the arguments.

mod flags;
mod payload;
mod shell;
#[cfg(test)]
mod tests;
mod words;

pub(super) use flags::OptionValue;
use words::CommandWord;

/// Maximum number of words that are read from a command line. Each command in a script counts as one word.
const MAX_COMMAND_WORDS: usize = 400;
/// Shells that run the script after `-c`.
const SHELL_PROGRAMS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"];

/// Calls `give` with every option value in a command line, including those in its scripts.
pub(super) fn for_each_option_value(arguments: &[&str], give: &mut dyn FnMut(&OptionValue<'_>)) {
    for command in split_commands(arguments) {
        flags::option_values(&command).iter().for_each(&mut *give);
    }
}

/// Calls `give` with every option value in a text of options, such as the Java options `-Dname=value …`.
pub(super) fn for_each_option_in_text(text: &str, give: &mut dyn FnMut(&OptionValue<'_>)) {
    let words: Vec<CommandWord> =
        split_quoted_words(text).into_iter().map(|text| CommandWord { position: 0, text }).collect();
    flags::option_values(&words).iter().for_each(&mut *give);
}

/// Splits a text at blanks outside quotes. Unlike in a script, `;` and `&` are ordinary characters, because
/// no shell interprets the options.
fn split_quoted_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars().chain([' ']) {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words.truncate(MAX_COMMAND_WORDS);
    words
}

/// Returns true if the value of the option `flag` is or may be a secret. `flag` has no dashes.
pub(super) fn is_secret_option(flag: &str) -> bool {
    flags::takes_secret(flag)
}

/// Returns true if `flag`, the name after a single dash, surely contains no secret attached to an option
/// letter.
pub(super) fn is_displayable_option(flag: &str) -> bool {
    !flags::displayable_name(flag).is_empty()
}

/// Splits a command line into its own command and the commands in its scripts. Each word keeps its position
/// among all words.
fn split_commands(arguments: &[&str]) -> Vec<Vec<CommandWord>> {
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut position = 0;
    let mut next = |text: String| {
        position += 1;
        CommandWord { position, text }
    };
    for (index, argument) in arguments.iter().enumerate() {
        if is_script(arguments, index) {
            let script = shell::commands(argument);
            commands.extend(script.into_iter().map(|words| words.into_iter().map(&mut next).collect()));
        } else if let Some((flag, value)) = argument
            .split_once(' ')
            .filter(|(flag, _)| flags::is_complete_option(flag) && !follows_secret_option(arguments, index))
        {
            words.extend([flag, value.trim()].map(|text| next(text.to_owned())));
        } else {
            words.push(next((*argument).to_owned()));
        }
        if words.len() + commands.len() > MAX_COMMAND_WORDS {
            break;
        }
    }
    commands.insert(0, words);
    commands
}

/// Returns true if the argument at `index` is the value of an option for a secret, and so may itself contain
/// blanks.
fn follows_secret_option(arguments: &[&str], index: usize) -> bool {
    let before = index.checked_sub(1).map_or("", |before| arguments[before]);
    let name = before.trim_start_matches('-');
    name.len() < before.len() && flags::takes_secret(name)
}

/// Returns true if the argument at `index` is a script: it follows `-c` of a shell, or it is a whole command
/// line in one argument.
fn is_script(arguments: &[&str], index: usize) -> bool {
    let text = arguments[index];
    let before = index.checked_sub(1).map_or("", |before| arguments[before]);
    let flag = before.strip_prefix('-').is_some_and(|flag| flag.ends_with('c') && !flag.contains(['-', '=']));
    let base = |text: &&str| text.rsplit('/').next().is_some_and(|name| SHELL_PROGRAMS.contains(&name));
    let behind_shell = flag && arguments[..index].iter().any(base);
    let begins = text.split_whitespace().next().is_some_and(|first| SHELL_PROGRAMS.contains(&first));
    behind_shell
        || (text.contains(char::is_whitespace) && (arguments.len() == 1 || begins || (flag && index == 1)))
}
