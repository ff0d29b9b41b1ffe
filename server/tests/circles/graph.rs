//! Which files of a crate name which, by a simple reading of their texts: what a path leads to through rooms that pass it on, as far as
//! that can be seen without a compiler. Calls of methods are not seen.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{File, Names};

/// Which files each names, with one of the paths by which it does.
pub(super) type Graph = BTreeMap<String, BTreeMap<String, String>>;

/// The files of a crate by the names of their modules.
pub(super) struct Crate(BTreeMap<Names, File>);

impl Crate {
    /// `text_of` gives the text of a file by its path below `src`, where there is such a file.
    pub(super) fn read(root: &str, text_of: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut files = BTreeMap::new();
        let mut waiting = vec![(Names::new(), root.to_owned(), String::new())];
        while let Some((module, path, folder)) = waiting.pop() {
            let file = File::read(path.clone(), &text_of(&path).unwrap_or_default());
            for child in &file.children {
                let place = format!("{folder}{child}");
                let path = [format!("{place}.rs"), format!("{place}/mod.rs")].into_iter().find(|path| text_of(path).is_some());
                if let Some(path) = path {
                    waiting.push((joined(&module, child), path, format!("{place}/")));
                }
            }
            files.insert(module, file);
        }
        Self(files)
    }

    pub(super) fn files(&self) -> usize {
        self.0.len()
    }

    pub(super) fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (module, file) in &self.0 {
            let named = graph.entry(file.path.clone()).or_default();
            for path in file.paths() {
                let Some(found) = self.found(module, &path, &mut BTreeSet::new()) else { continue };
                if found != *module {
                    named.entry(self.0[&found].path.clone()).or_insert_with(|| path.join("::"));
                }
            }
        }
        graph
    }

    /// The module that defines what a path leads to from a module; nothing where that is of another crate.
    fn found(&self, from: &[String], path: &[String], seen: &mut BTreeSet<(Names, Names)>) -> Option<Names> {
        if !seen.insert((from.to_vec(), path.to_vec())) {
            return None;
        }
        let first = path.first()?;
        match first.as_str() {
            "crate" => self.below(Names::new(), &path[1..], seen),
            "self" | "super" => {
                let mut module = from.to_vec();
                let steps = path.iter().take_while(|name| ["self", "super"].contains(&name.as_str())).count();
                for _ in path[..steps].iter().filter(|name| *name == "super") {
                    module.pop();
                }
                self.below(module, &path[steps..], seen)
            }
            name if self.0.contains_key(&joined(from, name)) => self.below(from.to_vec(), path, seen),
            name => {
                // A crate whose first item is called as itself is another crate.
                let taken = self.0[from].taken.get(name).filter(|taken| taken[0] != name)?;
                self.found(from, &[taken.as_slice(), &path[1..]].concat(), seen)
            }
        }
    }

    fn below(&self, mut module: Names, mut path: &[String], seen: &mut BTreeSet<(Names, Names)>) -> Option<Names> {
        while let Some((name, rest)) = path.split_first() {
            let child = joined(&module, name);
            if self.0.contains_key(&child) {
                (module, path) = (child, rest);
                continue;
            }
            let file = self.0.get(&module)?;
            if let Some(taken) = file.taken.get(name) {
                return self.found(&module, &[taken.as_slice(), rest].concat(), seen);
            }
            if !file.defines(name) {
                for all in &file.all_of {
                    let passed_on = self.found(&module, &[all.as_slice(), path].concat(), seen);
                    if let Some(found) = passed_on.filter(|found| self.0[found].defines(name)) {
                        return Some(found);
                    }
                }
            }
            return Some(module);
        }
        Some(module)
    }
}

fn joined(module: &[String], name: &str) -> Names {
    let mut child = module.to_vec();
    child.push(name.to_owned());
    child
}

/// Files that each lead to all the others of their circle.
pub(super) fn circles(graph: &Graph) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|file| (file.as_str(), reached_from(graph, file))).collect();
    let circle_of = |(file, others): (&&str, &BTreeSet<&str>)| -> BTreeSet<String> {
        others.iter().filter(|other| reached[**other].contains(*file)).map(|other| (*other).to_owned()).collect()
    };
    reached.iter().map(circle_of).filter(|circle| circle.len() > 1).collect()
}

fn reached_from<'a>(graph: &'a Graph, file: &'a str) -> BTreeSet<&'a str> {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![file]);
    while let Some(file) = waiting.pop() {
        for next in graph[file].keys() {
            if reached.insert(next.as_str()) {
                waiting.push(next);
            }
        }
    }
    reached
}
