//! One file of a crate: what it takes into its names, and what it says.

use std::collections::BTreeMap;

use crate::tokens::{starts, without_tests, words};

/// The names of a path, from its first to its last.
pub(super) type Names = Vec<String>;

/// What begins an item with a name.
const ITEMS: [&str; 9] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "mod"];

pub(super) struct File {
    /// Below `src`.
    pub(super) path: String,
    /// Files that it says are there.
    pub(super) children: Vec<String>,
    /// What each name means that it takes from elsewhere.
    pub(super) taken: BTreeMap<String, Names>,
    /// From where it takes all.
    pub(super) all_of: Vec<Names>,
    /// Paths of what it takes for itself, or passes on and names itself.
    used: Vec<Names>,
    /// All but what it takes, and the files that it says are there.
    body: Vec<String>,
}

impl File {
    pub(super) fn read(path: String, text: &str) -> Self {
        let tokens = without_tests(&words(text));
        let (mut children, mut taken, mut all_of) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (mut leaves, mut body, mut at) = (Vec::new(), Vec::new(), 0);
        while at < tokens.len() {
            let rest = &tokens[at..];
            if rest[0] == "mod" && rest.get(2).is_some_and(|mark| mark == ";") {
                children.push(rest[1].clone());
                at += 3;
            } else if rest[0] == "use" && rest.get(1).is_some_and(|next| next != "<") {
                let length = rest.iter().position(|token| token == ";").unwrap_or(rest.len());
                let passes_on = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
                let mut found = Vec::new();
                leaves_of(&rest[1..length], &[], &mut found);
                leaves.extend(found.into_iter().map(|(path, name)| (path, name, passes_on)));
                at += length + 1;
            } else {
                body.push(tokens[at].clone());
                at += 1;
            }
        }
        let mut used = Vec::new();
        for (path, name, passes_on) in leaves {
            if !passes_on || (name != "*" && says(&body, &name)) {
                used.push(path.clone());
            }
            match name.as_str() {
                "*" => all_of.push(path),
                "_" => {}
                _ => drop(taken.insert(name, path)),
            }
        }
        Self { path, children, taken, all_of, used, body }
    }

    /// Every path of two names or more, in what it takes and in what it says.
    pub(super) fn paths(&self) -> Vec<Names> {
        let mut paths = self.used.clone();
        let mut at = 0;
        while at < self.body.len() {
            let mut path = vec![self.body[at].clone()];
            at += 1;
            while starts(&self.body[at..], &["::"]) && self.body.get(at + 1).is_some_and(|word| is_word(word)) {
                path.push(self.body[at + 1].clone());
                at += 2;
            }
            if path.len() > 1 {
                paths.push(path);
            }
        }
        paths
    }

    pub(super) fn defines(&self, name: &str) -> bool {
        let is_item = |pair: &[String]| pair[1] == name && ITEMS.contains(&pair[0].as_str());
        self.body.windows(2).any(is_item) || self.body.windows(3).any(|three| starts(three, &["macro_rules", "!", name]))
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

/// Whether it stands there by itself, not as a part of something else.
fn says(body: &[String], name: &str) -> bool {
    body.iter().enumerate().any(|(at, token)| token == name && (at == 0 || !["::", "."].contains(&body[at - 1].as_str())))
}

/// What is taken: each path, with the name that it goes by from then on, or `*`.
fn leaves_of(tokens: &[String], before: &[String], found: &mut Vec<(Names, String)>) {
    let mut path = before.to_vec();
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            // Of another crate, whatever is called so here.
            "::" if at == 0 && before.is_empty() => return,
            "::" => {}
            "{" => {
                for part in parts(&tokens[at + 1..tokens.len() - 1]).into_iter().filter(|part| !part.is_empty()) {
                    leaves_of(part, &path, found);
                }
                return;
            }
            "*" => return found.push((path, "*".to_owned())),
            "as" => return found.push((path, tokens[at + 1].clone())),
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
    }
    if let Some(name) = path.last().cloned() {
        found.push((path, name));
    }
}

/// What stands between the commas that are not inside of brackets.
fn parts(tokens: &[String]) -> Vec<&[String]> {
    let (mut found, mut begin, mut depth) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => {
                found.push(&tokens[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.push(&tokens[begin..]);
    found
}
