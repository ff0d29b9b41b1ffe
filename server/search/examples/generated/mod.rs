//! A catalogue of any size, the same in every run, and what is asked of it. Also for `server/bench`.

use model::asset_document::{AssetDocument, DocumentColumn, DocumentTerm};
use model::view::{AssetFacet, AssetQuery};

/// The columns of each asset, and the domains of all.
pub(crate) const COLUMNS: usize = 10;
pub(crate) const DOMAINS: usize = 40;

/// Numbers that are the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    /// Small numbers are more frequent, as words are.
    fn skewed(&mut self, most: usize) -> usize {
        let first = self.below(most) + 1;
        self.below(first)
    }

    fn one<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.skewed(words.len())]
    }
}

/// The words that everything is named by, the frequent ones first.
pub(crate) fn vocabulary() -> Vec<&'static str> {
    let data = include_str!("../../words/data.txt").lines();
    data.chain(include_str!("../../words/english.txt").lines().step_by(3)).filter(|word| word.len() > 2).collect()
}

fn name(numbers: &mut Numbers, words: &[&str]) -> String {
    let picked: Vec<&str> = (0..2 + numbers.below(2)).map(|_| numbers.one(words)).collect();
    let capital = |word: &&str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    match numbers.below(4) {
        0 => picked.iter().map(capital).collect(),
        1 => picked.concat(),
        _ => picked.join("_"),
    }
}

/// One asset.
pub(crate) fn asset(at: usize, numbers: &mut Numbers, words: &[&str]) -> AssetDocument {
    let kinds = ["table", "table", "table", "table", "dataset", "api", "job", "app"];
    let kind = kinds[numbers.below(kinds.len())];
    let name = format!("{}_{at}", name(numbers, words));
    let sentence =
        |numbers: &mut Numbers, most: usize| (0..4 + numbers.below(most)).map(|_| numbers.one(words)).collect::<Vec<_>>().join(" ");
    let columns = (0..COLUMNS).map(|_| DocumentColumn { name: self::name(numbers, words), description: String::new() }).collect();
    let domain = format!("domain-{}", numbers.skewed(DOMAINS));
    let place = if kind == "table" { format!("source-{}/public", at % 500) } else { domain.clone() };
    let separator = if kind == "table" { '.' } else { '/' };
    AssetDocument {
        id: format!("0190b6a0-7c00-7000-8000-{at:012x}"),
        path: format!("{kind}:{place}{separator}{name}"),
        kind: kind.into(),
        domain,
        name,
        description: sentence(numbers, 20),
        columns,
        tags: (0..numbers.below(4)).map(|_| format!("tag-{}", numbers.skewed(200))).collect(),
        terms: (0..numbers.below(2)).map(|_| DocumentTerm { name: format!("term {}", numbers.skewed(300)), synonyms: vec![] }).collect(),
        owner: Some(format!("person-{}@example.com", numbers.skewed(500))),
        tier: Some(format!("P{}", numbers.below(4))),
        status: Some(["draft", "certified", "certified", "deprecated"][numbers.below(4)].into()),
        usage: numbers.skewed(1_000_000) as u64,
        fresh_at: Some(1),
    }
}

/// A query of a kind that people ask, with the name of the kind.
pub(crate) fn query(numbers: &mut Numbers, words: &[&str]) -> (&'static str, AssetQuery) {
    let text = |text: String| AssetQuery { text, ..AssetQuery::default() };
    match numbers.below(10) {
        0 | 1 => ("one word", text(numbers.one(words).into())),
        2 | 3 => ("two words", text(format!("{} {}", numbers.one(words), numbers.one(words)))),
        4 => ("a name", text(name(numbers, words))),
        5 => {
            let mut word: Vec<char> = numbers.one(words).chars().collect();
            let at = numbers.below(word.len() - 1);
            word.swap(at, at + 1);
            ("an error of typing", text(word.into_iter().collect()))
        }
        6 => ("a beginning", text(numbers.one(words)[..2].into())),
        7 => ("a path", text(format!("source-{}/public.{}", numbers.below(500), name(numbers, words)))),
        8 => ("a question", text(format!("where is the {} of the {} {}", numbers.one(words), numbers.one(words), numbers.one(words)))),
        _ => ("filters alone", AssetQuery::default().toggled(AssetFacet::Kind, "table").toggled(AssetFacet::Tag, "tag-3")),
    }
}
