//! Rule about functions: each is short enough to fit on a screen.

use super::read::{SourceFile, closing_brace, next_identifier};

/// Maximum length of a function, in lines from `fn` to its closing brace. Comments and empty lines count.
const MAX_FUNCTION_LINES: usize = 60;

/// Function with a body.
struct Function<'a> {
    name: &'a str,
    /// Number of the line with `fn`, from 1.
    line: usize,
    /// Number of lines, including the first and the last.
    len: usize,
}

/// Returns the functions of one file that are too long.
pub(crate) fn too_long(source: &SourceFile) -> Vec<String> {
    let long = functions(&source.code).into_iter().filter(|function| function.len > MAX_FUNCTION_LINES);
    long.map(|Function { name, line, len }| {
        format!("{}:{line}: `{name}` has {len} lines; split it where its parts have names", source.path)
    })
    .collect()
}

/// Returns all functions with a body, including those inside other functions.
fn functions(code: &str) -> Vec<Function<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = next_identifier(code, at) {
        at = end;
        // A function pointer, such as `fn(u8)`, has no name.
        let Some((from, to)) = next_identifier(code, end)
            .filter(|(from, _)| &code[start..end] == "fn" && code[end..*from].trim().is_empty())
        else {
            continue;
        };
        let Some(open) = body_start(code, to) else { continue };
        let close = open + closing_brace(&code[open..]);
        all.push(Function {
            name: &code[from..to],
            line: code[..start].matches('\n').count() + 1,
            len: code[start..close].matches('\n').count() + 1,
        });
    }
    all
}

/// Returns the position of the brace that opens the body of the function whose name ends at `from`. Returns
/// `None` if the function has no body.
fn body_start(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(from + at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Vec<(String, usize, usize)> {
        let source = SourceFile::new("src/a.rs".to_owned(), format!("//! Head.\n{text}"));
        functions(&source.code).into_iter().map(|f| (f.name.to_owned(), f.line, f.len)).collect()
    }

    #[test]
    fn functions_have_at_most_sixty_lines() {
        let faults = |lines: usize| {
            let text = format!("//! Head.\nimpl A {{\n    fn f() {{{}}}\n}}\n", "\n".repeat(lines - 1));
            too_long(&SourceFile::new("src/a.rs".to_owned(), text))
        };
        assert_eq!(faults(60), Vec::<String>::new());
        assert_eq!(faults(61), ["src/a.rs:3: `f` has 61 lines; split it where its parts have names"]);
    }

    #[test]
    fn a_function_ends_at_its_own_brace() {
        let one = |name: &str, line, len| vec![(name.to_owned(), line, len)];
        assert_eq!(lengths("fn f() {\n    if a {\n    }\n}\nstruct B;\n"), one("f", 2, 4));
        assert_eq!(lengths("fn f(\n    a: [u8; 3],\n) -> u8\nwhere\n    A: B,\n{\n}\n"), one("f", 2, 7));
        assert_eq!(lengths("fn f() {\n    // }\n    let a = \"}\";\n    let b = '}';\n}\n"), one("f", 2, 5));
        assert_eq!(lengths("trait A {\n    fn f();\n    fn g() {}\n}\n"), one("g", 4, 1));
        assert_eq!(lengths("struct A(fn(u8) -> u8);\nmacro_rules! m { () => { fn $a() {} } }\n"), vec![]);
        let nested = lengths("fn f() {\n    fn g() {\n    }\n}\n");
        assert_eq!(nested, [one("f", 2, 4), one("g", 3, 2)].concat());
    }
}
