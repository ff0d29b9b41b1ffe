//! The words and marks of a file, without its comments, texts and tests.

/// Words, `::` as one mark, and every other mark by itself.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let is = |at: usize, letter: char| letters.get(at) == Some(&letter);
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        at = match letters[at] {
            '/' if is(at + 1, '/') => after(&letters, at, &['\n']),
            '/' if is(at + 1, '*') => after_comment(&letters, at),
            '"' => after_text(&letters, at),
            '\'' => after_quote(&letters, at),
            ':' if is(at + 1, ':') => {
                found.push("::".to_owned());
                at + 2
            }
            letter if is_of_word(letter) => {
                let end = end_of_word(&letters, at);
                let word: String = letters[at..end].iter().collect();
                match word.as_str() {
                    "r" | "br" | "cr" if is(end, '"') || is(end, '#') => after_raw(&letters, end),
                    // The text or letter itself comes next.
                    "b" | "c" if is(end, '"') || is(end, '\'') => end,
                    _ => {
                        found.push(word);
                        end
                    }
                }
            }
            letter => {
                if !letter.is_whitespace() {
                    found.push(letter.to_string());
                }
                at + 1
            }
        };
    }
    found
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn end_of_word(letters: &[char], at: usize) -> usize {
    letters[at..].iter().position(|letter| !is_of_word(*letter)).map_or(letters.len(), |length| at + length)
}

/// Behind the next place where these letters stand.
fn after(letters: &[char], at: usize, end: &[char]) -> usize {
    letters[at..].windows(end.len()).position(|some| some == end).map_or(letters.len(), |place| at + place + end.len())
}

/// Comments of this kind stand inside of one another.
fn after_comment(letters: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < letters.len() {
        match letters.get(at..at + 2) {
            Some(['/', '*']) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/']) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_text(letters: &[char], mut at: usize) -> usize {
    at += 1;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Behind a letter in quotes, or behind the name of a lifetime.
fn after_quote(letters: &[char], at: usize) -> usize {
    match (letters.get(at + 1), letters.get(at + 2)) {
        (Some('\\'), _) => after(letters, (at + 3).min(letters.len()), &['\'']),
        (_, Some('\'')) => at + 3,
        _ => end_of_word(letters, at + 1),
    }
}

/// Behind a raw text whose first `#` or `"` stands here. Of a raw name, at the name.
fn after_raw(letters: &[char], at: usize) -> usize {
    let hashes = letters[at..].iter().take_while(|letter| **letter == '#').count();
    if letters.get(at + hashes) != Some(&'"') {
        return at + hashes;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    after(letters, at + hashes + 1, &end)
}

/// Leaves out what is there for tests alone.
pub(super) fn without_tests(tokens: &[String]) -> Vec<String> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if starts(&tokens[at..], &["#", "[", "cfg", "(", "test"]) || starts(&tokens[at..], &["#", "[", "cfg", "(", "all", "(", "test"]) {
            at = after_item(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

pub(super) fn starts(tokens: &[String], with: &[&str]) -> bool {
    tokens.len() >= with.len() && tokens.iter().zip(with).all(|(token, wanted)| token == wanted)
}

/// Behind an item with its attributes, which begin here.
fn after_item(tokens: &[String], mut at: usize) -> usize {
    while at < tokens.len() && tokens[at] == "#" {
        at = after_group(tokens, at + 1);
    }
    while at < tokens.len() {
        match tokens[at].as_str() {
            ";" => return at + 1,
            "{" => return after_group(tokens, at),
            "(" | "[" => at = after_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Behind the bracket that closes the one that stands here.
fn after_group(tokens: &[String], mut at: usize) -> usize {
    let mut depth = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}
