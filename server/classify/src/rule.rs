//! What a rule is made of. The rules themselves are in `rules/`.

use crate::column::ValueType;
use crate::finding::Tag;

/// How well one value fits a rule. Each level takes in those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is something else.
    No,
    /// It has the form, and so have many other things.
    Form,
    /// Few other things have this form.
    Likely,
    /// Check digits hold, or nothing else has this form.
    Sure,
}

/// Which shares of the values must fit at least so well, from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    pub form: f64,
    pub likely: f64,
    pub sure: f64,
}

impl Need {
    /// So many must be sure.
    pub(crate) const fn sure(sure: f64) -> Self {
        Self { form: sure, likely: sure, sure }
    }

    /// So many must have the form.
    pub(crate) const fn form(form: f64) -> Self {
        Self { form, likely: 0.0, sure: 0.0 }
    }
}

/// What values must be like to speak for themselves, without a name.
#[derive(Debug, Clone, Copy)]
pub struct Alone {
    pub need: Need,
    /// How many values must differ.
    pub distinct: usize,
    /// How many beginnings must differ, and how many characters a beginning has: numbers in a row share theirs.
    pub beginnings: usize,
    pub beginning: usize,
}

impl Alone {
    /// So many must be sure, and more than one of them.
    pub(crate) const fn sure(sure: f64) -> Self {
        Self { need: Need::sure(sure), distinct: 2, beginnings: 1, beginning: 1 }
    }
}

/// When a column deserves a tag.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its stable name.
    pub id: &'static str,
    pub tag: Tag,
    /// Phrases of a column's name that say it.
    pub names: &'static [&'static str],
    /// Phrases that allow it, where the values say it too.
    pub hints: &'static [&'static str],
    /// Words of a table's name that make names of hints.
    pub tables: &'static [&'static str],
    /// Words of the names of column and table with which a column is something else, whatever it looks like.
    pub against: &'static [&'static str],
    /// Words beside a phrase with which the column is about it, and does not hold it: `email_count`.
    pub about: &'static [&'static str],
    pub types: &'static [ValueType],
    /// The type that says it by itself.
    pub by_type: Option<ValueType>,
    pub fit: fn(&str) -> Fit,
    /// What values need beside a name.
    pub named: Need,
    /// What values need beside a hint.
    pub hinted: Need,
    /// What values need without a name, where they can speak for themselves.
    pub alone: Option<Alone>,
    /// The check that sure values pass, for the evidence.
    pub check: Option<&'static str>,
}

impl Rule {
    /// All but the function, as one line.
    pub(crate) fn table(&self) -> String {
        let Self { id, tag, names, hints, tables, against, about, named, hinted, alone, check, .. } = self;
        let types: Vec<&str> = self.types.iter().chain(&self.by_type).map(|value_type| value_type.word()).collect();
        let tag = tag.word();
        format!("{id} {tag} {names:?} {hints:?} {tables:?} {against:?} {about:?} {types:?} {named:?} {hinted:?} {alone:?} {check:?}")
    }
}

/// Words with which a column is about something, and does not hold it, whatever that is.
pub(crate) const ABOUT: &[&str] = &[
    "id",
    "ids",
    "key",
    "fk",
    "count",
    "cnt",
    "flag",
    "is",
    "has",
    "type",
    "kind",
    "status",
    "state",
    "verified",
    "valid",
    "validated",
    "hash",
    "hashed",
    "md5",
    "sha",
    "sha1",
    "sha256",
    "len",
    "length",
    "size",
    "score",
    "opt",
    "optin",
    "optout",
    "consent",
    "template",
    "subject",
    "body",
    "domain",
    "provider",
    "model",
    "brand",
    "format",
    "version",
    "category",
    "class",
    "group",
    "enabled",
    "preference",
    "channel",
    "source",
    "rate",
    "percent",
    "pct",
    "ratio",
    "level",
    "unit",
    "at",
    "on",
    "date",
    "time",
    "until",
    "expiry",
    "expires",
    "country",
    "code",
    "bounced",
    "sent",
    "clicks",
    "opens",
    "carrier",
    "prefix",
    "index",
    "rank",
    "anzahl",
    "typ",
    "art",
    "kennzeichen",
    "datum",
    "laenge",
    "geprueft",
    "状态",
    "类型",
    "数量",
    "次数",
    "个数",
    "型号",
    "时间",
    "日期",
    "长度",
    "代码",
    "是否",
];

const DEFAULT: Need = Need::sure(1.0);

/// What most rules have in common: texts whose form says it.
pub(crate) const BASE: Rule = Rule {
    id: "",
    tag: Tag::Email,
    names: &[],
    hints: &[],
    tables: &[],
    against: &[],
    about: ABOUT,
    types: &[ValueType::Text],
    by_type: None,
    fit: |_| Fit::No,
    named: DEFAULT,
    hinted: DEFAULT,
    alone: None,
    check: None,
};
