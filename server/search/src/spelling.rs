//! The word that was meant, among the words of a document that its reader may see.

use model::asset_document::AssetDocument;

use crate::fold::folded;
use crate::split::{identifiers, parts};
use crate::words::Part;

/// The most words of a document that are compared.
const MAX_WORDS: usize = 2_000;

/// The word of a document that is nearest to a part of a query; the part itself where it was typed without errors, or none is near.
pub(crate) fn nearest(part: &Part, document: &AssetDocument) -> String {
    if part.errors == 0 {
        return part.text.clone();
    }
    let typed: Vec<char> = part.text.chars().collect();
    let near = words_of(document).take(MAX_WORDS).map(|word| (distance(&typed, &word), word));
    let near = near.filter(|(errors, _)| *errors <= usize::from(part.errors)).min_by_key(|(errors, _)| *errors);
    near.map_or_else(|| part.text.clone(), |(_, word)| word)
}

/// Names first, descriptions last; each identifier as a whole, and its parts.
fn words_of(document: &AssetDocument) -> impl Iterator<Item = String> {
    let labels = document.tags.iter().chain(document.terms.iter().map(|term| &term.name));
    let columns = document.columns.iter().map(|column| &column.name);
    let texts = std::iter::once(&document.name).chain(labels).chain(columns).chain(std::iter::once(&document.description));
    texts.flat_map(|text| identifiers(text).flat_map(move |place| words_in(&text[place])))
}

fn words_in(identifier: &str) -> Vec<String> {
    let mut found: Vec<String> = parts(identifier).into_iter().map(folded).collect();
    if found.len() > 1 {
        found.push(found.concat());
    }
    found
}

/// How many letters are left out, added, exchanged, or swapped with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use model::asset_document::DocumentColumn;

    use super::*;

    #[test]
    fn errors_of_typing_are_counted() {
        for (a, b, wanted) in
            [("plane", "plane", 0), ("plnae", "plane", 1), ("pasenger", "passenger", 1), ("", "abc", 3), ("航班", "航线", 1)]
        {
            assert_eq!(distance(&a.chars().collect::<Vec<_>>(), b), wanted, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_word_of_the_document_is_meant() {
        let column = DocumentColumn { name: "DriverLicense".into(), description: String::new() };
        let document = AssetDocument { name: "drivers".into(), columns: vec![column], ..AssetDocument::default() };
        let meant = |text: &str, errors| nearest(&Part { text: text.into(), errors }, &document);
        assert_eq!(
            [meant("licence", 1), meant("driverlicnse", 1), meant("license", 0), meant("xyz", 1)],
            ["license", "driverlicense", "license", "xyz"]
        );
    }
}
