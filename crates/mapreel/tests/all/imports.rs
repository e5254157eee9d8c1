//! No file imports another file that, directly or through others, imports it. The same holds for the folders of the
//! crates in [`FOLDERS`].

use super::support::service::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of a crate by their module paths, as text without comments and tests.
struct Sources(BTreeMap<Vec<String>, String>);

impl Sources {
    fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let within = path.strip_prefix(root).unwrap().with_extension("");
                    let mut module: Vec<String> =
                        within.iter().map(|step| step.to_string_lossy().into_owned()).collect();
                    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                        module.pop();
                    }
                    let text = std::fs::read_to_string(&path).unwrap();
                    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                    files.insert(module, code.collect::<Vec<_>>().join("\n"));
                }
            }
        }
        Self(files)
    }

    /// The files from which a file imports.
    fn imports(&self, module: &[String]) -> BTreeSet<Vec<String>> {
        let code = &self.0[module];
        let declared = uses(code);
        // A re-export of an index file does not count as an import.
        let own = declared.iter().filter(|(is_public, _)| !is_public || !self.is_index(module)).map(|(_, path)| path);
        let spelled = code.match_indices("crate::").map(|(at, _)| {
            let path = code[at..].split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            path.into_iter().next().unwrap().trim_end_matches(':').to_owned()
        });
        let outside = |at: &String| !declared.iter().any(|(_, path)| path.starts_with(at.as_str()));
        let paths: Vec<String> = own.cloned().chain(spelled.filter(outside)).collect();
        let found = paths.iter().filter_map(|path| self.file_of(path, module, 0));
        found.filter(|other| other != module).collect()
    }

    fn is_index(&self, module: &[String]) -> bool {
        self.0.keys().any(|other| other.len() == module.len() + 1 && other.starts_with(module))
    }

    /// The file that defines what a path names, also through re-exports.
    fn file_of(&self, path: &str, from: &[String], depth: usize) -> Option<Vec<String>> {
        let mut steps = path.split("::").peekable();
        let mut module = match *steps.peek()? {
            "crate" => Vec::new(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            "self" => from.to_vec(),
            first if self.0.contains_key(&[from, &[first.to_owned()]].concat()) => from.to_vec(),
            _ => return None,
        };
        if matches!(*steps.peek()?, "crate" | "super" | "self") {
            steps.next();
        }
        while let Some(step) = steps.peek() {
            let deeper = [&module[..], &[(*step).to_owned()]].concat();
            if !self.0.contains_key(&deeper) {
                break;
            }
            module = deeper;
            steps.next();
        }
        let passed_on = steps.next().filter(|_| depth < 8).and_then(|name| {
            let uses = uses(&self.0[&module]);
            let named = uses.iter().find(|(is_public, path)| *is_public && path.rsplit("::").next() == Some(name))?;
            self.file_of(&named.1, &module, depth + 1)
        });
        passed_on.or(Some(module))
    }
}

/// The paths in `use` declarations, each whole, and whether they are re-exported. A renamed one has its new name.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit('\n').next().unwrap_or_default().trim();
        if !(before.is_empty() || before.starts_with("pub")) {
            continue;
        }
        let tree: String = code[at + 4..].split(';').next().unwrap_or_default().split_whitespace().collect();
        expand("", &tree, &mut |path| all.push((before.starts_with("pub"), path)));
    }
    all
}

fn expand(prefix: &str, tree: &str, found: &mut dyn FnMut(String)) {
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in tree.char_indices().chain([(tree.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let item = &tree[start..at];
                match item.split_once('{') {
                    Some((head, rest)) => {
                        expand(&format!("{prefix}{head}"), rest.strip_suffix('}').unwrap_or(rest), found)
                    }
                    None if !item.is_empty() => found(format!("{prefix}{item}")),
                    None => {}
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The files that can be reached from themselves through imports.
fn circles(sources: &Sources) -> Vec<String> {
    closed(&sources.0.keys().map(|module| (module.clone(), sources.imports(module))).collect())
}

/// The neighbouring folders and files that can be reached from themselves through imports.
fn circles_of_folders(sources: &Sources) -> Vec<String> {
    let room = |module: &[String]| module[..1.min(module.len())].to_vec();
    let mut edges = BTreeMap::<_, BTreeSet<_>>::new();
    for module in sources.0.keys() {
        let imports = sources.imports(module).into_iter().map(|other| room(&other));
        edges.entry(room(module)).or_default().extend(imports.filter(|other| *other != room(module)));
    }
    closed(&edges)
}

/// The nodes that can be reached from themselves.
fn closed(edges: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<String> {
    let reaches = |from: &Vec<String>| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = next.pop() {
            for other in edges.get(&module).into_iter().flatten() {
                if seen.insert(other.clone()) {
                    next.push(other.clone());
                }
            }
        }
        seen
    };
    edges.keys().filter(|module| reaches(module).contains(*module)).map(|module| module.join("::")).collect()
}

#[test]
fn no_file_imports_in_a_circle() {
    for part in ["-geo", "-ogc", "-spec", "-render", "-sources", "-queue", "-demo", ""] {
        let sources = Sources::read(&repository(&format!("crates/mapreel{part}/src")));
        assert_eq!(circles(&sources), [""; 0], "in mapreel{part}");
    }
}

/// The crates whose folders must not import in a circle either.
const FOLDERS: [&str; 5] = ["geo", "ogc", "render", "queue", "demo"];

#[test]
fn no_folder_imports_in_a_circle() {
    for part in FOLDERS {
        let sources = Sources::read(&repository(&format!("crates/mapreel-{part}/src")));
        assert_eq!(circles_of_folders(&sources), [""; 0], "in mapreel-{part}");
    }
}

#[test]
fn a_circle_is_seen() {
    let sources = |files: &[(&str, &str)]| {
        let file = |(path, code): &(&str, &str)| {
            let module = path.split("::").filter(|step| !step.is_empty()).map(str::to_owned).collect();
            (module, (*code).to_owned())
        };
        Sources(files.iter().map(file).collect())
    };
    let lib = ("", "mod a;\nmod b;\npub use a::One;\npub use b::Two;");
    let straight = sources(&[lib, ("a", "use std::fmt;"), ("b", "use crate::{One, fmt};")]);
    assert_eq!(circles(&straight), [""; 0]);
    let bent = sources(&[lib, ("a", "fn two() -> crate::Two {}"), ("b", "use crate::{One, fmt};")]);
    assert_eq!(circles(&bent), ["a", "b"]);
    let roots = ("", "mod a;\nmod b;");
    let folders = sources(&[
        roots,
        ("a", ""),
        ("a::x", "use crate::b::y;"),
        ("a::z", ""),
        ("b", ""),
        ("b::y", "use crate::a::z;"),
    ]);
    assert_eq!(circles(&folders), [""; 0]);
    assert_eq!(circles_of_folders(&folders), ["a", "b"]);
}
