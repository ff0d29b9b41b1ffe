//! A script in which words stand for whatever a formatter without a dialect would read wrongly.

use model::script::{Piece, PieceKind};

/// Signs that say one thing where they touch, such as `<=` and `#>>`.
const OPERATORS: &str = "+-*/%=<>!|&^~#@?";
/// Signs that the formatter reads as they are meant.
const PLAIN: &str = "+-*/%=<>!|&^~(),;.";

pub(super) struct Masked<'a> {
    text: String,
    /// What each word begins with that stands for something. It is nowhere in the script.
    mark: String,
    /// What the words stand for, by their numbers.
    originals: Vec<(PieceKind, &'a str)>,
}

impl<'a> Masked<'a> {
    pub(super) fn of(script: &'a str, pieces: &[Piece]) -> Self {
        let mut mark = "zq".to_owned();
        while script.contains(&mark) {
            mark.push('q');
        }
        let mut masked = Self { text: String::with_capacity(script.len() * 2), mark, originals: Vec::new() };
        let (mut end, mut index) = (0, 0);
        while let Some(piece) = pieces.get(index) {
            masked.text.push_str(script.get(end..piece.from).unwrap_or_default());
            let count = group(script, pieces, index);
            end = pieces.get(index + count - 1).map_or(piece.to, |last| last.to);
            masked.push(piece.kind, script.get(piece.from..end).unwrap_or_default());
            index += count;
        }
        masked
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn push(&mut self, kind: PieceKind, original: &'a str) {
        let word = format!("{}{}x", self.mark, self.originals.len());
        let is_sign = |original: &str| original.len() == 1 && PLAIN.contains(original);
        let is_word = original.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let text = match kind {
            PieceKind::Part if is_word || is_sign(original) => {
                self.text.push_str(original);
                return;
            }
            PieceKind::Comment if original.starts_with("/*") => format!("/*{word}*/"),
            PieceKind::Comment => format!("--{word}"),
            PieceKind::OptionalBegin | PieceKind::OptionalEnd => format!(" {word} "),
            PieceKind::Part if original.len() > 1 && original.chars().all(|letter| OPERATORS.contains(letter)) => format!(" {word} "),
            PieceKind::Part | PieceKind::Parameter => word,
        };
        self.text.push_str(&text);
        self.originals.push((kind, original));
    }

    /// A text that was made of this one, with what the words stand for.
    pub(super) fn shown(&self, formatted: &str) -> String {
        let (mut out, mut rest) = (String::with_capacity(formatted.len()), formatted);
        while let Some((before, number, behind)) = self.next_word(rest) {
            let Some((kind, original)) = self.originals.get(number) else { break };
            out.push_str(before);
            rest = behind;
            match kind {
                PieceKind::Comment => {
                    // The signs around the word belong to what it stands for.
                    out.truncate(out.len().saturating_sub(2));
                    out.push_str(original);
                    rest = if original.starts_with("/*") { behind.strip_prefix("*/").unwrap_or(behind) } else { behind };
                }
                PieceKind::OptionalBegin => rest = begin_optional(&mut out, original, behind),
                PieceKind::OptionalEnd | PieceKind::Parameter | PieceKind::Part => out.push_str(original),
            }
        }
        out.push_str(rest);
        out.trim_start().to_owned()
    }

    /// The next word that stands for something: what is before it, its number, and what is behind it.
    fn next_word<'b>(&self, text: &'b str) -> Option<(&'b str, usize, &'b str)> {
        let (before, behind) = text.split_once(&self.mark)?;
        let (number, behind) = behind.split_once('x')?;
        Some((before, number.parse().ok()?, behind))
    }
}

/// How many pieces from this one on are one for the formatter: what stands in brackets, a number, or operators that touch.
fn group(script: &str, pieces: &[Piece], index: usize) -> usize {
    let text = |at: usize| pieces.get(at).map_or("", |piece| piece.of(script));
    let is_part = |at: usize| pieces.get(at).is_some_and(|piece| piece.kind == PieceKind::Part);
    // A piece that touches the one before it.
    let goes_on = |at: usize| is_part(at) && pieces.get(at - 1).zip(pieces.get(at)).is_some_and(|(before, piece)| before.touches(piece));
    let is_operator = |at: usize| is_part(at) && text(at).len() == 1 && OPERATORS.contains(text(at));
    if is_part(index) && text(index) == "[" {
        return in_brackets(script, &pieces[index..]);
    }
    let mut next = index + 1;
    if is_operator(index) {
        while goes_on(next) && is_operator(next) {
            next += 1;
        }
        return next - index;
    }
    let is_digit = |at: usize| text(at).starts_with(|letter: char| letter.is_ascii_digit());
    let is_behind_name =
        index > 0 && goes_on(index) && text(index - 1).ends_with(|letter: char| !OPERATORS.contains(letter) && !"(,;".contains(letter));
    let begins_with_point = is_part(index) && text(index) == "." && !is_behind_name && goes_on(next) && is_digit(next);
    if begins_with_point || (is_part(index) && is_digit(index)) {
        let is_exponent = |at: usize| is_digit(at) && text(at).ends_with(['e', 'E']);
        let is_sign = |at: usize| matches!(text(at), "+" | "-") && is_exponent(at - 1);
        let of_number = |at: usize| text(at) == "." || is_digit(at) || is_sign(at);
        while goes_on(next) && of_number(next) {
            next += 1;
        }
    }
    next - index
}

/// How many pieces there are up to the bracket that closes the first one; one where none does.
fn in_brackets(script: &str, pieces: &[Piece]) -> usize {
    let mut open = 0_usize;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.of(script) {
            "[" | "[[" => open += piece.to - piece.from,
            "]" | "]]" => open = open.saturating_sub(piece.to - piece.from),
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
    }
    1
}

/// Writes the begin of an optional part. Where its first word begins a line, the begin stands on that line as well. Gives what is left.
fn begin_optional<'b>(out: &mut String, original: &str, behind: &'b str) -> &'b str {
    let inner = behind.trim_start();
    let space = &behind[..behind.len() - inner.len()];
    if let Some(line) = space.rfind('\n') {
        out.truncate(out.trim_end().len());
        out.push_str(&space[line..]);
    }
    out.push_str(original);
    out.push(' ');
    inner
}
