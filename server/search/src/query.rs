//! From the words of a person to a query of the index. Each place where a word can stand has a score of its own, which depends on nothing
//! else in the index.

use model::asset_document::SeenDomains;
use model::view::AssetFacet;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::dictionary;
use crate::schema::Fields;
use crate::tokens::stem;
use crate::words::{Part, Word};

/// What a word scores in each place.
const ID: f32 = 16.0;
const WHOLE_NAME: f32 = 12.0;
const NAME: f32 = 8.0;
const LABEL: f32 = 6.0;
const COLUMN: f32 = 4.0;
const TEXT: f32 = 2.0;
const END: f32 = 1.5;
/// What of it is left for a stem, for the beginning of a longer word, and with one and two errors of typing.
const STEM: f32 = 0.95;
const BEGINNING: f32 = 0.6;
const ONE_ERROR: f32 = 0.7;
const TWO_ERRORS: f32 = 0.4;
/// What words score that stand side by side in a name.
const TOGETHER: f32 = 3.0;
/// The shortest word that is taken for the beginning of a longer one, and for the beginning of an end.
const MIN_BEGINNING: usize = 2;
const MIN_END: usize = 4;

pub(crate) type Boxed = Box<dyn Query>;

/// Writes queries over the fields of the index.
pub(crate) struct Writing<'a> {
    pub(crate) fields: &'a Fields,
}

impl Writing<'_> {
    /// What has the words: all of them, or any. Without words, everything.
    pub(crate) fn words(&self, words: &[Word], all: bool, sees: &SeenDomains) -> Boxed {
        let mut clauses = Vec::with_capacity(words.len() * 2 + 2);
        let occur = if all { Occur::Must } else { Occur::Should };
        clauses.extend(words.iter().map(|word| (occur, self.word(word))));
        if words.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        let found: Boxed = Box::new(BooleanQuery::new(clauses));
        let mut clauses = vec![(Occur::Must, found)];
        clauses.extend(self.together(words).into_iter().map(|query| (Occur::Should, query)));
        clauses.extend(self.seen(sees).map(|query| (Occur::Must, query)));
        Box::new(BooleanQuery::new(clauses))
    }

    /// What has a part of a word.
    pub(crate) fn one(&self, part: &Part, sees: &SeenDomains) -> Boxed {
        let mut clauses = vec![(Occur::Must, best(self.part(part)))];
        clauses.extend(self.seen(sees).map(|query| (Occur::Must, query)));
        Box::new(BooleanQuery::new(clauses))
    }

    /// The domains that the caller may see. It scores nothing.
    fn seen(&self, sees: &SeenDomains) -> Option<Boxed> {
        let SeenDomains::Of(domains) = sees else { return None };
        let field = self.fields.facet(AssetFacet::Domain);
        let terms = domains.iter().map(|domain| Term::from_field_text(field, domain));
        Some(Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)), 0.0)))
    }

    fn word(&self, word: &Word) -> Boxed {
        let fields = self.fields;
        let mut ways = vec![exact(fields.ids, &word.whole, ID), exact(fields.whole, &word.joined, WHOLE_NAME)];
        match word.parts.as_slice() {
            [part] => {
                ways.extend(self.part(part));
                ways.extend(self.apart(part));
            }
            parts => {
                ways.extend(self.named(&word.joined, 1.0));
                ways.push(all_of(parts.iter().map(|part| best(self.part(part)))));
            }
        }
        best(ways)
    }

    /// A word in each place where it can stand.
    fn part(&self, part: &Part) -> Vec<Boxed> {
        let (fields, text) = (self.fields, part.text.as_str());
        if part.errors > 0 {
            let share = if part.errors == 1 { ONE_ERROR } else { TWO_ERRORS };
            let places =
                [(fields.whole, WHOLE_NAME), (fields.name, NAME), (fields.label, LABEL), (fields.column, COLUMN), (fields.text, TEXT)];
            return places.map(|(field, score)| near(field, text, part.errors, score * share)).into();
        }
        let mut ways = self.named(text, 1.0);
        ways.push(exact(fields.text, text, TEXT));
        ways.push(exact(fields.ends, text, END));
        let stem = stem(text);
        if stem != text {
            ways.extend(self.named(&stem, STEM));
            ways.push(exact(fields.text, &stem, TEXT * STEM));
        }
        if text.chars().count() >= MIN_BEGINNING {
            let places = [(fields.whole, WHOLE_NAME), (fields.name, NAME), (fields.label, LABEL), (fields.column, COLUMN)];
            ways.extend(places.map(|(field, score)| beginning(field, text, score * BEGINNING)));
        }
        if text.chars().count() >= MIN_END {
            ways.push(beginning(fields.ends, text, END * BEGINNING));
        }
        ways
    }

    /// A token of a name, of a tag or term, or of the name of a column.
    fn named(&self, text: &str, share: f32) -> Vec<Boxed> {
        let places = [(self.fields.name, NAME), (self.fields.label, LABEL), (self.fields.column, COLUMN)];
        places.map(|(field, score)| exact(field, text, score * share)).into()
    }

    /// Words that were typed together, each by itself.
    fn apart(&self, part: &Part) -> Option<Boxed> {
        let words = dictionary::words_of(&part.text).filter(|_| part.errors == 0)?;
        let words = words.into_iter().map(|word| Part { text: word.to_owned(), errors: 0 });
        Some(all_of(words.map(|word| best(self.part(&word)))))
    }

    /// Words that stand side by side in a name: all of them, and each two.
    fn together(&self, words: &[Word]) -> Vec<Boxed> {
        if words.len() < 2 {
            return Vec::new();
        }
        let mut found = vec![best(forms(words).map(|joined| exact(self.fields.whole, &joined, WHOLE_NAME)).into())];
        for pair in words.windows(2) {
            let fields = [self.fields.name, self.fields.label, self.fields.column];
            let of_pair = forms(pair).into_iter().flat_map(|joined| fields.map(|field| exact(field, &joined, TOGETHER)));
            found.push(best(of_pair.collect()));
        }
        found
    }
}

/// Words as one, as they are and with the stem of the last: names are rarely in the plural.
fn forms(words: &[Word]) -> [String; 2] {
    let of = |words: &[Word]| words.iter().map(|word| word.joined.as_str()).collect::<String>();
    let (last, before) = (words.last().map(|word| stem(&word.joined)).unwrap_or_default(), &words[..words.len().saturating_sub(1)]);
    [of(words), of(before) + &*last]
}

/// A token.
fn exact(field: Field, token: &str, score: f32) -> Boxed {
    Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(Term::from_field_text(field, token), IndexRecordOption::Basic)), score))
}

/// Tokens that begin so.
fn beginning(field: Field, token: &str, score: f32) -> Boxed {
    Box::new(BoostQuery::new(Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, token), 0, true)), score))
}

/// Tokens with so many letters left out, added, exchanged or swapped.
fn near(field: Field, token: &str, errors: u8, score: f32) -> Boxed {
    Box::new(BoostQuery::new(Box::new(FuzzyTermQuery::new(Term::from_field_text(field, token), errors, true)), score))
}

/// The best of several ways to find a word.
fn best(ways: Vec<Boxed>) -> Boxed {
    Box::new(DisjunctionMaxQuery::new(ways))
}

fn all_of(queries: impl Iterator<Item = Boxed>) -> Boxed {
    Box::new(BooleanQuery::new(queries.map(|query| (Occur::Must, query)).collect()))
}
