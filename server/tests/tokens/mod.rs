//! The words, marks and texts of a file of Rust, without its comments and tests.

/// A word, a mark or a text. A text begins with a quote and ends without one, so that it equals no mark.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) line: usize,
    text: String,
}

impl Token {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Words, texts, `::` as one mark, and every other mark by itself.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let is = |at: usize, letter: char| letters.get(at) == Some(&letter);
    let part = |begin: usize, end: usize| letters.iter().skip(begin).take(end.saturating_sub(begin)).collect::<String>();
    let mut found = Vec::new();
    let (mut line, mut at) = (1, 0);
    while at < letters.len() {
        let mut add = |text: String| found.push(Token { line, text });
        let next = match letters[at] {
            '/' if is(at + 1, '/') => after(&letters, at, &['\n']),
            '/' if is(at + 1, '*') => after_comment(&letters, at),
            '"' => {
                let next = after_text(&letters, at);
                add(part(at, next - 1));
                next
            }
            '\'' => after_quote(&letters, at),
            ':' if is(at + 1, ':') => {
                add("::".to_owned());
                at + 2
            }
            letter if is_of_word(letter) => {
                let end = end_of_word(&letters, at);
                let word = part(at, end);
                match word.as_str() {
                    "r" | "br" | "cr" if is(end, '"') || is(end, '#') => {
                        let (hashes, next) = (hashes(&letters, end), after_raw(&letters, end));
                        if is(end + hashes, '"') {
                            add(format!("\"{}", part(end + hashes + 1, next.saturating_sub(hashes + 1))));
                        }
                        next
                    }
                    // The text or letter itself comes next.
                    "b" | "c" if is(end, '"') || is(end, '\'') => end,
                    _ => {
                        add(word);
                        end
                    }
                }
            }
            letter => {
                if !letter.is_whitespace() {
                    add(letter.to_string());
                }
                at + 1
            }
        };
        line += letters.iter().skip(at).take(next - at).filter(|letter| **letter == '\n').count();
        at = next;
    }
    found
}

/// The words and marks alone.
pub(super) fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.text).filter(|token| !token.starts_with('"')).collect()
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

fn hashes(letters: &[char], at: usize) -> usize {
    letters[at..].iter().take_while(|letter| **letter == '#').count()
}

/// Behind a raw text whose first `#` or `"` stands here. Of a raw name, at the name.
fn after_raw(letters: &[char], at: usize) -> usize {
    let hashes = hashes(letters, at);
    if letters.get(at + hashes) != Some(&'"') {
        return at + hashes;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    after(letters, at + hashes + 1, &end)
}

/// Leaves out what is there for tests alone.
pub(super) fn without_tests<T: AsRef<str> + Clone>(tokens: &[T]) -> Vec<T> {
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

pub(super) fn starts<T: AsRef<str>>(tokens: &[T], with: &[&str]) -> bool {
    tokens.len() >= with.len() && tokens.iter().zip(with).all(|(token, wanted)| token.as_ref() == *wanted)
}

/// Behind an item with its attributes, which begin here.
fn after_item<T: AsRef<str>>(tokens: &[T], mut at: usize) -> usize {
    while at < tokens.len() && tokens[at].as_ref() == "#" {
        at = after_group(tokens, at + 1);
    }
    while at < tokens.len() {
        match tokens[at].as_ref() {
            ";" => return at + 1,
            "{" => return after_group(tokens, at),
            "(" | "[" => at = after_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Behind the bracket that closes the one that stands here.
pub(super) fn after_group<T: AsRef<str>>(tokens: &[T], mut at: usize) -> usize {
    let mut depth = 0;
    while at < tokens.len() {
        match tokens[at].as_ref() {
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
