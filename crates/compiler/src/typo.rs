//! "Did you mean 'while'?": whether a source that makes no sense would, with
//! one name on the line of the error taken for a keyword. The rules, and what
//! counts as alike, are those of CPython's `traceback` and `difflib`.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode as ParserMode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

const INNER: &[&str] = &["await", "break", "continue", "nonlocal", "return", "yield"];

/// A name to be taken for a keyword. Columns count characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeywordTypo {
    pub keyword: &'static str,
    pub column: u32,
    pub end_column: u32,
}

/// Looks at the line of a `SyntaxError` (from 1) that says no more than
/// "invalid syntax".
pub fn keyword_typo(source: &str, line: u32) -> Option<KeywordTypo> {
    let lines: Vec<&str> = source.lines().collect();
    let at = (line as usize).checked_sub(1)?;
    let wrong = *lines.get(at)?;
    let code = wrong.trim_start();
    if code.len() > 1024 {
        return None;
    }
    let indent = &wrong[..wrong.len() - code.len()];
    // A clause needs the block that it belongs to.
    let block = (0..at)
        .rev()
        .take_while(|&above| lines[above].starts_with(indent) || lines[above].trim().is_empty())
        .find(|&above| {
            let rest = &lines[above][indent.len().min(lines[above].len())..];
            !rest.is_empty() && !rest.starts_with([' ', '\t', '#'])
        });
    let before: Option<String> = block.map(|first| {
        lines[first..at]
            .iter()
            .map(|line| format!("{}\n", line.get(indent.len()..).unwrap_or("")))
            .collect()
    });
    let options = ParseOptions::from(ParserMode::Module);
    let names: Vec<_> = parse_unchecked(code, options)
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Name)
        .map(|token| token.range())
        .take(10)
        .collect();
    for name in names {
        for keyword in alike(&code[name]) {
            // These belong into functions and loops.
            if indent.is_empty() && INNER.contains(&keyword) {
                continue;
            }
            let mut fixed = code.to_owned();
            fixed.replace_range(std::ops::Range::<usize>::from(name), keyword);
            let within = before.as_ref().map(|before| format!("{before}{fixed}"));
            if may_go_on(&fixed) || within.is_some_and(|within| may_go_on(&within)) {
                let column = |offset: usize| {
                    (indent.chars().count() + code[..offset].chars().count()) as u32
                };
                return Some(KeywordTypo {
                    keyword,
                    column: column(name.start().into()),
                    end_column: column(name.end().into()),
                });
            }
        }
    }
    None
}

/// Whether a source is right, or would be with the block that it announces.
fn may_go_on(code: &str) -> bool {
    let code = code.trim_end();
    let parsed = parse_unchecked(code, ParseOptions::from(ParserMode::Module));
    let mut errors = parsed.errors().iter();
    errors.all(|error| code.ends_with(':') && usize::from(error.location.start()) >= code.len())
}

/// Up to three keywords, the most alike first.
fn alike(word: &str) -> Vec<&'static str> {
    let word: Vec<char> = word.chars().collect();
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for keyword in KEYWORDS {
        let other: Vec<char> = keyword.chars().collect();
        let matching = 2000 * matches(&word, &other) / (word.len() + other.len()).max(1);
        // A ratio of one half.
        if matching >= 500 && other != word {
            found.push((matching, keyword));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found.truncate(3);
    found.into_iter().map(|(_, keyword)| keyword).collect()
}

/// How many characters are in the longest common run and, to the left and to
/// the right of it, in the longest ones there, and so on.
fn matches(a: &[char], b: &[char]) -> usize {
    let (mut best, mut at, mut other) = (0, 0, 0);
    for i in 0..a.len() {
        for j in 0..b.len() {
            let run = a[i..]
                .iter()
                .zip(&b[j..])
                .take_while(|(x, y)| x == y)
                .count();
            if run > best {
                (best, at, other) = (run, i, j);
            }
        }
    }
    if best == 0 {
        return 0;
    }
    best + matches(&a[..at], &b[..other]) + matches(&a[at + best..], &b[other + best..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, line: u32, expected: Option<(&'static str, u32)>) {
        let found = keyword_typo(source, line).map(|typo| (typo.keyword, typo.column));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_name_that_is_nearly_a_keyword() {
        check("wile True:\n    pass\n", 1, Some(("while", 0)));
        check("def f():\n    retrn 5\n", 2, Some(("return", 4)));
        check("x = lamda y: 1\n", 1, Some(("lambda", 4)));
        check("a = [i fro i in x]\n", 1, Some(("for", 7)));
        check("form os import path\n", 1, Some(("from", 0)));
    }

    #[test]
    fn a_clause_belongs_to_its_block() {
        check("if x:\n    pass\nesle:\n    pass\n", 3, Some(("else", 0)));
        check(
            "if x:\n    pass\nelseif y:\n    pass\n",
            3,
            Some(("elif", 0)),
        );
    }

    #[test]
    fn a_name_like_no_keyword() {
        check("x = 5 banana\n", 1, None);
        check("f(yield)\n", 1, None);
        check("retrun x\n", 1, None);
        check("", 1, None);
    }
}
