//! Functions and files have a limited length.

use super::support::service::repository;
use std::path::{Path, PathBuf};

const FUNCTION_LINES_MAX: usize = 60;
const FILE_LINES_MAX: usize = 450;

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The functions of a file, formatted by rustfmt, with their number of lines.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (begin, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let Some(name) = code.split_once("fn ").filter(|(before, _)| is_head(before)).map(|(_, after)| after) else {
            continue;
        };
        let name = name.split(['(', '<']).next().unwrap().to_owned();
        let ends = |line: &&str| line.len() == indent + 1 && line.ends_with('}') && line[..indent].trim().is_empty();
        if !line.ends_with([';', '}'])
            && let Some(length) = lines[begin..].iter().position(ends)
        {
            found.push((name, length + 1));
        }
    }
    found
}

/// Whether these words may come before `fn`.
fn is_head(before: &str) -> bool {
    before
        .split_whitespace()
        .all(|word| word.starts_with("pub") || matches!(word, "async" | "const" | "unsafe" | "extern" | "\"C\""))
}

#[test]
fn functions_and_files_are_short() {
    let (mut files, mut long) = (Vec::new(), Vec::new());
    rust_files(&repository("crates"), &mut files);
    assert!(files.len() > 500, "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{}: {lines} lines", path.display()));
        }
        let functions = functions(&text).into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES_MAX);
        long.extend(functions.map(|(name, lines)| format!("{}: `{name}` has {lines} lines", path.display())));
    }
    assert_eq!(long, [""; 0]);
}

#[test]
fn the_lines_of_a_function_are_counted() {
    let text = "fn one() {}\nimpl A {\n    pub(crate) async fn two(\n        a: u8,\n    ) {\n        a\n    }\n}\n";
    assert_eq!(functions(text), [("two".to_owned(), 5)]);
}
